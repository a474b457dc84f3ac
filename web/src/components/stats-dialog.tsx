// U3.2-08, R3.2-04: the label statistics of a dataset or of one formatted set.
import { useQuery } from "@tanstack/react-query";
import { Alert, Modal, Radio, Segmented, Skeleton, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { datasetStatsQuery, formattedSetStatsQuery } from "@/api/queries";
import type { LabelCount, LabelStats } from "@/api/types";
import { ClassBars } from "@/charts/class-bars";
import { ErrorAlert } from "./error-alert";
import { formatCount } from "./format-value";

interface Props {
  of: { noun: "dataset" | "formatted-set"; id: string };
  onClose: () => void;
}

function LabelView({ label }: { label: LabelCount }) {
  const { t } = useTranslation();
  const [order, setOrder] = useState<"index" | "count">("index");
  const counts = order === "index" ? label.count : [...label.count].sort((a, b) => b.count - a.count);
  return (
    <>
      <div className="toolbar">
        <Typography.Text type="secondary" style={{ flex: 1 }}>
          {t("stats.summary", { images: formatCount(label.images), unlabelled: formatCount(label.unlabelled), classes: formatCount(label.count.length) })}
        </Typography.Text>
        <Segmented
          size="small"
          value={order}
          aria-label={t("stats.sort")}
          onChange={(value) => setOrder(value as "index" | "count")}
          options={[{ value: "index", label: t("stats.sortIndex") }, { value: "count", label: t("stats.sortCount") }]}
        />
      </div>
      <ClassBars counts={counts} label={t("stats.chartLabel")} />
    </>
  );
}

function StatsBody({ stats }: { stats: LabelStats }) {
  const { t } = useTranslation();
  const [key, setKey] = useState(stats.labels[0]?.key ?? "");
  const label = stats.labels.find((entry) => entry.key === key);
  return (
    <Space direction="vertical" size={12} style={{ width: "100%" }}>
      <span data-testid="stats-items">{t("stats.items", { items: formatCount(stats.file_count) })}</span>
      {stats.labels.length === 0 && <Alert type="info" showIcon message={t("stats.noLabels")} data-testid="stats-no-labels" />}
      {stats.labels.length > 0 && (
        <Radio.Group
          value={key}
          onChange={(event) => setKey(event.target.value as string)}
          options={stats.labels.map((entry) => ({
            value: entry.key,
            label: t("stats.option", { type: t(`stats.type.${entry.type}`, { defaultValue: entry.type }), name: entry.name, total: entry.total }),
          }))}
        />
      )}
      {label && <LabelView label={label} />}
    </Space>
  );
}

export function StatsDialog({ of, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(of.noun === "dataset" ? datasetStatsQuery(of.id) : formattedSetStatsQuery(of.id));
  return (
    <Modal open title={t("stats.title")} onCancel={onClose} footer={null} width={680} data-testid="stats-dialog">
      {query.isPending && <Skeleton active />}
      {query.isError && <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <StatsBody stats={query.data} />}
    </Modal>
  );
}
