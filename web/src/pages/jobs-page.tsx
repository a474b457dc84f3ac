// The queue: what waits, runs and has ended, how far, and why something failed.
import { ReloadOutlined, StopOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Card, Progress, Select, Tooltip } from "antd";
import type { TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { jobsQuery } from "@/api/queries";
import type { Job } from "@/api/types";
import { DataTable } from "@/components/data-table";
import { ErrorAlert, FailureAlert, slugSentence } from "@/components/error-alert";
import { elapsedMs, formatElapsed, formatTime, progressPercent } from "@/components/format-value";
import { jobAmount, useCancelJob } from "@/components/job-progress";
import { ListFoot } from "@/components/list-foot";
import { PageHeader } from "@/components/page-header";
import { StateTag } from "@/components/state-tag";
import { useLive } from "@/live/live-context";

const states = ["queued", "running", "succeeded", "failed", "cancelled"];
const pageOf: Record<string, string> = { dataset: "/datasets", training: "/trainings" };

function Subject({ subject }: { subject: Job["subject"] }) {
  const page = pageOf[subject.type];
  return page ? <Link to={`${page}/${subject.id}`} className="name" title={subject.name}>{subject.name || subject.id}</Link> : <span className="name">{subject.name || subject.id}</span>;
}

function JobBar({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { done, total, unit, message } = job.progress;
  const ended = job.state !== "queued" && job.state !== "running";
  if (job.state === "queued") return <>{job.waiting ? slugSentence(t, job.waiting.slug, job.waiting.detail) : "-"}</>;
  const succeeded = job.state === "succeeded";
  if (total === 0 && done === 0 && !succeeded) return <>{message || "-"}</>;
  return (
    <div style={{ minWidth: 140 }}>
      {(total > 0 || succeeded) && <Progress size="small" style={{ margin: 0 }} percent={succeeded ? 100 : progressPercent(done, total)} status={job.state === "failed" ? "exception" : ended ? undefined : "active"} />}
      {(total > 0 || done > 0) && <small>{jobAmount(job)} {unit === "bytes" ? "" : t(`job.unit.${unit}`, { defaultValue: unit })} {message}</small>}
    </div>
  );
}

function useColumns(): TableColumnsType<Job> {
  const { t } = useTranslation();
  const cancel = useCancelJob();
  return [
    { title: t("field.type"), dataIndex: "kind", render: (kind: string) => t(`job.kind.${kind.replace(".", "_")}`, { defaultValue: kind }) },
    { title: t("job.subject"), key: "subject", render: (_, job) => <Subject subject={job.subject} /> },
    { title: t("field.state"), dataIndex: "state", render: (state: string) => <StateTag state={state} /> },
    { title: t("field.progress"), render: (_, job) => <JobBar job={job} /> },
    { title: t("job.attempts"), responsive: ["md"], render: (_, job) => `${job.attempts} / ${job.max_attempts}` },
    { title: t("field.createdAt"), dataIndex: "created_at", responsive: ["sm"], render: formatTime },
    { title: t("field.elapsed"), responsive: ["md"], render: (_, job) => (job.started_at && job.ended_at ? formatElapsed(elapsedMs(job.started_at, job.ended_at, 0)) : "-") },
    {
      title: t("field.actions"), fixed: "right", width: 80,
      render: (_, job) =>
        (job.state === "queued" || job.state === "running") && (
          <Tooltip title={t("job.cancel")}><Button type="text" danger icon={<StopOutlined />} aria-label={t("job.cancel")} onClick={() => cancel(job.id)} /></Tooltip>
        ),
    },
  ];
}

export function JobsPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<string>();
  const list = useInfiniteQuery(jobsQuery(state));
  useLive(["jobs"]);
  const rows = (list.data?.pages.flatMap((page) => page.items) ?? []).filter((job) => !state || job.state === state);
  return (
    <div className="page">
      <PageHeader title={t("job.title")}>
        <Select allowClear value={state} onChange={setState} placeholder={t("job.allStates")} aria-label={t("job.allStates")} style={{ width: 140 }} options={states.map((value) => ({ value, label: t(`state.${value}`) }))} />
        <Button icon={<ReloadOutlined />} onClick={() => void list.refetch()} loading={list.isRefetching} aria-label={t("action.refresh")} title={t("action.refresh")} />
      </PageHeader>
      {list.isError && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <Card styles={{ body: { padding: 0 } }}>
        <DataTable<Job>
          size="middle"
          cardTitle="subject"
          rowKey="id"
          columns={useColumns()}
          dataSource={rows}
          loading={list.isPending}
          failed={list.isError}
          expandable={{ rowExpandable: (job) => !!job.error, expandedRowRender: (job) => <FailureAlert failure={job.error} title={t("job.why")} /> }}
          empty={t("job.none")}
        />
        <ListFoot query={list} />
      </Card>
    </div>
  );
}
