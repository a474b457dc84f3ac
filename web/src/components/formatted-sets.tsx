// U3.2-17: the formatted data of a dataset, with the glyph that joins a pair and one cell per batch.
import { DeleteOutlined, InfoCircleOutlined, LinkOutlined, PlusOutlined, ReloadOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Progress, Tag, Tooltip } from "antd";
import type { TableColumnsType } from "antd";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { formattedSetsQuery } from "@/api/queries";
import type { Dataset, FormattedSet } from "@/api/types";
import { FormatDialog } from "@/forms/format-dialog";
import { useLive } from "@/live/live-context";
import { DataTable } from "./data-table";
import { DeleteDialog } from "./delete-dialog";
import { ErrorAlert, slugSentence } from "./error-alert";
import { formatRows, type FormatRow } from "./format-rows";
import { formatName } from "./format-name";
import { formatBytes, formatCount, formatPercent } from "./format-value";
import { StateTag } from "./state-tag";
import { StatsDialog } from "./stats-dialog";
import { VerifyDialog } from "./verify-dialog";

type Dialog = { kind: "format" } | { kind: "stats"; id: string } | { kind: "delete" | "verify"; set: FormattedSet } | null;

/** Of a batch by counts or as the list says, the share is known when it is done. */
function shareText(set: FormattedSet): string {
  return set.percent > 0 ? `${formatPercent(set.percent)} ` : "";
}

export function SplitTag({ set }: { set: FormattedSet }) {
  const { t } = useTranslation();
  const colour = { train: "processing", val: "warning", test: "purple" }[set.split];
  return (
    <span className="nowrap">
      {shareText(set)}<Tooltip title={t(`format.${set.split}`)}><Tag color={colour} style={{ marginInlineEnd: 0 }}>{t(`format.splitShort.${set.split}`)}</Tag></Tooltip>
    </span>
  );
}

export function setTitle(t: TFunction, set: FormattedSet): string {
  const share = `${shareText(set)}${t(`format.splitShort.${set.split}`)}`;
  return `${set.dataset.name} · ${formatName(t, set.format)} · ${share}`;
}

function PairGlyph() {
  const { t } = useTranslation();
  return (
    <Tooltip title={t("format.pair")}>
      <span className="pair-bracket" role="img" aria-label={t("format.pair")} data-testid="pair"><LinkOutlined rotate={45} /></span>
    </Tooltip>
  );
}

function ProgressCell({ set }: { set: FormattedSet }) {
  const { t } = useTranslation();
  if (set.state === "failed") {
    return <Tooltip title={set.error?.hint}><span>{slugSentence(t, set.error?.slug ?? "", "")}: {set.error?.detail}</span></Tooltip>;
  }
  if (set.state === "done") return <>100%</>;
  return <Progress size="small" style={{ minWidth: 90, margin: 0 }} percent={Math.min(99, Math.floor(set.progress * 100))} />;
}

/** The set of a formatted dataset goes with its dataset only. */
function useColumns(open: (dialog: Dialog) => void, canDelete: boolean): TableColumnsType<FormatRow> {
  const { t } = useTranslation();
  return [
    { key: "pair", width: 44, className: "pair-cell", onCell: (row) => ({ rowSpan: row.pairSpan }), render: (_, row) => row.pairSpan === 2 && <PairGlyph /> },
    { title: t("format.column.type"), width: 64, className: "desk-only", render: () => t("dataset.mediaKind.image") },
    {
      title: t("format.column.format"), key: "format",
      render: (_, { set }) => (
        <span className="nowrap">
          {formatName(t, set.format)}{" "}
          <Tooltip title={t(`format.info.${set.format}`, { defaultValue: set.format })}><InfoCircleOutlined style={{ opacity: 0.55 }} /></Tooltip>
          {set.counterpart_id && <LinkOutlined rotate={45} className="only-phone" aria-label={t("format.pair")} />}
        </span>
      ),
    },
    { title: t("format.column.percent"), render: (_, { set }) => <SplitTag set={set} /> },
    { title: t("format.column.samples"), align: "right", render: (_, { set }) => <Tooltip title={formatBytes(set.byte_count)}><span>{formatCount(set.sample_count)}</span></Tooltip> },
    { title: t("format.shuffle"), className: "desk-only", render: (_, { set }) => (set.shuffle ? t("yes") : t("no")) },
    { title: t("format.resize"), render: (_, { set }) => set.resize || t("format.resizeKeep") },
    { title: t("field.state"), render: (_, { set }) => <StateTag state={set.state} /> },
    { title: t("field.progress"), render: (_, { set }) => <ProgressCell set={set} /> },
    { title: t("field.creator"), className: "desk-only", render: (_, { set }) => set.owner.name },
    {
      title: t("format.column.batch"), onCell: (row) => ({ rowSpan: row.batchSpan }),
      render: (_, { set }) => <span className="mono" data-testid="batch">{set.batch}</span>,
    },
    {
      title: t("format.column.labelData"),
      render: (_, { set }) => <Button type="link" size="small" style={{ padding: 0 }} disabled={set.state !== "done"} onClick={() => open({ kind: "stats", id: set.id })}>{t("action.view")}</Button>,
    },
    {
      title: t("field.actions"), fixed: "right", width: 90,
      render: (_, { set }) => (
        <span className="nowrap">
          <Tooltip title={t("verify.title")}><Button type="text" size="small" icon={<SafetyCertificateOutlined />} aria-label={t("verify.title")} disabled={set.state !== "done"} onClick={() => open({ kind: "verify", set })} data-testid="verify" /></Tooltip>
          {canDelete && <Tooltip title={t("action.delete")}><Button type="text" size="small" danger icon={<DeleteOutlined />} aria-label={t("action.delete")} onClick={() => open({ kind: "delete", set })} /></Tooltip>}
        </span>
      ),
    },
  ];
}

export function FormattedSets({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(formattedSetsQuery({ dataset_id: dataset.id }));
  const [dialog, setDialog] = useState<Dialog>(null);
  useLive(["formatted-sets"]);
  const sets = query.data?.pages.flatMap((page) => page.items).filter((set) => set.dataset.id === dataset.id) ?? [];
  const columns = useColumns(setDialog, dataset.kind === "source");
  const close = () => setDialog(null);
  return (
    <>
      <div className="toolbar">
        {dataset.kind === "source" && <Button type="primary" icon={<PlusOutlined />} disabled={dataset.state !== "success"} onClick={() => setDialog({ kind: "format" })} data-testid="format">{t("format.button")}</Button>}
        <span className="grow" />
        <Button icon={<ReloadOutlined />} onClick={() => void query.refetch()} aria-label={t("action.refresh")} title={t("action.refresh")} />
      </div>
      {query.isError && <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />}
      <DataTable<FormatRow>
        size="small"
        bordered={false}
        rowKey={(row) => row.set.id}
        columns={columns}
        dataSource={formatRows(sets)}
        loading={query.isPending}
        failed={query.isError}
        data-testid="formatted-sets"
        className="sets"
        cardTitle="format"
        rowClassName={(row) => `set-row set-${row.set.state}`}
        empty={t(dataset.kind === "source" ? "format.none" : dataset.state === "creating" ? "dataset.setReading" : "dataset.setNone")}
      />
      {dialog?.kind === "format" && <FormatDialog dataset={dataset} onClose={close} />}
      {dialog?.kind === "stats" && <StatsDialog of={{ noun: "formatted-set", id: dialog.id }} onClose={close} />}
      {dialog?.kind === "verify" && <VerifyDialog set={dialog.set} onClose={close} />}
      {dialog?.kind === "delete" && (
        <DeleteDialog
          cacheNoun="formatted-set"
          noun={t("format.noun")}
          what={t("format.deleteWhat")}
          items={[{ id: dialog.set.id, name: `${setTitle(t, dialog.set)} · ${dialog.set.batch}` }]}
          remove={(id) => http.delete(`/formatted-sets/${id}`)}
          onClose={close}
        />
      )}
    </>
  );
}
