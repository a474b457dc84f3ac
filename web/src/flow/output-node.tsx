import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import type { OutputNode as Output } from "@/api/preprocess";
import { nodeOf } from "./graph";
import { useFacts } from "./flow-context";
import { NodeFrame } from "./node-frame";

export function OutputNode({ id }: NodeProps) {
  const { t } = useTranslation();
  const node = nodeOf(useFacts().graph, id) as Output | undefined;
  return <NodeFrame id={id} type="output">{node?.name || <span className="flow-hush">{t("flow.unnamed")}</span>}</NodeFrame>;
}
