// The look that all nodes share: kind, one line of what it does, counts, problems, and the handles lines are drawn from.
import { CheckCircleOutlined, ExclamationCircleFilled, FilterOutlined, InboxOutlined, WarningFilled, ExperimentOutlined } from "@ant-design/icons";
import { Handle, Position } from "@xyflow/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { NodeType } from "@/api/preprocess";
import { slugSentence } from "@/components/error-alert";
import { formatCount } from "@/components/format-value";
import { useFacts } from "./flow-context";
import { isStep, problemsAt } from "./problems";

export const nodeIcons: Record<NodeType, ReactNode> = {
  input: <InboxOutlined />, filter: <FilterOutlined />, augment: <ExperimentOutlined />, output: <CheckCircleOutlined />,
};

function Trouble({ id }: { id: string }) {
  const { t } = useTranslation();
  const found = problemsAt(useFacts().problems, id);
  const first = found[0];
  if (!first) return null;
  const says = found.map((problem) => slugSentence(t, problem.slug, problem.message)).join("\n");
  const kind = first.severity === "warning" ? "warning" : isStep(first) ? "step" : "error";
  return (
    <span className={`flow-trouble ${kind}`} role="img" aria-label={says} title={says} data-testid="node-problem" data-slug={first.slug}>
      {kind === "warning" ? <WarningFilled /> : <ExclamationCircleFilled />}
    </span>
  );
}

interface Props {
  id: string;
  type: NodeType;
  children: ReactNode;
}

export function NodeFrame({ id, type, children }: Props) {
  const { t } = useTranslation();
  const { check } = useFacts();
  const counts = check?.counts?.nodes.find((node) => node.id === id);
  const items = type === "output" ? (counts?.in ?? check?.counts?.output) : counts?.out;
  return (
    <div className={`flow-node flow-${type}`} data-testid={`node-${type}`} data-node={id}>
      {type !== "input" && <Handle type="target" position={Position.Left} />}
      <div className="flow-node-head">
        {nodeIcons[type]}
        <b>{t(`flow.type.${type}`)}</b>
        <Trouble id={id} />
        {items !== undefined && <span className="flow-node-count" data-testid={`count-${id}`} title={t("flow.itemsOut")}>{formatCount(items)}</span>}
      </div>
      <div className="flow-node-body">{children}</div>
      {type !== "output" && <Handle type="source" position={Position.Right} />}
    </div>
  );
}
