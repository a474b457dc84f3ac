// U3.1-13: the list of datasets, with copy and delete above the table, search, refresh and creation.
import { CopyOutlined, DeleteOutlined, PlusOutlined, ReloadOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Card, Input, Tooltip } from "antd";
import type { TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { http } from "@/api/client";
import { datasetsQuery } from "@/api/queries";
import type { Dataset } from "@/api/types";
import { DataTable } from "@/components/data-table";
import { DeleteDialog } from "@/components/delete-dialog";
import { ErrorAlert } from "@/components/error-alert";
import { formatCount, formatTime } from "@/components/format-value";
import { ListFoot } from "@/components/list-foot";
import { PageHeader } from "@/components/page-header";
import { StateTag } from "@/components/state-tag";
import { useDebounced } from "@/components/use-debounced";
import { CopyDatasetDialog } from "@/forms/copy-dataset-dialog";
import { useLive } from "@/live/live-context";
import { LinkButton } from "@/components/link-button";

type Dialog = { kind: "delete"; items: Dataset[] } | { kind: "copy"; dataset: Dataset } | null;

/** A ready-made set has no list that could be copied (R3.2-05). */
const canCopy = (dataset: Dataset): boolean => dataset.state === "success" && dataset.kind === "source";

function useColumns(open: (dialog: Dialog) => void): TableColumnsType<Dataset> {
  const { t } = useTranslation();
  return [
    {
      title: t("field.name"), dataIndex: "name",
      render: (name: string, row) => <Link to={`/datasets/${row.id}`} className="name" title={name} data-testid="dataset-link">{name}</Link>,
    },
    { title: t("field.description"), dataIndex: "description", responsive: ["md"], render: (text: string) => <div className="clip" title={text}>{text || "-"}</div> },
    { title: t("field.state"), dataIndex: "state", width: 100, render: (state: string) => <StateTag state={state} /> },
    { title: t("field.items"), dataIndex: "item_count", align: "right", width: 100, render: formatCount },
    { title: t("dataset.kindLabel"), dataIndex: "kind", width: 165, responsive: ["xl"], render: (kind: Dataset["kind"]) => t(`dataset.kind.${kind}`) },
    { title: t("field.source"), dataIndex: ["source", "kind"], width: 140, responsive: ["lg"], render: (kind: string) => t(`dataset.sourceKind.${kind}`, { defaultValue: kind }) },
    { title: t("field.createdAt"), dataIndex: "created_at", width: 180, responsive: ["sm"], render: formatTime },
    {
      title: t("field.actions"), fixed: "right", width: 110,
      render: (_, row) => (
        <span className="nowrap">
          <Tooltip title={t("action.copy")}>
            <Button type="text" icon={<CopyOutlined />} aria-label={`${t("action.copy")} ${row.name}`} disabled={!canCopy(row)} onClick={() => open({ kind: "copy", dataset: row })} />
          </Tooltip>
          <Tooltip title={t("action.delete")}>
            <Button type="text" danger icon={<DeleteOutlined />} aria-label={`${t("action.delete")} ${row.name}`} onClick={() => open({ kind: "delete", items: [row] })} />
          </Tooltip>
        </span>
      ),
    },
  ];
}

export function DatasetsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const late = useDebounced(search);
  const list = useInfiniteQuery(datasetsQuery(late));
  const [selected, setSelected] = useState<string[]>([]);
  const [dialog, setDialog] = useState<Dialog>(null);
  useLive(["datasets"]);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const chosen = rows.filter((row) => selected.includes(row.id));
  const first = chosen[0];
  return (
    <div className="page">
      <PageHeader title={t("dataset.title")}>
        <LinkButton to="/datasets/new" type="primary" icon={<PlusOutlined />} data-testid="new-dataset">{t("dataset.create")}</LinkButton>
      </PageHeader>
      <div className="toolbar">
        <Button icon={<CopyOutlined />} disabled={chosen.length !== 1 || !first || !canCopy(first)} onClick={() => first && setDialog({ kind: "copy", dataset: first })}>{t("action.copy")}</Button>
        <Button icon={<DeleteOutlined />} danger disabled={chosen.length === 0} onClick={() => setDialog({ kind: "delete", items: chosen })} data-testid="delete-selected">{t("action.delete")}</Button>
        <div className="grow" />
        <Input.Search allowClear value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t("dataset.search")} aria-label={t("dataset.search")} style={{ maxWidth: 260 }} />
        <Button icon={<ReloadOutlined />} onClick={() => void list.refetch()} loading={list.isRefetching} aria-label={t("action.refresh")} title={t("action.refresh")} />
      </div>
      {list.isError && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <Card styles={{ body: { padding: 0 } }}>
        <DataTable<Dataset>
          size="middle"
          rowKey="id"
          columns={useColumns(setDialog)}
          dataSource={rows}
          loading={list.isPending}
          failed={list.isError}
          rowSelection={{ selectedRowKeys: selected, onChange: (ids) => setSelected(ids as string[]) }}
          empty={late ? t("empty.noResult") : t("dataset.none")}
        />
        <ListFoot query={list} />
      </Card>
      {dialog?.kind === "copy" && <CopyDatasetDialog dataset={dialog.dataset} onClose={() => setDialog(null)} />}
      {dialog?.kind === "delete" && (
        <DeleteDialog
          cacheNoun="dataset"
          noun={t("dataset.noun")}
          what={t("dataset.deleteWhat")}
          rule={t("dataset.deleteRule")}
          items={dialog.items}
          remove={(id) => http.delete(`/datasets/${id}`)}
          onClose={() => setDialog(null)}
          onDone={(ids) => setSelected(selected.filter((id) => !ids.includes(id)))}
        />
      )}
    </div>
  );
}
