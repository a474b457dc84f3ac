// R1-02: an administrator grants access, sets roles and makes one-time passwords.
import { KeyOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Select, Space, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { keys, sessionQuery, usersQuery } from "@/api/queries";
import type { User, UserRole, UserState } from "@/api/types";
import { DataTable } from "@/components/data-table";
import { CopyText } from "@/components/copy-text";
import { ErrorAlert, errorLine } from "@/components/error-alert";
import { formatTime } from "@/components/format-value";
import { ListFoot } from "@/components/list-foot";
import { PageHeader } from "@/components/page-header";
import { StateTag } from "@/components/state-tag";

function useUserActions() {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const queries = useQueryClient();
  const failed = (error: unknown) => void message.error(errorLine(t, error));
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; state?: UserState; role?: UserRole }) => http.patch<User>(`/users/${id}`, body),
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.list("user") }),
    onError: failed,
  });
  const disable = (user: User) =>
    modal.confirm({
      title: t("users.disableTitle", { name: user.name }),
      content: t("users.disableBody"),
      okButtonProps: { danger: true },
      onOk: () => change.mutateAsync({ id: user.id, state: "disabled" }).catch(() => undefined),
    });
  const showPassword = (user: User, password: string) =>
    modal.info({
      title: t("users.oneTimeTitle"),
      content: <><Typography.Paragraph>{t("users.oneTimeBody", { name: user.name })}</Typography.Paragraph><CopyText text={password} /></>,
    });
  const resetPassword = (user: User) =>
    modal.confirm({
      title: t("users.resetTitle", { name: user.name }),
      content: t("users.resetBody"),
      onOk: async () => {
        try {
          const { password } = await http.post<{ password: string }>(`/users/${user.id}/password`);
          showPassword(user, password);
        } catch (error) {
          failed(error);
        }
      },
    });
  return { change, disable, resetPassword };
}

export function UsersPage() {
  const { t } = useTranslation();
  const list = useInfiniteQuery(usersQuery);
  const session = useQuery(sessionQuery);
  const { change, disable, resetPassword } = useUserActions();
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const pending = rows.filter((user) => user.state === "pending").length;
  const me = session.data?.user.id;
  return (
    <div className="page stack">
      <PageHeader title={t("users.title")} />
      {pending > 0 && <Alert type="warning" showIcon message={t("users.pendingNote", { count: pending })} />}
      {list.isError && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <Card styles={{ body: { padding: 0 } }}>
        <DataTable<User>
          size="middle"
          rowKey="id"
          dataSource={rows}
          loading={list.isPending}
          failed={list.isError}
          empty={t("empty.none")}
          columns={[
            { title: t("login.name"), dataIndex: "name", render: (name: string, user) => <span className="name" title={name}>{name} {user.id === me ? t("users.you") : ""}</span> },
            { title: t("field.state"), dataIndex: "state", render: (state: string) => <StateTag state={state} /> },
            {
              title: t("users.role"), dataIndex: "role",
              render: (role: UserRole, user) => (
                <Select
                  value={role}
                  disabled={user.id === me}
                  aria-label={`${t("users.role")} ${user.name}`}
                  style={{ width: 140 }}
                  onChange={(next) => change.mutate({ id: user.id, role: next })}
                  options={(["admin", "member"] as const).map((value) => ({ value, label: t(`users.roles.${value}`) }))}
                />
              ),
            },
            { title: t("field.createdAt"), dataIndex: "created_at", responsive: ["sm"], render: formatTime },
            {
              title: t("field.actions"), fixed: "right",
              render: (_, user) => (
                <Space size={4}>
                  {user.state !== "active" && <Button size="small" type="primary" onClick={() => change.mutate({ id: user.id, state: "active" })} data-testid="enable-user">{t("users.enable")}</Button>}
                  {user.state === "active" && <Button size="small" disabled={user.id === me} onClick={() => disable(user)}>{t("users.disable")}</Button>}
                  <Tooltip title={t("users.resetPassword")}><Button size="small" type="text" icon={<KeyOutlined />} aria-label={`${t("users.resetPassword")} ${user.name}`} onClick={() => resetPassword(user)} /></Tooltip>
                </Space>
              ),
            },
          ]}
        />
        <ListFoot query={list} />
      </Card>
    </div>
  );
}
