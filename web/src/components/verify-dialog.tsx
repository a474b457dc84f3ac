// Proves that the sets of a batch hold the samples and labels they were made of: starts the job, shows it, names what is
// damaged.
import { CheckCircleFilled } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, List, Modal, Skeleton, Space, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, http } from "@/api/client";
import { verificationQuery } from "@/api/queries";
import type { FormattedSet, Verification, VerifyProblem } from "@/api/types";
import { ErrorAlert, slugSentence } from "./error-alert";
import { formatCount } from "./format-value";
import { JobProgress } from "./job-progress";

const SHOWN = 100;

function Problem({ problem }: { problem: VerifyProblem }) {
  const { t } = useTranslation();
  const where = [problem.set, problem.file, problem.sample].filter(Boolean).join(" · ");
  return (
    <List.Item>
      <List.Item.Meta title={<span className="mono wrap">{where}</span>} description={<span className="wrap">{slugSentence(t, problem.slug, problem.detail)} {problem.url}</span>} />
    </List.Item>
  );
}

function Report({ report }: { report: NonNullable<Verification["report"]> }) {
  const { t } = useTranslation();
  if (report.ok) {
    return (
      <Space direction="vertical" data-testid="verify-ok">
        <Typography.Text type="success"><CheckCircleFilled /> {t("verify.ok", { sets: formatCount(report.sets.length) })}</Typography.Text>
        <span className="mono wrap">{t("verify.root")}: {report.root}</span>
      </Space>
    );
  }
  return (
    <div data-testid="verify-damaged">
      <Alert type="error" showIcon message={t("verify.damaged", { count: report.problem_count })} />
      <List size="small" dataSource={report.problems.slice(0, SHOWN)} renderItem={(problem) => <Problem problem={problem} />} />
    </div>
  );
}

export function VerifyDialog({ set, onClose }: { set: FormattedSet; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = useQuery(verificationQuery(set.id));
  const start = useMutation({
    mutationFn: () => http.post<Verification>(`/formatted-sets/${set.id}/verify`),
    onSuccess: (made) => {
      queries.setQueryData(verificationQuery(set.id).queryKey, made);
      void queries.invalidateQueries({ queryKey: verificationQuery(set.id).queryKey });
    },
  });
  const never = query.error instanceof ApiError && query.error.problem.slug === "formatted_set.not_verified";
  const job = query.data?.job;
  const running = job?.state === "queued" || job?.state === "running";
  return (
    <Modal
      open
      title={`${t("verify.title")} · ${set.batch}`}
      onCancel={onClose}
      width={640}
      footer={<Button type="primary" loading={start.isPending} disabled={running} onClick={() => start.mutate()} data-testid="verify-start">{t(query.data ? "verify.again" : "verify.start")}</Button>}
      data-testid="verify-dialog"
    >
      <Typography.Paragraph type="secondary">{t("verify.what")}</Typography.Paragraph>
      {query.isPending && <Skeleton active />}
      {query.isError && !never && <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />}
      <ErrorAlert error={start.error} />
      {running && job && <JobProgress jobId={job.id} title={t("verify.running")} />}
      {query.data?.report && <Report report={query.data.report} />}
      {job?.state === "failed" && !query.data?.report && <Alert type="error" showIcon message={slugSentence(t, job.error?.slug ?? "", job.error?.detail ?? "")} />}
    </Modal>
  );
}
