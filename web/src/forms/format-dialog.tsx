// U3.2-16, R3.2-13: ask for one batch: parts, label, order, size, and any number of formats at once.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Collapse, Form, InputNumber, Modal, Radio, Skeleton, Space, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { formatsQuery, keys } from "@/api/queries";
import type { Dataset, Format, FormatBatch } from "@/api/types";
import { ErrorAlert } from "@/components/error-alert";
import { formatName } from "@/components/format-name";
import { FormatBoxes, KeepTogetherField, LabelFields, usualLabel } from "./format-fields";
import { SchemaField } from "./schema-field";
import { formatOptions, formatRequest, initialFormatValues, splitIsGood, type FormatOption, type FormatValues } from "./format-values";
import { SplitFields } from "./split-fields";

function ResizeFields() {
  const { t } = useTranslation();
  const mode = Form.useWatch<FormatValues["resizeMode"]>("resizeMode");
  return (
    <Form.Item label={t("format.resize")}>
      <Space wrap>
        <Form.Item name="resizeMode" noStyle>
          <Radio.Group options={[{ value: "keep", label: t("format.resizeKeep") }, { value: "short", label: t("format.resizeShort") }, { value: "exact", label: t("format.resizeExact") }]} />
        </Form.Item>
        {mode !== "keep" && <Form.Item name="width" noStyle rules={[{ required: true }]}><InputNumber min={1} max={16384} precision={0} style={{ width: 88 }} aria-label={t("format.resize")} /></Form.Item>}
        {mode === "exact" && <>×<Form.Item name="height" noStyle rules={[{ required: true }]}><InputNumber min={1} max={16384} precision={0} style={{ width: 88 }} aria-label={t("format.resize")} /></Form.Item></>}
      </Space>
    </Form.Item>
  );
}

function NumberField({ name, max, step }: { name: "minPerClass" | "maxPerClass" | "maxRejectRatio"; max?: number; step?: number }) {
  const { t } = useTranslation();
  return (
    <Form.Item name={name} label={t(`format.${name}`)} tooltip={t(`format.${name}Help`)}>
      <InputNumber min={0} max={max} step={step} style={{ width: 112 }} />
    </Form.Item>
  );
}

function OptionField({ format, option }: { format: string; option: FormatOption }) {
  const { t } = useTranslation();
  const label = t(`format.option.${format}.${option.name}`, { defaultValue: `${formatName(t, format)} · ${option.name}` });
  const choice = (value: string) => t(`format.choice.${format}.${option.name}.${value}`, { defaultValue: value });
  return <SchemaField name={["options", format, option.name]} label={label} option={option} choice={choice} />;
}

function AdvancedFields({ formats }: { formats: Format[] }) {
  const { t } = useTranslation();
  const chosen = Form.useWatch<string[]>("formats") ?? [];
  return (
    <Space wrap size={[24, 0]} align="start">
      <Form.Item name="quality" label={t("format.quality")}><InputNumber min={1} max={100} precision={0} style={{ width: 112 }} /></Form.Item>
      <NumberField name="minPerClass" />
      <NumberField name="maxPerClass" />
      <NumberField name="maxRejectRatio" max={1} step={0.01} />
      {formats.filter((format) => chosen.includes(format.name)).flatMap((format) =>
        formatOptions(format.options_schema).map((option) => <OptionField key={`${format.name}.${option.name}`} format={format.name} option={option} />),
      )}
    </Space>
  );
}

export function FormatDialog({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<FormatValues>();
  const formats = useQuery(formatsQuery);
  const start = useMutation({
    mutationFn: (values: FormatValues) => http.post<FormatBatch>(`/datasets/${dataset.id}/formatted-sets`, formatRequest(values)),
    onSuccess: (made) => {
      void message.success(t("format.started", { batch: made.batch }));
      void queries.invalidateQueries({ queryKey: keys.list("formatted-set") });
      onClose();
    },
  });
  const submit = (values: FormatValues) => {
    if (splitIsGood(values, dataset.item_count)) start.mutate({ ...initialFormatValues, ...values });
  };
  const possible = dataset.labels.length > 0;
  return (
    <Modal
      open
      width={720}
      title={`${t("format.title")} · ${dataset.name}`}
      onCancel={onClose}
      onOk={() => form.submit()}
      okButtonProps={{ loading: start.isPending, disabled: !possible, "data-testid": "format-submit" }}
      maskClosable={false}
    >
      {!possible && <Alert type="warning" showIcon message={t("format.labelNone")} style={{ marginBottom: 16 }} />}
      {formats.isPending && <Skeleton active />}
      {formats.isError && <ErrorAlert error={formats.error} onRetry={() => void formats.refetch()} />}
      {formats.data && (
        <Form form={form} layout="vertical" disabled={!possible} initialValues={{ ...initialFormatValues, label: usualLabel(dataset) }} onFinish={submit} data-testid="format-form">
          <SplitFields items={dataset.item_count} />
          <LabelFields dataset={dataset} />
          <Space wrap size={[32, 0]}>
            <Form.Item name="shuffle" label={t("format.shuffle")} valuePropName="checked"><Switch checkedChildren={t("yes")} unCheckedChildren={t("no")} /></Form.Item>
            <Form.Item name="stratify" label={t("format.stratify")} tooltip={t("format.stratifyHelp")} valuePropName="checked"><Switch checkedChildren={t("yes")} unCheckedChildren={t("no")} /></Form.Item>
            <Form.Item name="seed" label={t("format.seed")} tooltip={t("format.seedHelp")}><InputNumber min={0} precision={0} style={{ width: 140 }} /></Form.Item>
          </Space>
          <ResizeFields />
          <KeepTogetherField />
          <FormatBoxes formats={formats.data.items} />
          <Collapse ghost size="small" style={{ marginInline: -12 }} items={[{ key: "more", label: t("format.advanced"), forceRender: true, children: <AdvancedFields formats={formats.data.items} /> }]} />
        </Form>
      )}
      <ErrorAlert error={start.error} />
    </Modal>
  );
}
