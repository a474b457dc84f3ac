// API tokens: the secret is shown once, right after it was made.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { keys, tokensQuery } from "@/api/queries";
import type { NewToken, Token } from "@/api/types";
import { DataTable } from "./data-table";
import { CopyText } from "./copy-text";
import { DeleteDialog } from "./delete-dialog";
import { ErrorAlert } from "./error-alert";
import { formatTime } from "./format-value";
import { ListFoot } from "./list-foot";

const daySeconds = 86_400;
const expiries = { day: daySeconds, month: 30 * daySeconds, quarter: 90 * daySeconds, year: 365 * daySeconds, never: 0 };
type Expiry = keyof typeof expiries;

function CreateToken({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ name: string; expiry: Expiry }>();
  const create = useMutation({
    mutationFn: ({ name, expiry }: { name: string; expiry: Expiry }) =>
      http.post<NewToken>("/tokens", { name, ...(expiries[expiry] > 0 ? { expires_in_seconds: expiries[expiry] } : {}) }),
    onSuccess: ({ secret }) => {
      void queries.invalidateQueries({ queryKey: keys.list("token") });
      onClose();
      modal.success({ width: 560, title: t("tokens.secretTitle"), content: <><Typography.Paragraph>{t("tokens.secretBody")}</Typography.Paragraph><CopyText text={secret} /></> });
    },
  });
  return (
    <Modal open title={t("tokens.create")} onCancel={onClose} onOk={() => form.submit()} okButtonProps={{ loading: create.isPending, "data-testid": "token-submit" }}>
      <Form form={form} layout="vertical" initialValues={{ expiry: "quarter" }} onFinish={(values) => create.mutate(values)}>
        <Form.Item name="name" label={t("field.name")} rules={[{ required: true, whitespace: true, message: t("rule.required", { field: t("field.name") }) }]}><Input data-testid="token-name" autoFocus /></Form.Item>
        <Form.Item name="expiry" label={t("tokens.expiry")}>
          <Select options={(Object.keys(expiries) as Expiry[]).map((value) => ({ value, label: t(`tokens.expiries.${value}`) }))} />
        </Form.Item>
      </Form>
      <ErrorAlert error={create.error} />
    </Modal>
  );
}

export function TokensPanel() {
  const { t } = useTranslation();
  const list = useInfiniteQuery(tokensQuery);
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Token | null>(null);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="toolbar">
        <Typography.Text type="secondary" style={{ flex: 1 }}>{t("tokens.lead")}</Typography.Text>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)} data-testid="new-token">{t("tokens.create")}</Button>
      </div>
      {list.isError && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable<Token>
        size="small"
        rowKey="id"
        dataSource={rows}
        loading={list.isPending}
        failed={list.isError}
        empty={t("empty.none")}
        columns={[
          { title: t("field.name"), dataIndex: "name", render: (name: string) => <span className="name" title={name}>{name}</span> },
          { title: t("field.createdAt"), dataIndex: "created_at", responsive: ["sm"], render: formatTime },
          { title: t("tokens.expiresAt"), dataIndex: "expires_at", render: (stamp?: string | null) => (stamp ? formatTime(stamp) : t("tokens.expiries.never")) },
          { title: t("tokens.lastUsedAt"), dataIndex: "last_used_at", render: (stamp?: string | null) => (stamp ? formatTime(stamp) : t("tokens.neverUsed")) },
          { title: t("field.actions"), fixed: "right", width: 80, render: (_, token) => <Button type="text" danger icon={<DeleteOutlined />} aria-label={`${t("action.delete")} ${token.name}`} onClick={() => setDeleting(token)} /> },
        ]}
      />
      <ListFoot query={list} />
      {creating && <CreateToken onClose={() => setCreating(false)} />}
      {deleting && <DeleteDialog cacheNoun="token" noun={t("tokens.noun")} what={t("tokens.what")} items={[deleting]} remove={(id) => http.delete(`/tokens/${id}`)} onClose={() => setDeleting(null)} />}
    </>
  );
}
