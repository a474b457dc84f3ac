// How a source is read: told by its content, or by the importer a person names, with that importer's own options.
import { useQuery } from "@tanstack/react-query";
import { Form, Input, Select, Space, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { importersQuery } from "@/api/queries";
import { formatOptions } from "./format-values";
import { SchemaField } from "./schema-field";

export interface ImporterValues {
  as?: string;
  label?: string;
  labels_only?: boolean;
  options?: Record<string, unknown>;
}

/** Options that were set; what is left as usual is not sent. */
export function setOptions(options: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  const set = Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return set.length > 0 ? Object.fromEntries(set) : undefined;
}

export function ImporterFields() {
  const { t } = useTranslation();
  const importers = useQuery(importersQuery);
  const form = Form.useFormInstance<ImporterValues>();
  const as = Form.useWatch("as", form);
  const chosen = importers.data?.items.find((importer) => importer.name === as);
  const choices = (importers.data?.items ?? []).map((importer) => ({ value: importer.name, label: t(`importer.name.${importer.name}`, { defaultValue: importer.title }) }));
  return (
    <>
      <Form.Item name="as" label={t("create.as")} extra={chosen ? t(`importer.info.${chosen.name}`, { defaultValue: chosen.description }) : t("create.asHelp")}>
        <Select loading={importers.isPending} data-testid="importer" options={[{ value: "auto", label: t("create.asAuto") }, ...choices]} onChange={() => form.setFieldValue("options", undefined)} />
      </Form.Item>
      <Space wrap size={[32, 0]} align="start">
        <Form.Item name="label" label={t("create.labelName")} tooltip={t("create.labelNameHelp")}><Input style={{ width: 200 }} placeholder="class" /></Form.Item>
        <Form.Item name="labels_only" label={t("create.labelsOnly")} tooltip={t("create.labelsOnlyHelp")} valuePropName="checked">
          <Switch checkedChildren={t("yes")} unCheckedChildren={t("no")} />
        </Form.Item>
        {chosen && formatOptions(chosen.options_schema).map((option) => <SchemaField key={option.name} name={["options", option.name]} label={option.name} option={option} />)}
      </Space>
    </>
  );
}
