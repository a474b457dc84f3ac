import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import type { InputNode as Input } from "@/api/preprocess";
import { nodeOf } from "./graph";
import { useFacts } from "./flow-context";
import { NodeFrame } from "./node-frame";

export function InputNode({ id }: NodeProps) {
  const { t } = useTranslation();
  const { graph } = useFacts();
  const node = nodeOf(graph, id) as Input | undefined;
  return <NodeFrame id={id} type="input">{node?.list || t("flow.thisDataset")}</NodeFrame>;
}
