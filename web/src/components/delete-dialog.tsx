// Every deletion: what goes, on which objects, and for those the server refuses, who uses them (D-13).
import { useQueryClient } from "@tanstack/react-query";
import { App, Modal, Progress, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { ApiError } from "@/api/client";
import { keys } from "@/api/queries";
import { errorLine } from "./error-alert";
import { formatName } from "./format-name";

export interface Deletable {
  id: string;
  name: string;
}

interface UsedBy {
  type: string;
  id: string;
  name: string;
}

interface Refusal {
  item: Deletable;
  error: unknown;
}

interface Props {
  /** Noun of the cache lists to refresh, e.g. "dataset". */
  cacheNoun: string;
  noun: string;
  what: string;
  rule?: string;
  items: Deletable[];
  remove: (id: string) => Promise<void>;
  onClose: () => void;
  /** Called with what is really gone. */
  onDone?: (ids: string[]) => void;
}

function usersOf(error: unknown): UsedBy[] {
  const users = error instanceof ApiError ? error.problem.context?.users : undefined;
  return Array.isArray(users) ? (users as UsedBy[]) : [];
}

/** Formatted sets have no name of their own but their format: say it once, with how many there are. */
function grouped(users: UsedBy[]): (UsedBy & { count: number })[] {
  const groups = new Map<string, UsedBy & { count: number }>();
  for (const user of users) {
    const key = user.type === "formatted_set" ? `${user.type}/${user.name}` : user.id;
    const known = groups.get(key);
    if (known) known.count += 1;
    else groups.set(key, { ...user, count: 1 });
  }
  return [...groups.values()];
}

function RefusalList({ refusals }: { refusals: Refusal[] }) {
  const { t } = useTranslation();
  return (
    <div data-testid="refusals">
      <Typography.Paragraph strong>{t("remove.refused")}</Typography.Paragraph>
      <ul style={{ paddingInlineStart: 20, maxHeight: "50vh", overflow: "auto" }}>
        {refusals.map(({ item, error }) => {
          const users = grouped(usersOf(error));
          return (
            <li key={item.id} style={{ marginBottom: 8 }}>
              <b>{item.name}</b>: {errorLine(t, error)}
              {users.length > 0 && (
                <div>
                  {t("remove.usedBy")}
                  <ul style={{ paddingInlineStart: 20 }}>
                    {users.map((user) => (
                      <li key={user.id}>
                        {t(`remove.userType.${user.type}`, { defaultValue: user.type })}{" "}
                        {user.type === "training" ? <Link to={`/trainings/${user.id}`}>{user.name}</Link> : <span>{user.type === "formatted_set" ? formatName(t, user.name) : user.name || user.id}{user.count > 1 && ` × ${user.count}`}</span>}
                      </li>
                    ))}
                  </ul>
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export function DeleteDialog({ cacheNoun, noun, what, rule, items, remove, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [done, setDone] = useState<number | null>(null);
  const [refusals, setRefusals] = useState<Refusal[]>([]);

  const run = async () => {
    const gone: string[] = [];
    const refused: Refusal[] = [];
    setDone(0);
    for (const item of items) {
      try {
        await remove(item.id);
        gone.push(item.id);
      } catch (error) {
        refused.push({ item, error });
      }
      setDone(gone.length + refused.length);
    }
    await queries.invalidateQueries({ queryKey: keys.list(cacheNoun) });
    if (gone.length > 0) void message.success(t("remove.done", { count: gone.length }));
    onDone?.(gone);
    setDone(null);
    if (refused.length > 0) setRefusals(refused);
    else onClose();
  };

  const asking = refusals.length === 0;
  return (
    <Modal
      open
      title={t("remove.title", { noun })}
      onCancel={onClose}
      maskClosable={false}
      okText={asking ? t("action.delete") : t("action.close")}
      okButtonProps={{ danger: asking, loading: done !== null, "data-testid": "delete-confirm" }}
      cancelButtonProps={{ style: asking ? undefined : { display: "none" } }}
      onOk={() => (asking ? void run() : onClose())}
    >
      {asking ? (
        <>
          <Typography.Paragraph>{t("remove.selected", { count: items.length })}</Typography.Paragraph>
          <ul style={{ paddingInlineStart: 20, maxHeight: 200, overflow: "auto" }}>
            {items.map((item) => <li key={item.id}><b>{item.name}</b></li>)}
          </ul>
          <Typography.Paragraph>{what}</Typography.Paragraph>
          {rule && <Typography.Paragraph type="secondary">{rule}</Typography.Paragraph>}
          {done !== null && items.length > 1 && <Progress percent={Math.round((done / items.length) * 100)} />}
        </>
      ) : (
        <RefusalList refusals={refusals} />
      )}
    </Modal>
  );
}
