// A graph to look at, not to change: where a dataset came from.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { operationsQuery, type Graph } from "@/api/preprocess";
import { FlowCanvas } from "./flow-canvas";
import { FlowContext, type FlowFacts } from "./flow-context";

export function GraphView({ graph }: { graph: Graph }) {
  const operations = useQuery(operationsQuery).data?.items;
  const facts = useMemo<FlowFacts>(() => ({ graph, operations: operations ?? [], problems: [] }), [graph, operations]);
  return (
    <FlowContext.Provider value={facts}>
      <div className="flow-canvas flow-view" data-testid="graph-view"><FlowCanvas selected={null} fitted={0} /></div>
    </FlowContext.Provider>
  );
}
