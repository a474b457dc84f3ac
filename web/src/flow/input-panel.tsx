// R3.5-06: the labels of the dataset and how many pictures each has.
import { Alert, Segmented, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { InputNode } from "@/api/preprocess";
import { ClassBars } from "@/charts/class-bars";
import { formatCount } from "@/components/format-value";
import { useFacts } from "./flow-context";
import { inputId } from "./graph";
import { InputDataset } from "./input-dataset";

export function InputPanel({ node }: { node: InputNode }) {
  const { t } = useTranslation();
  const { stats, graph } = useFacts();
  const [key, setKey] = useState<string>();
  if (!stats) return null;
  const several = graph.nodes.filter((one) => one.type === "input").length > 1;
  const label = stats.labels.find((one) => one.key === key) ?? [...stats.labels].sort((a, b) => b.total - a.total)[0];
  return (
    <>
      {(node.id !== inputId || node.list) && <InputDataset node={node} />}
      <Typography.Text type="secondary">{t(several ? "flow.inputsHelp" : "flow.inputHelp")}</Typography.Text>
      <span>{t("stats.items", { items: formatCount(stats.file_count) })}</span>
      {stats.labels.length === 0 && <Alert type="info" showIcon message={t("flow.noLabels")} />}
      {stats.labels.length > 1 && (
        <Segmented size="small" value={label?.key} onChange={setKey} options={stats.labels.map((one) => ({ value: one.key, label: one.name }))} aria-label={t("flow.label")} />
      )}
      {label && <ClassBars counts={label.count} label={t("stats.chartLabel")} />}
    </>
  );
}
