// The editor of one dataset: canvas, form of what is selected, preview; asks the server for counts a moment after each change.
import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Spin } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import { graphCheckQuery, startPreprocess, type Operation, type OutputNode } from "@/api/preprocess";
import { datasetStatsQuery, keys } from "@/api/queries";
import type { Dataset, LabelStats } from "@/api/types";
import { ErrorAlert } from "@/components/error-alert";
import { useDebounced } from "@/components/use-debounced";
import { namePattern } from "@/forms/rules";
import { usualLabel } from "./class-ticks";
import { completed } from "./edit";
import { FlowCanvas } from "./flow-canvas";
import { FlowContext, type FlowFacts } from "./flow-context";
import { FlowToolbar } from "./flow-toolbar";
import { nodeOf, outputOf } from "./graph";
import { mergedStats } from "./merged-stats";
import { NodePanel } from "./node-panel";
import { PreviewGrid } from "./preview-grid";
import { blocking, isStep, problemsOf } from "./problems";
import { forgetDraft, useFlow } from "./use-flow";
import { useShortcuts } from "./use-shortcuts";

const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
const checkAfterMs = 300;
const draftKey = (id: string) => `ava.flow.${id}`;

function useRun(dataset: Dataset, graph: FlowFacts["graph"], seed: number) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (output: OutputNode) => startPreprocess(dataset.id, { graph, name: output.name, description: output.description, seed }),
    onSuccess: ({ dataset: made }) => {
      void message.success(t("flow.started", { name: made.name }));
      void queries.invalidateQueries({ queryKey: keys.list("dataset") });
      forgetDraft(draftKey(dataset.id));
      navigate(`/datasets/${made.id}`);
    },
  });
}

interface Props {
  dataset: Dataset;
  stats: LabelStats;
  operations: Operation[];
}

/** The statistics of all inputs together; of those that cannot be had, nothing. */
function useStats(own: LabelStats, graph: FlowFacts["graph"]): LabelStats {
  const lists = [...new Set(graph.nodes.flatMap((node) => (node.type === "input" && node.list ? [node.list] : [])))];
  return useQueries({
    queries: lists.map((id) => datasetStatsQuery(id)),
    combine: (found) => mergedStats(own, found.flatMap((one) => one.data ?? [])),
  });
}

export function FlowEditor({ dataset, stats: own, operations }: Props) {
  const { t } = useTranslation();
  const flow = useFlow({ label: usualLabel(own), name: `${dataset.name}-new`.slice(0, 63) }, draftKey(dataset.id));
  const [seed, setSeed] = useState(newSeed);
  const [asked, setAsked] = useState(false);
  const { graph, selected, actions } = flow;
  const stats = useStats(own, graph);
  const text = useMemo(() => JSON.stringify(completed(graph)), [graph]);
  const late = useDebounced(text, checkAfterMs);
  const check = useQuery({ ...graphCheckQuery(dataset.id, late), placeholderData: keepPreviousData });
  const run = useRun(dataset, graph, seed);
  useShortcuts(actions.undo, actions.redo);

  const problems = useMemo(() => problemsOf(graph, check.data), [graph, check.data]);
  const facts = useMemo<FlowFacts>(() => ({ graph, stats, operations, check: check.data, problems, actions }), [graph, stats, operations, check.data, problems, actions]);
  const current = late === text && !check.isPlaceholderData;
  const start = () => {
    setAsked(true);
    const output = outputOf(graph);
    if (!output || !namePattern.test(output.name) || (current && blocking(problems).length > 0)) return;
    run.mutate(output);
  };
  const node = nodeOf(graph, selected);
  const told = check.data?.problems ?? [];
  return (
    <FlowContext.Provider value={facts}>
      <div className="flow-editor">
        <div className="flow-stage">
          <FlowToolbar selected={selected} canUndo={flow.canUndo} canRedo={flow.canRedo} name={dataset.name} />
          <div className="flow-canvas" data-testid="flow-canvas">
            <FlowCanvas selected={selected} fitted={flow.fitted} />
            {!current && check.isFetching && <Spin size="small" className="flow-busy" />}
            {graph.nodes.length === 1 && <div className="flow-begin">{t("flow.begin")}</div>}
          </div>
          {check.isError && <ErrorAlert error={check.error} onRetry={() => void check.refetch()} />}
        </div>
        <NodePanel selected={selected} run={{ start, busy: run.isPending, asked, error: run.error, seed, onSeed: setSeed }} />
      </div>
      <PreviewGrid
        datasetId={dataset.id}
        text={late}
        node={node && node.type !== "output" ? node.id : undefined}
        nodeName={node && `${t(`flow.type.${node.type}`)} ${node.id}`}
        ready={!!check.data && graph.nodes.length > 1 && !told.some((problem) => problem.severity !== "warning" && (!isStep(problem) || problem.slug === "graph.no_operations"))}
        seed={seed}
        onDice={() => setSeed(newSeed())}
      />
    </FlowContext.Provider>
  );
}
