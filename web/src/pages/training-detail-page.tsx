// One training: where it stands, what it was given, its instances, log and models.
import { DeleteOutlined, PauseCircleOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button, Card, Descriptions, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router-dom";
import { http } from "@/api/client";
import { trainingQuery } from "@/api/queries";
import type { FormattedSetRef, Resources, Training } from "@/api/types";
import { CopyText } from "@/components/copy-text";
import { DeleteDialog } from "@/components/delete-dialog";
import { ErrorBlock, errorLine } from "@/components/error-alert";
import { formatName } from "@/components/format-name";
import { elapsedMs, formatBytes, formatElapsed, formatTime } from "@/components/format-value";
import { LogViewer } from "@/components/log-viewer";
import { ModelsTable } from "@/components/models-table";
import { PageHeader } from "@/components/page-header";
import { PageLoading } from "@/components/page-loading";
import { RunsTable } from "@/components/runs-table";
import { StateTag, trainingState } from "@/components/state-tag";
import { TrainingProgress } from "@/components/training-progress";
import { useLive } from "@/live/live-context";

const isActive = (training: Training): boolean => ["queued", "creating", "running"].includes(training.state);

function SetLink({ set }: { set: FormattedSetRef | null | undefined }) {
  const { t } = useTranslation();
  if (!set) return <>{t("training.noValSet")}</>;
  return <><Link to={`/datasets/${set.dataset.id}`}>{set.dataset.name}</Link> · {formatName(t, set.format)} · <span className="mono">{set.batch}</span></>;
}

function resourceText(resources: Resources): string {
  const gpu = resources.gpu_count > 0 ? ` · ${resources.gpu_count} GPU ${resources.gpu_model ?? ""}` : "";
  return `${resources.cpu_cores} CPU · ${formatBytes(resources.memory_bytes)}${gpu}`;
}

function TrainingFields({ training }: { training: Training }) {
  const { t } = useTranslation();
  const params = Object.keys(training.params ?? {}).length > 0 ? JSON.stringify(training.params, null, 2) : "";
  const items = [
    { key: "id", label: t("training.id"), children: <CopyText text={training.id} /> },
    { key: "image", label: t("training.image"), children: <span className="mono">{training.image}</span> },
    { key: "train", label: t("training.trainSet"), children: <SetLink set={training.train_set} /> },
    { key: "val", label: t("training.valSet"), children: <SetLink set={training.val_set} /> },
    { key: "resources", label: t("training.resources"), children: resourceText(training.resources) },
    { key: "creator", label: t("field.creator"), children: training.owner.name },
    { key: "created", label: t("field.createdAt"), children: formatTime(training.created_at) },
    { key: "started", label: t("field.startedAt"), children: formatTime(training.started_at) },
    { key: "ended", label: t("field.endedAt"), children: formatTime(training.ended_at) },
    { key: "elapsed", label: t("field.elapsed"), children: training.ended_at && training.started_at ? formatElapsed(elapsedMs(training.started_at, training.ended_at, 0)) : "-" },
    { key: "command", label: t("training.command"), span: "filled" as const, children: <pre className="wrap-pre mono long">{training.command}</pre> },
    { key: "params", label: t("training.params"), span: "filled" as const, children: params ? <pre className="wrap-pre mono long">{params}</pre> : t("run.noHyper") },
  ];
  if (training.description) items.unshift({ key: "description", label: t("field.description"), span: "filled" as const, children: <span>{training.description}</span> });
  return <Descriptions bordered size="small" column={{ xs: 1, sm: 1, md: 2, lg: 2, xl: 2, xxl: 2 }} className="fields" items={items} />;
}

function useStop(training: Training | undefined) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  return () =>
    modal.confirm({
      title: `${t("training.stop")}: ${training?.name ?? ""}`,
      content: t("training.stopBody"),
      okText: t("action.stop"),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await http.post(`/trainings/${training?.id ?? ""}/stop`);
          void message.info(t("training.stopping"));
        } catch (error) {
          void message.error(errorLine(t, error));
        }
      },
    });
}

export function TrainingDetailPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id = "" } = useParams();
  const query = useQuery(trainingQuery(id));
  const [deleting, setDeleting] = useState(false);
  const stop = useStop(query.data);
  useLive([`training:${id}`, "models"]);
  if (query.isPending) return <PageLoading />;
  if (query.isError) return <ErrorBlock error={query.error} onRetry={() => void query.refetch()} />;
  const training = query.data;
  const active = isActive(training);
  return (
    <div className="page stack">
      <PageHeader title={training.name} back="/trainings" after={<StateTag state={trainingState(training.state)} />}>
        {active && <Button icon={<PauseCircleOutlined />} onClick={stop} data-testid="training-stop">{t("training.stop")}</Button>}
        <Button icon={<DeleteOutlined />} danger onClick={() => setDeleting(true)} data-testid="training-delete">{t("action.delete")}</Button>
      </PageHeader>
      <Card size="small"><TrainingProgress training={training} /></Card>
      <Card styles={{ body: { paddingTop: 8 } }}>
        <Tabs
          items={[
            { key: "runs", label: t("run.list"), children: <RunsTable trainingId={id} /> },
            { key: "log", label: <span data-testid="tab-log">{t("log.title")}</span>, children: <LogViewer trainingId={id} active={active} /> },
            { key: "models", label: <span data-testid="tab-models">{t("model.title")}</span>, children: <ModelsTable query={{ training_id: id }} /> },
          ]}
        />
      </Card>
      <TrainingFields training={training} />
      {deleting && (
        <DeleteDialog
          cacheNoun="training"
          noun={t("training.noun")}
          what={t("training.deleteWhat")}
          rule={t("training.deleteRule")}
          items={[training]}
          remove={(target) => http.delete(`/trainings/${target}`)}
          onClose={() => setDeleting(false)}
          onDone={(ids) => ids.length > 0 && navigate("/trainings")}
        />
      )}
    </div>
  );
}
