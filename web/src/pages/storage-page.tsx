// Bound storage spaces: list, browse, bind another, unbind.
import { DeleteOutlined, FileOutlined, FolderOpenOutlined, FolderOutlined, PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Breadcrumb, Button, Card, Drawer, Modal, Tag, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { bucketsQuery, keys, objectsQuery } from "@/api/queries";
import type { Bucket, BucketObject } from "@/api/types";
import { DataTable } from "@/components/data-table";
import { CopyText } from "@/components/copy-text";
import { DeleteDialog } from "@/components/delete-dialog";
import { ErrorAlert } from "@/components/error-alert";
import { formatBytes, formatTime } from "@/components/format-value";
import { ListFoot } from "@/components/list-foot";
import { PageHeader } from "@/components/page-header";
import { BindForm, CheckedNote } from "@/forms/bind-form";
import { BindStep } from "./bind-step";

function Browser({ bucket }: { bucket: Bucket }) {
  const { t } = useTranslation();
  const [prefix, setPrefix] = useState("");
  const list = useInfiniteQuery(objectsQuery(bucket.id, prefix));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const parts = prefix.split("/").filter(Boolean);
  const crumbs = [bucket.name, ...parts].map((name, i) => ({
    key: i,
    title: <Button type="link" size="small" style={{ padding: 0 }} onClick={() => setPrefix(parts.slice(0, i).map((part) => `${part}/`).join(""))}>{name}</Button>,
  }));
  return (
    <>
      <Breadcrumb items={crumbs} style={{ marginBottom: 12 }} />
      {list.isError && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable<BucketObject>
        size="small"
        rowKey="key"
        dataSource={rows}
        loading={list.isPending}
        failed={list.isError}
        empty={t("empty.none")}
        columns={[
          {
            title: t("field.name"), dataIndex: "key",
            render: (key: string, row) => {
              const name = key.slice(prefix.length) || key;
              if (row.is_prefix) return <Button type="link" size="small" style={{ padding: 0 }} icon={<FolderOutlined />} onClick={() => setPrefix(key)}>{name}</Button>;
              return <><FileOutlined /> {name} <CopyText hidden text={`qiniu:///${bucket.name}/${key}`} /></>;
            },
          },
          { title: t("field.size"), dataIndex: "size_bytes", align: "right", render: (size: number, row) => (row.is_prefix ? "-" : formatBytes(size)) },
        ]}
      />
      <ListFoot query={list} />
    </>
  );
}

function BindDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [bound, setBound] = useState<Bucket | null>(null);
  return (
    <Modal open title={t("storage.bindTitle")} footer={bound ? <Button type="primary" onClick={onClose}>{t("action.close")}</Button> : null} onCancel={onClose}>
      {bound ? <CheckedNote bucket={bound} /> : <BindForm onBound={setBound} />}
    </Modal>
  );
}

export function StoragePage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const buckets = useQuery(bucketsQuery);
  const [browsing, setBrowsing] = useState<Bucket | null>(null);
  const [binding, setBinding] = useState(false);
  const [deleting, setDeleting] = useState<Bucket | null>(null);
  if (buckets.data?.items.length === 0) return <BindStep />;
  return (
    <div className="page">
      <PageHeader title={t("storage.title")}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setBinding(true)} data-testid="bind-more">{t("storage.bindMore")}</Button>
      </PageHeader>
      {buckets.isError && <ErrorAlert error={buckets.error} onRetry={() => void buckets.refetch()} />}
      <Card styles={{ body: { padding: 0 } }}>
        <DataTable<Bucket>
          size="middle"
          rowKey="id"
          dataSource={buckets.data?.items ?? []}
          loading={buckets.isPending}
          failed={buckets.isError}
          empty={t("empty.none")}
          columns={[
            { title: t("field.name"), dataIndex: "name", render: (name: string, row) => <>{name} {row.is_default && <Tag color="blue">{t("storage.default")}</Tag>}</> },
            { title: t("storage.uri"), dataIndex: "uri", render: (uri: string) => <CopyText text={uri} /> },
            { title: t("storage.kind"), dataIndex: "kind", responsive: ["sm"], render: (kind: string) => t(`storage.kinds.${kind}`, { defaultValue: kind }) },
            { title: t("field.createdAt"), dataIndex: "created_at", responsive: ["md"], render: formatTime },
            {
              title: t("field.actions"), fixed: "right", width: 110,
              render: (_, row) => (
                <span className="nowrap">
                  <Tooltip title={t("storage.browse")}><Button type="text" icon={<FolderOpenOutlined />} aria-label={`${t("storage.browse")} ${row.name}`} onClick={() => setBrowsing(row)} /></Tooltip>
                  <Tooltip title={t("action.delete")}><Button type="text" danger icon={<DeleteOutlined />} aria-label={`${t("action.delete")} ${row.name}`} onClick={() => setDeleting(row)} /></Tooltip>
                </span>
              ),
            },
          ]}
        />
      </Card>
      <Drawer open={browsing !== null} onClose={() => setBrowsing(null)} width={Math.min(720, window.innerWidth)} title={t("storage.browseTitle", { name: browsing?.name ?? "" })} destroyOnHidden>
        {browsing && <Browser bucket={browsing} />}
      </Drawer>
      {binding && <BindDialog onClose={() => setBinding(false)} />}
      {deleting && (
        <DeleteDialog
          cacheNoun="bucket"
          noun={t("storage.noun")}
          what={t("storage.what")}
          items={[deleting]}
          remove={(id) => http.delete(`/buckets/${id}`)}
          onClose={() => setDeleting(null)}
          onDone={() => void queries.invalidateQueries({ queryKey: keys.buckets })}
        />
      )}
    </div>
  );
}
