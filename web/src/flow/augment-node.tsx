import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import type { AugmentNode as Augment } from "@/api/preprocess";
import { nodeOf } from "./graph";
import { useFacts } from "./flow-context";
import { NodeFrame } from "./node-frame";
import { useTitles } from "./use-titles";

export function AugmentNode({ id }: NodeProps) {
  const { t } = useTranslation();
  const titles = useTitles();
  const { graph, operations } = useFacts();
  const node = nodeOf(graph, id) as Augment | undefined;
  if (!node) return null;
  const names = node.operations.map((spec) => titles.named(spec.op, operations));
  return (
    <NodeFrame id={id} type="augment">
      <span className="flow-multiple">×{node.multiple}</span>
      {names.length === 0 ? <span className="flow-hush">{t("flow.noOperations")}</span> : <span title={names.join(" → ")}>{names.join(" → ")}</span>}
    </NodeFrame>
  );
}
