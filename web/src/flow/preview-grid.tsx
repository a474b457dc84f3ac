// Before and after, before anything is run: what the graph (or the selected node) makes of a few pictures. The dice draws anew;
// what is seen with a seed is what a run with this seed makes.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Card, Segmented, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { previewQuery, type PreviewItem } from "@/api/preprocess";
import { EmptyNote } from "@/components/empty-note";
import { ErrorAlert, slugSentence } from "@/components/error-alert";
import { LabelOverlay, colourOf } from "./label-overlay";

function DiceIcon() {
  return (
    <svg viewBox="0 0 16 16" width="1em" height="1em" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden>
      <rect x="1.7" y="1.7" width="12.6" height="12.6" rx="3" />
      {[5, 8, 11].map((at) => <circle key={at} cx={at} cy={at} r="0.9" fill="currentColor" stroke="none" />)}
    </svg>
  );
}

interface PictureProps {
  src: string;
  alt: string;
  width: number;
  height: number;
  labels: PreviewItem["before_labels"];
  classes: string[];
}

function Picture({ src, alt, width, height, labels, classes }: PictureProps) {
  return (
    <div className="flow-picture" style={{ aspectRatio: `${width || 1} / ${height || 1}` }}>
      <img src={src} alt={alt} />
      <LabelOverlay labels={labels} width={width || 1} height={height || 1} classes={classes} />
    </div>
  );
}

function Broken({ item }: { item: PreviewItem }) {
  const { t } = useTranslation();
  return (
    <figure className="flow-pair flow-pair-broken" data-testid="preview-broken">
      <span>{slugSentence(t, item.error ?? "")}</span>
      <figcaption><span className="mono" title={item.url}>{item.url}</span></figcaption>
    </figure>
  );
}

function Pair({ item, classes }: { item: PreviewItem; classes: string[] }) {
  const { t } = useTranslation();
  const here = [...new Set([...item.before_labels, ...item.after_labels].map((label) => label.class))];
  return (
    <figure className="flow-pair" data-testid="preview-pair">
      <div className="flow-pair-pictures">
        <Picture src={item.before} alt={t("flow.before")} width={item.width} height={item.height} labels={item.before_labels} classes={classes} />
        <span aria-hidden>→</span>
        <Picture src={item.after} alt={t("flow.after")} width={item.after_width} height={item.after_height} labels={item.after_labels} classes={classes} />
      </div>
      <figcaption>
        <span className="flow-legend">{here.slice(0, 4).map((name) => <span key={name}><i style={{ background: colourOf(name, classes) }} />{name}</span>)}{here.length > 4 && <span>+{here.length - 4}</span>}</span>
        <span className="mono" title={`${item.url}\n${item.ops}`}>{item.ops || t("flow.unchanged")}</span>
      </figcaption>
    </figure>
  );
}

interface Props {
  datasetId: string;
  text: string;
  /** Node to look behind; without one, the result. */
  node?: string;
  nodeName?: string;
  ready: boolean;
  seed: number;
  onDice: () => void;
}

const count = 6;

export function PreviewGrid({ datasetId, text, node, nodeName, ready, seed, onDice }: Props) {
  const { t } = useTranslation();
  const [behind, setBehind] = useState<"result" | "node">("result");
  const at = behind === "node" ? node : undefined;
  const query = useQuery({ ...previewQuery(datasetId, text, at, seed, count), enabled: ready, placeholderData: keepPreviousData });
  const items = query.data?.items ?? [];
  // A graph that makes nothing yet is on its way, not wrong.
  const nothing = query.error instanceof ApiError && query.error.problem.slug === "graph.nothing_to_show";
  const classes = [...new Set(items.flatMap((item) => item.before_labels.map((label) => label.class)))].sort();
  return (
    <Card
      size="small"
      title={t("flow.preview")}
      data-testid="preview"
      extra={
        <span className="flow-preview-tools">
          {node && <Segmented size="small" value={behind} onChange={setBehind} options={[{ value: "result", label: t("flow.previewResult") }, { value: "node", label: t("flow.previewNode", { name: nodeName }) }]} aria-label={t("flow.previewOf")} />}
          <Button size="small" icon={<DiceIcon />} title={t("flow.diceHelp", { seed })} disabled={!ready} loading={ready && query.isFetching} onClick={onDice} aria-label={t("flow.dice")} data-testid="dice">{t("flow.dice")}</Button>
        </span>
      }
    >
      {!ready && <EmptyNote text={t("flow.previewLater")} />}
      {ready && nothing && <EmptyNote text={t("flow.previewNothing")} />}
      {ready && query.isError && !nothing && <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />}
      {ready && query.isPending && <Skeleton active />}
      {ready && query.data && items.length === 0 && <EmptyNote text={t("flow.previewNone")} />}
      {ready && !query.isError && items.length > 0 && (
        <div className={`flow-pairs ${query.isPlaceholderData ? "stale" : ""}`}>{items.map((item, i) => (item.error ? <Broken key={`${item.url} ${i}`} item={item} /> : <Pair key={`${item.url} ${i}`} item={item} classes={classes} />))}</div>
      )}
      {ready && items.length > 0 && <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("flow.seedOf", { seed })}</Typography.Text>}
    </Card>
  );
}
