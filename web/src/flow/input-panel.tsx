// R3.5-06: the labels of the dataset and how many pictures each has.
import { Alert, Segmented, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ClassBars } from "@/charts/class-bars";
import { formatCount } from "@/components/format-value";
import { useFacts } from "./flow-context";

export function InputPanel() {
  const { t } = useTranslation();
  const { stats } = useFacts();
  const [key, setKey] = useState<string>();
  if (!stats) return null;
  const label = stats.labels.find((one) => one.key === key) ?? [...stats.labels].sort((a, b) => b.total - a.total)[0];
  return (
    <>
      <Typography.Text type="secondary">{t("flow.inputHelp")}</Typography.Text>
      <span>{t("stats.items", { items: formatCount(stats.file_count) })}</span>
      {stats.labels.length === 0 && <Alert type="info" showIcon message={t("flow.noLabels")} />}
      {stats.labels.length > 1 && (
        <Segmented size="small" value={label?.key} onChange={setKey} options={stats.labels.map((one) => ({ value: one.key, label: one.name }))} aria-label={t("flow.label")} />
      )}
      {label && <ClassBars counts={label.count} label={t("stats.chartLabel")} />}
    </>
  );
}
