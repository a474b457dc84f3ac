// Chapter 3.5, 数据集预处理: turn this dataset into a new one with a graph.
import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import { operationsQuery } from "@/api/preprocess";
import { datasetQuery, datasetStatsQuery } from "@/api/queries";
import { ErrorBlock } from "@/components/error-alert";
import { PageHeader } from "@/components/page-header";
import { PageLoading } from "@/components/page-loading";
import { FlowEditor } from "@/flow/flow-editor";

export function PreprocessPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const dataset = useQuery(datasetQuery(id));
  const ready = dataset.data?.state === "success" && dataset.data.kind === "source";
  const stats = useQuery({ ...datasetStatsQuery(id), enabled: ready });
  const operations = useQuery({ ...operationsQuery, enabled: ready });
  const failed = [dataset, stats, operations].find((query) => query.isError);
  if (failed) return <ErrorBlock error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!dataset.data) return <PageLoading />;
  return (
    <div className="page stack flow-page">
      <PageHeader title={t("flow.title", { name: dataset.data.name })} back={`/datasets/${id}`} />
      {!ready && <Alert type="info" showIcon message={t(dataset.data.kind === "source" ? "flow.notYet" : "flow.notFormatted")} />}
      {ready && !(stats.data && operations.data) && <PageLoading />}
      {ready && stats.data && operations.data && <FlowEditor key={id} dataset={dataset.data} stats={stats.data} operations={operations.data.items} />}
    </div>
  );
}
