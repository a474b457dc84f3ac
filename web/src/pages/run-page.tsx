// R4.3-01, U4.3-03: the monitor of one training instance: state, live curves, hyper-parameters.
import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Segmented, Skeleton, Table, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { runQuery, trainingQuery } from "@/api/queries";
import type { MetricSummary, Run } from "@/api/types";
import { groupOf, type MetricGroup } from "@/charts/metric-data";
import { MetricChart } from "@/charts/metric-chart";
import { useRunMetrics } from "@/charts/use-run-metrics";
import { CopyText } from "@/components/copy-text";
import { EmptyNote } from "@/components/empty-note";
import { ErrorAlert, ErrorBlock } from "@/components/error-alert";
import { elapsedMs, formatCount, formatElapsed, formatMetric } from "@/components/format-value";
import { ModelsTable } from "@/components/models-table";
import { PageHeader } from "@/components/page-header";
import { PageLoading } from "@/components/page-loading";
import { StateTag } from "@/components/state-tag";
import { useLive } from "@/live/live-context";

/** The clock, ticking only while something runs. */
function useNow(active: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}

function Tile({ label, value, testId }: { label: string; value: string; testId?: string }) {
  return (
    <div className="tile">
      <div className="label">{label}</div>
      <div className="value" data-testid={testId}>{value}</div>
    </div>
  );
}

function Tiles({ run, lastStep, speed }: { run: Run; lastStep?: number; speed?: number }) {
  const { t } = useTranslation();
  const now = useNow(run.state === "running");
  const step = Math.max(run.step ?? -1, lastStep ?? -1);
  return (
    <div className="tiles" data-testid="tiles">
      <Tile label={t("run.status")} value={t(`state.${run.state}`)} testId="tile-status" />
      <Tile label={t("run.epoch")} value={formatCount(run.epoch)} />
      <Tile label={t("run.batch")} value={step >= 0 ? formatCount(step) : "-"} testId="tile-batch" />
      <Tile label={t("run.speed")} value={speed === undefined ? "-" : formatMetric(speed)} />
      <Tile label={t("run.elapsed")} value={formatElapsed(elapsedMs(run.started_at, run.ended_at, now))} />
    </div>
  );
}

const groups: MetricGroup[] = ["loss", "accuracy", "learningRate", "other", "speed"];

function Curves({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [only, setOnly] = useState<MetricGroup | "all">("all");
  const { metrics, dropped, isPending, error, refetch } = useRunMetrics(run);
  const present = groups.filter((group) => metrics.series.some((one) => groupOf(one.name) === group));
  const title = (group: MetricGroup) => t(`chart.${group}`);
  const lastStep = metrics.series.reduce((max, one) => Math.max(max, one.points.at(-1)?.[0] ?? -1), -1);
  const speed = metrics.series.find((one) => groupOf(one.name) === "speed")?.points.at(-1)?.[2];
  return (
    <>
      <Tiles run={run} lastStep={lastStep} speed={speed} />
      {error && <ErrorAlert error={error} onRetry={refetch} />}
      {dropped && <Alert type="info" showIcon closable message={t("chart.dropped")} />}
      {isPending && <Skeleton active />}
      {present.length === 0 && !isPending && <Card><EmptyNote text={t("chart.none")} /></Card>}
      {present.length > 0 && (
        <>
          <div className="toolbar" style={{ marginBottom: -4 }}>
            <Segmented value={only} onChange={(value) => setOnly(value as MetricGroup | "all")} options={[{ value: "all", label: t("chart.all") }, ...present.map((group) => ({ value: group, label: title(group) }))]} />
            <Typography.Text type="secondary">{t("chart.zoomHint")}</Typography.Text>
          </div>
          <div className="charts">
            {present.filter((group) => only === "all" || only === group).map((group) => (
              <MetricChart key={group} run={run} title={title(group)} series={metrics.series.filter((one) => groupOf(one.name) === group)} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

function HyperParameters({ params }: { params: Record<string, unknown> }) {
  const { t } = useTranslation();
  const rows = Object.entries(params ?? {});
  if (rows.length === 0) return <EmptyNote text={t("run.noHyper")} />;
  return (
    <Table
      size="small"
      pagination={false}
      rowKey={([name]) => name}
      dataSource={rows}
      data-testid="hyper"
      columns={[
        { title: t("run.hyperName"), render: (_, [name]) => <span className="mono">{name}</span> },
        { title: t("run.hyperValue"), render: (_, [, value]) => <span className="mono">{typeof value === "string" ? value : JSON.stringify(value)}</span> },
      ]}
    />
  );
}

function MetricTable({ metrics }: { metrics: MetricSummary[] }) {
  const { t } = useTranslation();
  return (
    <Table<MetricSummary>
      size="small"
      pagination={false}
      rowKey="name"
      dataSource={metrics}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <EmptyNote text={t("empty.none")} /> }}
      columns={[
        { title: t("field.name"), dataIndex: "name", render: (name: string) => <span className="mono">{name}</span> },
        { title: t("run.last"), dataIndex: "last", align: "right", render: formatMetric },
        { title: t("run.min"), dataIndex: "min", align: "right", render: formatMetric },
        { title: t("run.max"), dataIndex: "max", align: "right", render: formatMetric },
        { title: t("run.points"), dataIndex: "count", align: "right", render: formatCount },
      ]}
    />
  );
}

export function RunPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const query = useQuery(runQuery(id));
  const training = useQuery(trainingQuery(query.data?.training.id ?? ""));
  useLive([`run:${id}`, "models"]);
  if (query.isPending) return <PageLoading />;
  if (query.isError) return <ErrorBlock error={query.error} onRetry={() => void query.refetch()} />;
  const run = query.data;
  return (
    <div className="page stack" data-testid="run-page">
      <PageHeader title={`${t("run.title")} · ${run.training.name}`} back={`/trainings/${run.training.id}`} after={<StateTag state={run.state} />} />
      <div style={{ marginTop: -12 }}>
        <Typography.Text type="secondary">{t("run.id")}: </Typography.Text><CopyText text={run.id} />
        {training.data && (
          <>
            <br /><Typography.Text type="secondary">{t("training.image")}: </Typography.Text><span className="mono">{training.data.image}</span>
            <br /><Typography.Text type="secondary">{t("training.dataset")}: </Typography.Text>
            <Link to={`/datasets/${training.data.train_set.dataset.id}`}>{training.data.train_set.dataset.name}</Link>
          </>
        )}
      </div>
      {run.error_message && <Alert type="error" showIcon message={t("run.error")} description={<pre className="wrap-pre mono">{run.error_message}</pre>} />}
      <Curves run={run} />
      <div className="charts">
        <Card size="small" title={t("run.hyper")}><HyperParameters params={run.params} /></Card>
        <Card size="small" title={t("run.metrics")}><MetricTable metrics={run.metrics} /></Card>
      </div>
      <Card size="small" title={t("run.snapshots")}><ModelsTable query={{ training_id: run.training.id }} runId={run.id} /></Card>
    </div>
  );
}
