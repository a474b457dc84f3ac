// U4.1-11: datasets that expand to their formatted data, one radio button per set of the wanted splits.
import { LinkOutlined, PlusOutlined, ReloadOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input, Radio, Skeleton, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { datasetsQuery, formattedSetsQuery } from "@/api/queries";
import type { Dataset, FormattedSet, Split } from "@/api/types";
import { FormatDialog } from "@/forms/format-dialog";
import { useLive } from "@/live/live-context";
import { DataTable } from "./data-table";
import { EmptyNote } from "./empty-note";
import { ErrorAlert } from "./error-alert";
import { formatRows } from "./format-rows";
import { formatCount, formatTime } from "./format-value";
import { formatName } from "./format-name";
import { SplitTag } from "./formatted-sets";
import { ListFoot } from "./list-foot";
import { useDebounced } from "./use-debounced";
import { LinkButton } from "./link-button";

interface PickProps {
  splits: Split[];
  value: FormattedSet | null;
  onPick: (set: FormattedSet) => void;
}

function SetRows({ dataset, splits, value, onPick }: PickProps & { dataset: Dataset }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(formattedSetsQuery({ dataset_id: dataset.id }));
  const [formatting, setFormatting] = useState(false);
  const sets = query.data?.pages.flatMap((page) => page.items) ?? [];
  const rows = formatRows(sets).filter((row) => dataset.kind === "formatted" || splits.includes(row.set.split));
  if (query.isPending) return <Skeleton active paragraph={{ rows: 2 }} />;
  if (query.isError) return <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div>
      {rows.length === 0 && <EmptyNote text={t("wizard.noSets")} />}
      <div role="radiogroup" aria-label={dataset.name} style={{ display: "flex", flexDirection: "column", gap: 6 }}>
        {rows.map(({ set }) => (
          <Radio key={set.id} checked={value?.id === set.id} disabled={set.state !== "done"} onChange={() => onPick(set)} data-testid={`pick-${set.format}-${set.split}`}>
            <span className="set-choice">
              <b>{formatName(t, set.format)}</b>
              <SplitTag set={set} />
              <span>{t("format.column.samples")} {formatCount(set.sample_count)}</span>
              <Tooltip title={t("format.column.batch")}><span className="mono">{set.batch}</span></Tooltip>
              {set.state !== "done" && <span>{t(`state.${set.state}`)}</span>}
              {set.counterpart_id && <Tooltip title={t("format.pair")}><LinkOutlined rotate={45} style={{ color: "var(--series-1)" }} /></Tooltip>}
            </span>
          </Radio>
        ))}
      </div>
      {dataset.kind === "source" && <Button size="small" style={{ marginTop: 10 }} onClick={() => setFormatting(true)} data-testid="picker-format">{t("format.button")}</Button>}
      {formatting && <FormatDialog dataset={dataset} onClose={() => setFormatting(false)} />}
    </div>
  );
}

export function FormattedSetsPicker(props: PickProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const list = useInfiniteQuery(datasetsQuery(useDebounced(search)));
  const [open, setOpen] = useState<readonly React.Key[]>(props.value ? [props.value.dataset.id] : []);
  useLive(["datasets", "formatted-sets"]);
  const rows = list.data?.pages.flatMap((page) => page.items).filter((dataset) => dataset.state === "success") ?? [];
  // One dataset only: nothing to choose between, show its sets at once.
  const expanded = open.length === 0 && rows.length === 1 && rows[0] ? [rows[0].id] : open;
  return (
    <>
      <div className="toolbar">
        <Input.Search allowClear value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t("dataset.search")} aria-label={t("dataset.search")} style={{ maxWidth: 260 }} />
        <span className="grow" />
        <LinkButton to="/datasets/new" icon={<PlusOutlined />}>{t("dataset.create")}</LinkButton>
        <Button icon={<ReloadOutlined />} onClick={() => void list.refetch()} aria-label={t("action.refresh")} title={t("action.refresh")} />
      </div>
      {list.isError && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable<Dataset>
        size="small"
        rowKey="id"
        dataSource={rows}
        loading={list.isPending}
        failed={list.isError}
        empty={t("wizard.noDatasets")}
        expandable={{
          expandedRowKeys: expanded as React.Key[],
          onExpandedRowsChange: setOpen,
          expandRowByClick: true,
          expandedRowRender: (dataset) => <SetRows dataset={dataset} {...props} />,
        }}
        columns={[
          { title: t("field.name"), dataIndex: "name", render: (name: string) => <span className="name" title={name} data-testid="picker-dataset">{name}</span> },
          { title: t("field.items"), dataIndex: "item_count", align: "right", render: formatCount },
          { title: t("field.createdAt"), dataIndex: "created_at", responsive: ["sm"], render: formatTime },
        ]}
      />
      <ListFoot query={list} />
    </>
  );
}
