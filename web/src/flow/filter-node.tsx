import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import type { FilterNode as Filter } from "@/api/preprocess";
import { nodeOf } from "./graph";
import { useFacts } from "./flow-context";
import { NodeFrame } from "./node-frame";
import { typedOf } from "./terms";

const shown = 3;

export function FilterNode({ id }: NodeProps) {
  const { t } = useTranslation();
  const node = nodeOf(useFacts().graph, id) as Filter | undefined;
  if (!node) return null;
  const names = node.values.slice(0, shown).join(", ");
  const text = node.values.length > shown ? t("flow.andMore", { names, count: node.values.length - shown }) : names;
  return (
    <NodeFrame id={id} type="filter">
      {node.values.length === 0
        ? <span className="flow-hush">{t(node.unlabelled ? "flow.onlyUnlabelled" : "flow.noClasses")}</span>
        : <span title={node.values.join(", ")}>{node.mode === "exclude" ? t("flow.without", { names: text }) : text}</span>}
      {node.where?.map((term, at) => <div key={at} className="clip flow-hush">{`${term.field} ${t(`flow.terms.word.${term.is}`, { defaultValue: term.is })} ${typedOf(term)}`}</div>)}
    </NodeFrame>
  );
}
