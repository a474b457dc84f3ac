// Models in a table: on the models page by origin, on training and run pages by who made them.
import { DeleteOutlined, DownloadOutlined, LineChartOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Tag, Tooltip } from "antd";
import type { TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { http } from "@/api/client";
import { downloadUrl } from "@/api/download";
import { modelsQuery } from "@/api/queries";
import type { Model, ModelOrigin } from "@/api/types";
import { groupOf } from "@/charts/metric-data";
import { DataTable } from "./data-table";
import { DeleteDialog } from "./delete-dialog";
import { ErrorAlert } from "./error-alert";
import { formatBytes, formatMetric, formatTime } from "./format-value";
import { ListFoot } from "./list-foot";
import { LinkButton } from "./link-button";

interface Props {
  query: { origin?: ModelOrigin; training_id?: string; search?: string };
  runId?: string;
}

function Metrics({ metrics }: { metrics?: Record<string, number> | null }) {
  const weight = (name: string): number => ["accuracy", "loss"].indexOf(groupOf(name)) * 2 + (name.startsWith("val") ? 0 : 1);
  const entries = Object.entries(metrics ?? {}).sort(([a], [b]) => (weight(a) + 8) % 8 - ((weight(b) + 8) % 8));
  if (entries.length === 0) return <>-</>;
  const text = ([name, value]: [string, number]): string => `${name} ${formatMetric(value)}`;
  return (
    <Tooltip title={entries.map((entry) => <div key={entry[0]}>{text(entry)}</div>)}>
      <span className="nowrap">{entries.slice(0, 2).map((entry) => <Tag key={entry[0]}>{text(entry)}</Tag>)}{entries.length > 2 && `+${entries.length - 2}`}</span>
    </Tooltip>
  );
}

function useColumns(origin: ModelOrigin | undefined, onDelete: (model: Model) => void): TableColumnsType<Model> {
  const { t } = useTranslation();
  const made = origin === undefined || origin === "produced";
  const columns: TableColumnsType<Model> = [
    { title: t("model.name"), dataIndex: "name", render: (name: string, row) => <Tooltip title={row.file_name}><span className="name" data-testid="model-name">{name}</span></Tooltip> },
  ];
  if (origin === "produced") {
    columns.push({ title: t("training.name"), render: (_, row) => (row.training ? <Link to={`/trainings/${row.training.id}`} className="name" title={row.training.name}>{row.training.name}</Link> : "-") });
  }
  if (made) {
    columns.push({ title: t("model.epoch"), dataIndex: "epoch", align: "right", render: (epoch?: number | null) => epoch ?? "-" });
    columns.push({ title: t("model.metrics"), responsive: ["md"], render: (_, row) => <Metrics metrics={row.metrics} /> });
  }
  columns.push(
    { title: t("field.size"), dataIndex: "size_bytes", align: "right", render: formatBytes },
    { title: made ? t("model.madeAt") : t("field.createdAt"), dataIndex: "created_at", responsive: ["sm"], render: formatTime },
    {
      title: t("field.actions"), fixed: "right", width: 130,
      render: (_, row) => (
        <span className="nowrap">
          <Tooltip title={t("action.download")}>
            <Button type="text" icon={<DownloadOutlined />} href={downloadUrl.model(row.id)} download aria-label={`${t("action.download")} ${row.name}`} data-testid="model-download" />
          </Tooltip>
          {row.run_id && (
            <Tooltip title={t("model.trend")}><LinkButton to={`/runs/${row.run_id}`} type="text" icon={<LineChartOutlined />} aria-label={`${t("model.trend")} ${row.name}`} /></Tooltip>
          )}
          {row.origin !== "public" && (
            <Tooltip title={t("action.delete")}><Button type="text" danger icon={<DeleteOutlined />} aria-label={`${t("action.delete")} ${row.name}`} onClick={() => onDelete(row)} /></Tooltip>
          )}
        </span>
      ),
    },
  );
  return columns;
}

export function ModelsTable({ query, runId }: Props) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(modelsQuery(query));
  const [deleting, setDeleting] = useState<Model | null>(null);
  const all = list.data?.pages.flatMap((page) => page.items) ?? [];
  const rows = runId ? all.filter((model) => model.run_id === runId) : all;
  const columns = useColumns(query.origin, setDeleting);
  return (
    <>
      {list.isError && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable<Model>
        size="small"
        rowKey="id"
        dataSource={rows}
        columns={columns}
        loading={list.isPending}
        failed={list.isError}
        expandable={{ expandedRowRender: (row) => <ModelFields model={row} /> }}
        empty={query.search ? t("empty.noResult") : t(`model.none.${query.origin ?? "produced"}`)}
      />
      <ListFoot query={list} />
      {deleting && (
        <DeleteDialog cacheNoun="model" noun={t("model.noun")} what={t("model.deleteWhat")} items={[deleting]} remove={(id) => http.delete(`/models/${id}`)} onClose={() => setDeleting(null)} />
      )}
    </>
  );
}

function ModelFields({ model }: { model: Model }) {
  const { t } = useTranslation();
  return (
    <div style={{ display: "grid", gap: 4 }}>
      <div>{t("model.id")}: <span className="mono">{model.id}</span></div>
      {model.run_id && <div>{t("run.id")}: <Link to={`/runs/${model.run_id}`} className="mono">{model.run_id}</Link></div>}
      <div>{t("model.file")}: <span className="mono">{model.file_name}</span></div>
      <div>{t("model.sha256")}: <span className="mono">{model.sha256 || "-"}</span></div>
    </div>
  );
}
