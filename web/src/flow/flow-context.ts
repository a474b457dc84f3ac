// What every node, line and form of the editor needs to know; read-only views of a graph have no actions.
import { createContext, useContext } from "react";
import type { Graph, GraphCheck, GraphProblem, Operation } from "@/api/preprocess";
import type { LabelStats } from "@/api/types";
import type { FlowActions } from "./use-flow";

export interface FlowFacts {
  graph: Graph;
  stats?: LabelStats;
  operations: Operation[];
  check?: GraphCheck;
  problems: GraphProblem[];
  actions?: FlowActions;
}

export const FlowContext = createContext<FlowFacts | null>(null);

export function useFacts(): FlowFacts {
  const facts = useContext(FlowContext);
  if (!facts) throw new Error("FlowContext is missing");
  return facts;
}

export function useActions(): FlowActions {
  const { actions } = useFacts();
  if (!actions) throw new Error("this view of the graph is read-only");
  return actions;
}
