// How a dataset was made of others: its parents, the graph to look at, and the seed.
import { DownloadOutlined, PartitionOutlined } from "@ant-design/icons";
import { Alert, Button, Modal, Space } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Lineage } from "@/api/preprocess";
import { formatCount } from "@/components/format-value";
import { BadGraph, printGraph, readGraph } from "./graph-json";
import { GraphView } from "./graph-view";
import { saveFile } from "./save-file";

function readOr(graph: unknown) {
  try {
    return readGraph(graph);
  } catch (error) {
    if (error instanceof BadGraph) return error;
    throw error;
  }
}

function LineageDialog({ lineage, name, onClose }: { lineage: Lineage; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const graph = useMemo(() => readOr(lineage.graph), [lineage.graph]);
  const { counts } = lineage;
  return (
    <Modal open title={t("flow.lineageTitle", { name })} footer={null} width={980} onCancel={onClose} data-testid="lineage-dialog">
      <div className="stack">
        {graph instanceof BadGraph ? <Alert type="error" showIcon message={t(`flow.badFile.${graph.key}`, { what: graph.what })} /> : <GraphView graph={graph} />}
        <div className="toolbar" style={{ marginBottom: 0 }}>
          <span className="grow">
            {t("flow.seedOf", { seed: lineage.seed })}
            {counts && <> · {t("flow.made", { items: formatCount(counts.items), made: formatCount(counts.made), rejected: formatCount(counts.rejected) })}</>}
          </span>
          {!(graph instanceof BadGraph) && <Button icon={<DownloadOutlined />} onClick={() => saveFile(`${name}.graph.json`, printGraph(graph))}>{t("flow.export")}</Button>}
        </div>
      </div>
    </Modal>
  );
}

/** For the fields of a dataset: links to its parents, and the way to the graph. */
export function LineageField({ lineage, name }: { lineage: Lineage; name: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Space wrap size={8} data-testid="lineage">
      {lineage.parents.map((parent) => <Link key={parent.id} to={`/datasets/${parent.id}`}>{parent.name}</Link>)}
      <span>{t("flow.seedOf", { seed: lineage.seed })}</span>
      <Button size="small" type="link" icon={<PartitionOutlined />} style={{ padding: 0 }} onClick={() => setOpen(true)} data-testid="view-graph">{t("flow.lineageGraph")}</Button>
      {open && <LineageDialog lineage={lineage} name={name} onClose={() => setOpen(false)} />}
    </Space>
  );
}
