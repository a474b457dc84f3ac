// Thumbnails of the samples of a dataset, all or of one class.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Select, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { datasetStatsQuery, samplesQuery } from "@/api/queries";
import type { Dataset, DatasetSample } from "@/api/types";
import { EmptyNote } from "./empty-note";
import { ErrorAlert } from "./error-alert";
import { formatCount } from "./format-value";
import { ListFoot } from "./list-foot";

function Thumb({ sample }: { sample: DatasetSample }) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState(false);
  const classes = sample.labels.map((label) => label.class).join(", ");
  return (
    <figure className="thumb" title={sample.url} data-testid="sample">
      {broken
        ? <div className="broken">{t("dataset.pictureFailed")}</div>
        : <img src={sample.picture_url} alt={classes || sample.url} loading="lazy" onError={() => setBroken(true)} />}
      <figcaption>{classes || sample.url.split("/").pop()}</figcaption>
    </figure>
  );
}

function ClassFilter({ dataset, value, onChange }: { dataset: Dataset; value?: string; onChange: (value?: string) => void }) {
  const { t } = useTranslation();
  const stats = useQuery({ ...datasetStatsQuery(dataset.id), enabled: dataset.labelled });
  const names = [...new Set(stats.data?.labels.flatMap((label) => label.count.map((entry) => entry.class)) ?? [])];
  if (names.length === 0) return null;
  return (
    <div className="toolbar">
      <Select allowClear showSearch value={value} onChange={onChange} placeholder={t("dataset.allClasses")} aria-label={t("dataset.allClasses")} style={{ minWidth: 200 }} options={names.map((name) => ({ value: name, label: name }))} />
    </div>
  );
}

export function SamplesGrid({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const [className, setClassName] = useState<string>();
  const query = useInfiniteQuery({ ...samplesQuery(dataset.id, className), enabled: dataset.state === "success" });
  const samples = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError) return <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isLoading) return <Skeleton active />;
  return (
    <>
      {dataset.kind === "formatted" && samples.length > 0 && <Typography.Paragraph type="secondary" style={{ marginBottom: 8 }}>{t("dataset.setPreview", { items: formatCount(dataset.item_count) })}</Typography.Paragraph>}
      <ClassFilter dataset={dataset} value={className} onChange={setClassName} />
      {samples.length === 0 ? <EmptyNote text={t("dataset.samplesNone")} /> : <div className="thumbs">{samples.map((sample) => <Thumb key={sample.index} sample={sample} />)}</div>}
      <ListFoot query={query} />
    </>
  );
}
