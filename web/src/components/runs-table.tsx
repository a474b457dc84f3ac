// The training instances of one training (U4.4-02), with the newest value of their metrics.
import { LineChartOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { runsQuery } from "@/api/queries";
import type { Run } from "@/api/types";
import { groupOf } from "@/charts/metric-data";
import { useLive } from "@/live/live-context";
import { DataTable } from "./data-table";
import { ErrorAlert } from "./error-alert";
import { elapsedMs, formatCount, formatElapsed, formatMetric, formatTime } from "./format-value";
import { ListFoot } from "./list-foot";
import { StateTag } from "./state-tag";
import { LinkButton } from "./link-button";

function Latest({ run }: { run: Run }) {
  const shown = run.metrics.filter((metric) => ["loss", "accuracy"].includes(groupOf(metric.name)));
  return <span className="tags">{shown.slice(0, 4).map((metric) => <Tag key={metric.name}>{metric.name} {formatMetric(metric.last)}</Tag>)}</span>;
}

export function RunsTable({ trainingId }: { trainingId: string }) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(runsQuery(trainingId));
  useLive([`training:${trainingId}`]);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError) return <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <DataTable<Run>
        size="small"
        rowKey="id"
        dataSource={rows}
        loading={list.isPending}
        failed={list.isError}
        empty={t("run.none")}
        columns={[
          { title: t("run.id"), dataIndex: "id", render: (id: string) => <Link to={`/runs/${id}`} className="mono" data-testid="run-link">{id}</Link> },
          { title: t("field.state"), dataIndex: "state", render: (state: string) => <StateTag state={state} /> },
          { title: t("model.epoch"), dataIndex: "epoch", align: "right", render: formatCount },
          { title: t("run.metrics"), responsive: ["md"], render: (_, run) => <Latest run={run} /> },
          { title: t("training.startedAt"), dataIndex: "started_at", responsive: ["sm"], render: formatTime },
          { title: t("field.elapsed"), render: (_, run) => (run.ended_at ? formatElapsed(elapsedMs(run.started_at, run.ended_at, 0)) : "-") },
          { title: t("field.actions"), fixed: "right", render: (_, run) => <LinkButton to={`/runs/${run.id}`} size="small" icon={<LineChartOutlined />} data-testid="monitor">{t("run.monitor")}</LinkButton> },
        ]}
      />
      <ListFoot query={list} />
    </>
  );
}
