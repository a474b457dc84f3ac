// How a dataset was made of others: the graph to look at, the seed, and what came out.
import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Modal } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
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

export function LineageDialog({ lineage, name, onClose }: { lineage: Lineage; name: string; onClose: () => void }) {
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
