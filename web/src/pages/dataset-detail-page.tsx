// U3.2-07: everything about one source dataset, and its formatted data below.
import { CopyOutlined, DeleteOutlined, DownloadOutlined, PartitionOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Descriptions, Tabs, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router-dom";
import { http } from "@/api/client";
import { downloadUrl } from "@/api/download";
import { datasetQuery } from "@/api/queries";
import type { Dataset } from "@/api/types";
import { CopyText } from "@/components/copy-text";
import { DeleteDialog } from "@/components/delete-dialog";
import { DescriptionEditor } from "@/components/description-editor";
import { ErrorBlock, FailureAlert } from "@/components/error-alert";
import { FormattedSets } from "@/components/formatted-sets";
import { formatBytes, formatCount, formatTime } from "@/components/format-value";
import { JobProgress } from "@/components/job-progress";
import { LinkButton } from "@/components/link-button";
import { PageHeader } from "@/components/page-header";
import { PageLoading } from "@/components/page-loading";
import { RejectsTable } from "@/components/rejects-table";
import { SamplesGrid } from "@/components/samples-grid";
import { StateTag } from "@/components/state-tag";
import { StatsDialog } from "@/components/stats-dialog";
import { CopyDatasetDialog } from "@/forms/copy-dataset-dialog";
import { LineageField } from "@/flow/lineage-field";
import { useLive } from "@/live/live-context";

function sourceText(dataset: Dataset, kind: string): string {
  const where = dataset.source.filename ?? (dataset.source.kind === "upload" || dataset.source.kind === "archive" ? "" : dataset.source.uri);
  return where ? `${kind} · ${where}` : kind;
}

function DatasetFields({ dataset, onStats }: { dataset: Dataset; onStats: () => void }) {
  const { t } = useTranslation();
  const ready = dataset.state === "success";
  const hasList = dataset.kind === "source";
  const items = [
    { key: "name", label: t("field.name"), children: dataset.name },
    { key: "state", label: t("field.state"), children: <StateTag state={dataset.state} /> },
    { key: "description", label: t("field.description"), span: "filled" as const, children: <DescriptionEditor path={`/datasets/${dataset.id}`} noun="dataset" text={dataset.description} /> },
    { key: "kind", label: t("dataset.kindLabel"), children: <span data-testid="dataset-kind">{t(`dataset.kind.${dataset.kind}`)}</span> },
    { key: "media", label: t("dataset.mediaType"), children: t(`dataset.mediaKind.${dataset.media}`, { defaultValue: dataset.media }) },
    { key: "source", label: t("field.source"), children: t("dataset.userDefined", { source: sourceText(dataset, t(`dataset.sourceKind.${dataset.source.kind}`)) }) },
    ...(dataset.lineage ? [{ key: "lineage", label: t("flow.lineage"), span: "filled" as const, children: <LineageField lineage={dataset.lineage} name={dataset.name} /> }] : []),
    { key: "created", label: t("field.createdAt"), children: formatTime(dataset.created_at) },
    { key: "completed", label: t("field.completedAt"), children: formatTime(dataset.completed_at) },
    { key: "items", label: t("field.items"), children: <span data-testid="item-count">{formatCount(dataset.item_count)}</span> },
    { key: "bytes", label: t("dataset.byteCount"), children: formatBytes(dataset.byte_count) },
    {
      key: "labels", label: t("dataset.labels"),
      children: dataset.labels.length > 0
        ? dataset.labels.map((label) => <Tag key={label.key}>{t(`stats.type.${label.type}`, { defaultValue: label.type })}-{label.name}</Tag>)
        : <span data-testid="unlabelled">{t("dataset.unlabelled")}</span>,
    },
    { key: "stats", label: t("dataset.stats"), children: <Button size="small" type="link" style={{ padding: 0 }} disabled={!ready} onClick={onStats} data-testid="view-stats">{t("action.view")}</Button> },
    ...(hasList ? [{
      key: "list", label: t("dataset.listUri"), span: "filled" as const,
      children: <><CopyText text={dataset.list_uri} /> {ready && <a href={downloadUrl.datasetList(dataset.id)} download><DownloadOutlined /> {t("action.download")}</a>}</>,
    }] : []),
  ];
  return <Descriptions bordered size="small" column={{ xs: 1, sm: 1, md: 2, lg: 2, xl: 2, xxl: 2 }} className="fields" items={items} />;
}

function DatasetTabs({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const hasList = dataset.kind === "source";
  return (
    <Tabs
      items={[
        { key: "formatted", label: t("dataset.formattedData"), children: <FormattedSets dataset={dataset} /> },
        { key: "samples", label: <span data-testid="tab-samples">{t("dataset.samples")}</span>, children: <SamplesGrid dataset={dataset} /> },
        { key: "rejects", label: <span data-testid="tab-rejects">{t(hasList ? "dataset.rejects" : "dataset.setRejects")} ({formatCount(dataset.reject_count)})</span>, children: <RejectsTable dataset={dataset} /> },
      ]}
    />
  );
}

export function DatasetDetailPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id = "" } = useParams();
  const query = useQuery(datasetQuery(id));
  const [dialog, setDialog] = useState<"stats" | "copy" | "delete" | null>(null);
  useLive([`dataset:${id}`]);
  if (query.isPending) return <PageLoading />;
  if (query.isError) return <ErrorBlock error={query.error} onRetry={() => void query.refetch()} />;
  const dataset = query.data;
  const close = () => setDialog(null);
  return (
    <div className="page stack">
      <PageHeader title={dataset.name} back="/datasets" after={<StateTag state={dataset.state} />}>
        {dataset.kind === "source" && <LinkButton to={`/datasets/${dataset.id}/preprocess`} icon={<PartitionOutlined />} disabled={dataset.state !== "success"} data-testid="preprocess">{t("flow.preprocess")}</LinkButton>}
        {dataset.kind === "source" && <Button icon={<CopyOutlined />} disabled={dataset.state !== "success"} onClick={() => setDialog("copy")} data-testid="copy-dataset">{t("action.copy")}</Button>}
        <Button icon={<DeleteOutlined />} danger onClick={() => setDialog("delete")} data-testid="delete-dataset">{t("action.delete")}</Button>
      </PageHeader>
      {dataset.state === "creating" && dataset.job_id && <JobProgress jobId={dataset.job_id} title={t(dataset.source.kind === "preprocess" ? "flow.making" : "dataset.importing")} />}
      {dataset.state === "failed" && <FailureAlert failure={dataset.error} title={t("dataset.importFailed")} />}
      <DatasetFields dataset={dataset} onStats={() => setDialog("stats")} />
      <Card styles={{ body: { paddingTop: 8 } }}><DatasetTabs dataset={dataset} /></Card>
      {dialog === "stats" && <StatsDialog of={{ noun: "dataset", id }} onClose={close} />}
      {dialog === "copy" && <CopyDatasetDialog dataset={dataset} onClose={close} onDone={(copy) => navigate(`/datasets/${copy.id}`)} />}
      {dialog === "delete" && (
        <DeleteDialog
          cacheNoun="dataset"
          noun={t("dataset.noun")}
          what={t(dataset.kind === "source" ? "dataset.deleteWhat" : "dataset.setDeleteWhat")}
          rule={t(dataset.kind === "source" ? "dataset.deleteRule" : "dataset.setDeleteRule")}
          items={[dataset]}
          remove={(target) => http.delete(`/datasets/${target}`)}
          onClose={close}
          onDone={(ids) => ids.length > 0 && navigate("/datasets")}
        />
      )}
    </div>
  );
}
