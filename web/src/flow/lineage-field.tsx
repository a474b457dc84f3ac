// For the fields of a dataset that a graph made: its parents, and the way to the graph. The canvas is loaded when it is looked at.
import { PartitionOutlined } from "@ant-design/icons";
import { Button, Space } from "antd";
import { Suspense, lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Lineage } from "@/api/preprocess";

const LineageDialog = lazy(async () => ({ default: (await import("./lineage-dialog")).LineageDialog }));

export function LineageField({ lineage, name }: { lineage: Lineage; name: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Space wrap size={8} data-testid="lineage">
      {lineage.parents.map((parent) => <Link key={parent.id} to={`/datasets/${parent.id}`}>{parent.name}</Link>)}
      <span>{t("flow.seedOf", { seed: lineage.seed })}</span>
      <Button size="small" type="link" icon={<PartitionOutlined />} style={{ padding: 0 }} onClick={() => setOpen(true)} data-testid="view-graph">{t("flow.lineageGraph")}</Button>
      <Suspense>{open && <LineageDialog lineage={lineage} name={name} onClose={() => setOpen(false)} />}</Suspense>
    </Space>
  );
}
