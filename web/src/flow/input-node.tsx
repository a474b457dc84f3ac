import type { NodeProps } from "@xyflow/react";
import type { InputNode as Input } from "@/api/preprocess";
import { nodeOf } from "./graph";
import { useFacts } from "./flow-context";
import { useInputName } from "./input-dataset";
import { NodeFrame } from "./node-frame";

export function InputNode({ id }: NodeProps) {
  const { graph } = useFacts();
  const node = nodeOf(graph, id) as Input | undefined;
  return <NodeFrame id={id} type="input">{useInputName(node?.list)}</NodeFrame>;
}
