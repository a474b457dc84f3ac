// The form of the selected node, beside the canvas.
import { DeleteOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { FlowNode } from "@/api/preprocess";
import { EmptyNote } from "@/components/empty-note";
import { slugSentence } from "@/components/error-alert";
import { AugmentPanel } from "./augment-panel";
import { FilterPanel } from "./filter-panel";
import { useActions, useFacts } from "./flow-context";
import { nodeOf } from "./graph";
import { InputPanel } from "./input-panel";
import { nodeIcons } from "./node-frame";
import { OutputPanel, type RunState } from "./output-panel";
import { isStep, problemsAt } from "./problems";

function Problems({ id }: { id: string }) {
  const { t } = useTranslation();
  const found = problemsAt(useFacts().problems, id);
  return (
    <>
      {found.map((problem) => (
        <Alert
          key={problem.slug + problem.message}
          showIcon
          type={isStep(problem) ? "info" : problem.severity === "warning" ? "warning" : "error"}
          data-testid="panel-problem"
          data-slug={problem.slug}
          message={slugSentence(t, problem.slug, problem.message)}
          description={isStep(problem) ? undefined : problem.message || undefined}
        />
      ))}
    </>
  );
}

function form(node: FlowNode, run: RunState): ReactNode {
  switch (node.type) {
    case "input": return <InputPanel key={node.id} node={node} />;
    case "filter": return <FilterPanel key={node.id} node={node} />;
    case "augment": return <AugmentPanel key={node.id} node={node} />;
    case "output": return <OutputPanel node={node} run={run} />;
  }
}

export function NodePanel({ selected, run }: { selected: string | null; run: RunState }) {
  const { t } = useTranslation();
  const { graph } = useFacts();
  const { remove } = useActions();
  const node = nodeOf(graph, selected);
  if (!node) return <div className="flow-panel"><EmptyNote text={t("flow.selectSomething")} /></div>;
  return (
    <section className="flow-panel stack" aria-label={t("flow.formOf", { name: t(`flow.type.${node.type}`) })} data-testid={`panel-${node.type}`}>
      <div className="flow-panel-head">
        {nodeIcons[node.type]}
        <h2>{t(`flow.type.${node.type}`)}</h2>
        <span className="mono flow-hush">{node.id}</span>
        <span className="grow" />
        {node.id !== graph.nodes.find((one) => one.type === "input")?.id && (
          <Button size="small" type="text" danger icon={<DeleteOutlined />} onClick={() => remove([node.id], [])} aria-label={t("action.delete")} title={t("flow.deleteHelp")} data-testid="delete-node" />
        )}
      </div>
      <Problems id={node.id} />
      {form(node, run)}
    </section>
  );
}
