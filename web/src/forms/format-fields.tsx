// Fields of the format dialog that depend on each other: the kind of label decides which formats can hold it.
import { InfoCircleOutlined } from "@ant-design/icons";
import { Checkbox, Form, Radio, Select, Space, Switch, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { Dataset, Format } from "@/api/types";
import { cannotHold, labelType, type FormatValues } from "./format-values";

const TYPES = ["classification", "detection", "face"] as const;

/** The label a person most likely means: a classification before boxes and faces. */
export function usualLabel(dataset: Dataset): string | undefined {
  return TYPES.flatMap((type) => dataset.labels.filter((label) => label.type === type))[0]?.key;
}

export function LabelFields({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<FormatValues>();
  const type = labelType(Form.useWatch("label", form) ?? usualLabel(dataset));
  const ofType = (wanted: string) => dataset.labels.filter((label) => label.type === wanted);
  return (
    <>
      <Form.Item label={t("format.problem")}>
        <Radio.Group
          value={type}
          onChange={(event) => form.setFieldsValue({ label: ofType(String(event.target.value))[0]?.key, formats: [] })}
          options={TYPES.map((value) => ({ value, label: t(`stats.type.${value}`), disabled: ofType(value).length === 0 }))}
        />
      </Form.Item>
      <Space wrap size={[32, 0]} align="start">
        <Form.Item name="label" label={t("format.label")}>
          <Select data-testid="format-label" style={{ width: 320, maxWidth: "100%" }} options={ofType(type).map((label) => ({ value: label.key, label: label.name }))} />
        </Form.Item>
        {type === "classification" && (
          <Form.Item name="multiLabel" label={t("format.multiLabel")} tooltip={t("format.multiLabelHelp")} valuePropName="checked">
            <Switch checkedChildren={t("yes")} unCheckedChildren={t("no")} />
          </Form.Item>
        )}
      </Space>
    </>
  );
}

export function FormatBoxes({ formats }: { formats: Format[] }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<FormatValues>();
  const label = Form.useWatch("label", form);
  const multiLabel = Form.useWatch("multiLabel", form) ?? false;
  return (
    <Form.Item name="formats" label={t("format.formats")} extra={t("format.sameBatch")} rules={[{ type: "array", required: true, min: 1, message: t("format.formatsRequired") }]}>
      <Checkbox.Group
        options={formats.map((format) => {
          const missing = cannotHold(format, label, multiLabel);
          const info = t(`format.info.${format.name}`, { defaultValue: format.description });
          return {
            value: format.name,
            disabled: missing !== undefined,
            label: (
              <span className="nowrap" data-testid={`format-${format.name}`}>
                {t(`format.name.${format.name}`, { defaultValue: format.title })}{" "}
                <Tooltip title={missing ? `${t(`format.cannotHold.${missing}`)} ${info}` : info}><InfoCircleOutlined style={{ opacity: 0.55 }} /></Tooltip>
              </span>
            ),
          };
        })}
      />
    </Form.Item>
  );
}

export function KeepTogetherField() {
  const { t } = useTranslation();
  const rules = ["source", "duplicates", "near"] as const;
  return (
    <Form.Item name="keepTogether" label={t("format.keepTogether")} tooltip={t("format.keepTogetherHelp")}>
      <Select mode="multiple" data-testid="format-keep-together" options={rules.map((value) => ({ value, label: t(`format.together.${value}`) }))} />
    </Form.Item>
  );
}
