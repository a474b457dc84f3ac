// What the import refused, line by line, with the reason and what to change.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { rejectsQuery } from "@/api/queries";
import type { Dataset, Reject } from "@/api/types";
import { DataTable } from "./data-table";
import { ErrorAlert, slugSentence } from "./error-alert";
import { ListFoot } from "./list-foot";

export function RejectsTable({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(rejectsQuery(dataset.id));
  const hasList = dataset.kind === "source";
  const place = t(hasList ? "reject.line" : "reject.record");
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError) return <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <DataTable<Reject>
        size="small"
        rowKey={(row) => `${row.line}:${row.column ?? 0}:${row.url}`}
        dataSource={rows}
        loading={query.isPending}
        failed={query.isError}
        empty={t(hasList ? "reject.none" : "reject.noRecords")}
        columns={[
          { title: place, dataIndex: "line", width: hasList ? 70 : 110, render: (line: number) => <span><span className="only-phone-text">{place} </span>{line}</span> },
          ...(hasList ? [
            { title: t("reject.column"), dataIndex: "column", width: 70, render: (column?: number | null) => column ?? "-" },
            { title: t("reject.url"), dataIndex: "url", render: (url: string) => <span className="mono">{url || "-"}</span> },
          ] : []),
          { title: t("reject.reason"), render: (_, row) => <div><div>{t(`reject.why.${row.slug}`, { defaultValue: slugSentence(t, row.slug, row.slug) })}</div><small>{row.detail}</small></div> },
          { title: t("reject.hint"), dataIndex: "hint", render: (hint?: string | null) => hint || "-" },
        ]}
      />
      <ListFoot query={query} />
    </>
  );
}
