// R4.4-01, U4.4-02: all trainings, and below each its training instances.
import { DeleteOutlined, LineChartOutlined, PlusOutlined, ReloadOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Card, Input, Tooltip } from "antd";
import type { TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { http } from "@/api/client";
import { trainingsQuery } from "@/api/queries";
import type { Training } from "@/api/types";
import { DataTable } from "@/components/data-table";
import { DeleteDialog } from "@/components/delete-dialog";
import { ErrorAlert } from "@/components/error-alert";
import { formatCount, formatTime } from "@/components/format-value";
import { ListFoot } from "@/components/list-foot";
import { PageHeader } from "@/components/page-header";
import { RunsTable } from "@/components/runs-table";
import { StateTag, trainingState } from "@/components/state-tag";
import { useDebounced } from "@/components/use-debounced";
import { TrainingNameDialog } from "@/forms/training-name-dialog";
import { useLive } from "@/live/live-context";
import { LinkButton } from "@/components/link-button";

const states = ["queued", "creating", "running", "done", "failed"];

function useColumns(state: string | undefined, onDelete: (training: Training) => void): TableColumnsType<Training> {
  const { t } = useTranslation();
  return [
    { title: t("training.name"), dataIndex: "name", render: (name: string, row) => <Link to={`/trainings/${row.id}`} className="name" title={name} data-testid="training-link">{name}</Link> },
    { title: t("training.dataset"), responsive: ["lg"], render: (_, row) => <Link to={`/datasets/${row.train_set.dataset.id}`} className="name" title={row.train_set.dataset.name}>{row.train_set.dataset.name}</Link> },
    { title: t("training.image"), dataIndex: "image", responsive: ["md"], render: (image: string) => <span className="mono name" title={image}>{image}</span> },
    {
      title: t("field.state"), dataIndex: "state", key: "state",
      filters: states.map((value) => ({ value, text: t(`state.${trainingState(value)}`) })),
      filterMultiple: false,
      filteredValue: state ? [state] : null,
      render: (value: string) => <StateTag state={trainingState(value)} />,
    },
    { title: t("run.list"), dataIndex: "run_count", align: "right", responsive: ["sm"], render: formatCount },
    { title: t("field.createdAt"), dataIndex: "created_at", responsive: ["sm"], render: formatTime },
    {
      title: t("field.actions"), fixed: "right", width: 110,
      render: (_, row) => (
        <span className="nowrap">
          <Tooltip title={t("run.monitor")}><LinkButton to={`/trainings/${row.id}`} type="text" icon={<LineChartOutlined />} aria-label={`${t("run.monitor")} ${row.name}`} /></Tooltip>
          <Tooltip title={t("action.delete")}><Button type="text" danger icon={<DeleteOutlined />} aria-label={`${t("action.delete")} ${row.name}`} onClick={() => onDelete(row)} /></Tooltip>
        </span>
      ),
    },
  ];
}

export function TrainingsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search, setSearch] = useState("");
  const [state, setState] = useState<string>();
  const late = useDebounced(search);
  const list = useInfiniteQuery(trainingsQuery({ search: late, state }));
  const [selected, setSelected] = useState<string[]>([]);
  const [deleting, setDeleting] = useState<Training[]>([]);
  const [naming, setNaming] = useState(false);
  useLive(["trainings"]);
  // A live event may have changed the state of a row that the server had filtered in.
  const rows = (list.data?.pages.flatMap((page) => page.items) ?? []).filter((row) => !state || row.state === state);
  const chosen = rows.filter((row) => selected.includes(row.id));
  const columns = useColumns(state, (training) => setDeleting([training]));
  return (
    <div className="page">
      <PageHeader title={t("training.title")}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setNaming(true)} data-testid="new-training">{t("training.create")}</Button>
      </PageHeader>
      <div className="toolbar">
        <Button icon={<DeleteOutlined />} danger disabled={chosen.length === 0} onClick={() => setDeleting(chosen)}>{t("action.delete")}</Button>
        <span className="grow" />
        <Input.Search allowClear value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t("training.search")} aria-label={t("training.search")} style={{ maxWidth: 260 }} />
        <Button icon={<ReloadOutlined />} onClick={() => void list.refetch()} loading={list.isRefetching} aria-label={t("action.refresh")} title={t("action.refresh")} />
      </div>
      {list.isError && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <Card styles={{ body: { padding: 0 } }}>
        <DataTable<Training>
          size="middle"
          rowKey="id"
          columns={columns}
          dataSource={rows}
          loading={list.isPending}
          failed={list.isError}
          onChange={(_, filters) => setState(filters.state?.[0] as string | undefined)}
          rowSelection={{ selectedRowKeys: selected, onChange: (ids) => setSelected(ids as string[]) }}
          expandable={{ expandedRowRender: (row) => <RunsTable trainingId={row.id} />, rowExpandable: (row) => row.run_count > 0 }}
          empty={late || state ? t("empty.noResult") : t("training.none")}
        />
        <ListFoot query={list} />
      </Card>
      {naming && <TrainingNameDialog onClose={() => setNaming(false)} onDone={(named) => navigate("/trainings/new", { state: named })} />}
      {deleting.length > 0 && (
        <DeleteDialog
          cacheNoun="training"
          noun={t("training.noun")}
          what={t("training.deleteWhat")}
          rule={t("training.deleteRule")}
          items={deleting}
          remove={(id) => http.delete(`/trainings/${id}`)}
          onClose={() => setDeleting([])}
          onDone={() => setSelected([])}
        />
      )}
    </div>
  );
}
