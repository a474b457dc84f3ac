// Step 2 (R4.1-06): the image, from the engine's own list or by name.
import { ReloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { imagesQuery, infoQuery } from "@/api/queries";
import type { ContainerImage } from "@/api/types";
import { DataTable } from "@/components/data-table";
import { ErrorAlert } from "@/components/error-alert";
import { formatBytes, formatTime } from "@/components/format-value";

export function WizardImage({ image, onChange }: { image: string; onChange: (image: string) => void }) {
  const { t } = useTranslation();
  const images = useQuery(imagesQuery);
  const info = useQuery(infoQuery);
  const engine = info.data?.engine;
  const rows = images.data?.items ?? [];
  return (
    <div className="stack">
      {engine && !engine.available && <Alert type="warning" showIcon message={t("wizard.engineDown", { detail: engine.detail })} />}
      {images.isError && <ErrorAlert error={images.error} onRetry={() => void images.refetch()} />}
      <div className="toolbar" style={{ margin: 0 }}>
        <b>{t("wizard.imageList")}</b>
        <span className="grow" />
        <Button icon={<ReloadOutlined />} onClick={() => void images.refetch()} loading={images.isRefetching} aria-label={t("action.refresh")} title={t("action.refresh")} />
      </div>
      <DataTable<ContainerImage>
        size="small"
        rowKey="name"
        dataSource={rows}
        loading={images.isPending}
        failed={images.isError}
        scroll={{ y: 320 }}
        empty={t("wizard.noImages")}
        rowSelection={{ type: "radio", selectedRowKeys: rows.some((row) => row.name === image) ? [image] : [], onChange: ([name]) => onChange(String(name)) }}
        onRow={(row) => ({ onClick: () => onChange(row.name), style: { cursor: "pointer" } })}
        columns={[
          { title: t("wizard.imageName"), dataIndex: "name", render: (name: string) => <span className="mono" data-testid="image-name">{name}</span> },
          { title: t("field.size"), dataIndex: "size_bytes", align: "right", render: formatBytes },
          { title: t("wizard.imageCreated"), dataIndex: "created_at", responsive: ["sm"], render: formatTime },
        ]}
      />
      <Form layout="vertical">
        <Form.Item label={t("wizard.imageOther")} style={{ marginBottom: 0 }}>
          <Input className="mono" value={image} onChange={(event) => onChange(event.target.value)} placeholder={t("wizard.imageOtherPlaceholder")} data-testid="image-input" />
        </Form.Item>
      </Form>
    </div>
  );
}
