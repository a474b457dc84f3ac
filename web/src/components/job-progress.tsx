// Live progress of the job behind an object, with the way to cancel it.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Progress, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { jobQuery } from "@/api/queries";
import type { Job } from "@/api/types";
import { useLive } from "@/live/live-context";
import { errorLine, slugSentence } from "./error-alert";
import { formatBytes, formatCount, progressPercent } from "./format-value";

export function jobAmount(job: Job): string {
  const { done, total, unit } = job.progress;
  const show = unit === "bytes" ? formatBytes : formatCount;
  return total > 0 ? `${show(done)} / ${show(total)}` : show(done);
}

export function useCancelJob() {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  return (id: string) =>
    modal.confirm({
      title: t("job.cancel"),
      content: t("job.cancelBody"),
      okText: t("job.cancel"),
      okButtonProps: { danger: true },
      cancelText: t("action.back"),
      onOk: async () => {
        try {
          await http.post(`/jobs/${id}/cancel`);
          void message.info(t("job.cancelled"));
        } catch (error) {
          void message.error(errorLine(t, error));
        }
      },
    });
}

export function JobProgress({ jobId, title }: { jobId: string; title: string }) {
  const { t } = useTranslation();
  const job = useQuery(jobQuery(jobId));
  const cancel = useCancelJob();
  useLive([`job:${jobId}`]);
  if (!job.data) return null;
  const { progress, state } = job.data;
  const active = state === "queued" || state === "running";
  return (
    <Card size="small" data-testid="job-progress">
      <div style={{ display: "flex", gap: 12, alignItems: "center", flexWrap: "wrap" }}>
        <b>{title}</b>
        <Typography.Text type="secondary">{state === "queued" && job.data.waiting ? slugSentence(t, job.data.waiting.slug, job.data.waiting.detail) : jobAmount(job.data)} {progress.message}</Typography.Text>
        <span style={{ flex: 1 }} />
        {active && <Button size="small" onClick={() => cancel(jobId)}>{t("job.cancel")}</Button>}
      </div>
      <Progress percent={progressPercent(progress.done, progress.total)} status={state === "failed" ? "exception" : active ? "active" : "success"} />
    </Card>
  );
}
