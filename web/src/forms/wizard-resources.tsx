// Step 3 (R4.1-07, L-08): resources, the entry command, hyper-parameters, variables and code.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, InputNumber, Radio, Space, Typography, type FormInstance } from "antd";
import { useTranslation } from "react-i18next";
import { CopyText } from "@/components/copy-text";
import { FileDrop } from "./file-drop";
import { parseJsonObject } from "./rules";
import { exampleCommand, initialResources, type ResourceValues } from "./training-values";

function ResourceFields() {
  const { t } = useTranslation();
  const kind = Form.useWatch<ResourceValues["kind"]>("kind");
  return (
    <>
      <Form.Item name="kind" label={t("wizard.resourceKind")}>
        <Radio.Group optionType="button" options={[{ value: "cpu", label: t("wizard.useCpu") }, { value: "gpu", label: t("wizard.useGpu") }]} />
      </Form.Item>
      <Space wrap size={[24, 0]}>
        <Form.Item name="cpuCores" label={t("wizard.cpuCores")} rules={[{ required: true }]}><InputNumber min={0.1} max={1024} step={1} data-testid="cpu-cores" /></Form.Item>
        <Form.Item name="memoryGib" label={t("wizard.memory")} rules={[{ required: true }]}><InputNumber min={0.0625} max={16384} step={1} data-testid="memory-gib" /></Form.Item>
        {kind === "gpu" && <Form.Item name="gpuCount" label={t("wizard.gpuCount")} rules={[{ required: true }]}><InputNumber min={1} max={64} precision={0} /></Form.Item>}
        {kind === "gpu" && <Form.Item name="gpuModel" label={t("wizard.gpuModel")}><Input placeholder={t("wizard.gpuModelPlaceholder")} /></Form.Item>}
      </Space>
    </>
  );
}

function ParamsField() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<ResourceValues>();
  const tidy = () => {
    const parsed = parseJsonObject(form.getFieldValue("params") as string);
    if ("value" in parsed) form.setFieldValue("params", JSON.stringify(parsed.value, null, 2));
  };
  const rule = {
    validator: (_: unknown, text: string) => {
      const parsed = parseJsonObject(text ?? "");
      return "value" in parsed ? Promise.resolve() : Promise.reject(new Error(t("rule.json", { detail: parsed.reason })));
    },
  };
  return (
    <Form.Item label={t("wizard.params")} extra={<>{t("wizard.paramsHelp")} <Button type="link" size="small" style={{ padding: 0 }} onClick={tidy}>{t("wizard.paramsFormat")}</Button></>}>
      <Form.Item name="params" noStyle rules={[rule]}>
        <Input.TextArea className="mono" rows={5} spellCheck={false} data-testid="params" aria-label={t("wizard.params")} />
      </Form.Item>
    </Form.Item>
  );
}

function EnvFields() {
  const { t } = useTranslation();
  return (
    <Form.Item label={t("wizard.env")}>
      <Form.List name="env">
        {(fields, { add, remove }) => (
          <>
            {fields.map((field) => (
              <div key={field.key} style={{ display: "flex", gap: 8, alignItems: "baseline" }}>
                <Form.Item name={[field.name, "name"]} rules={[{ required: true, pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, message: t("wizard.envRule") }]} style={{ flex: 1, marginBottom: 8 }}>
                  <Input className="mono" placeholder={t("wizard.envName")} aria-label={t("wizard.envName")} />
                </Form.Item>
                <Form.Item name={[field.name, "value"]} style={{ flex: 2, marginBottom: 8 }}><Input className="mono" placeholder={t("wizard.envValue")} aria-label={t("wizard.envValue")} /></Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={t("action.delete")} onClick={() => remove(field.name)} />
              </div>
            ))}
            <Button size="small" icon={<PlusOutlined />} onClick={() => add({ name: "", value: "" })}>{t("wizard.envAdd")}</Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

interface Props {
  form: FormInstance<ResourceValues>;
  code: File | null;
  onCode: (file: File | null) => void;
  onSubmit: (values: ResourceValues) => void;
  disabled: boolean;
}

export function WizardResources({ form, code, onCode, onSubmit, disabled }: Props) {
  const { t } = useTranslation();
  return (
    <Form form={form} layout="vertical" initialValues={initialResources} onFinish={onSubmit} disabled={disabled}>
      <ResourceFields />
      <Form.Item
        label={t("wizard.command")}
        required
        extra={<>{t("wizard.commandHelp")}<br /><Typography.Text type="secondary">{t("wizard.commandExample")}: <CopyText text={exampleCommand} /></Typography.Text></>}
      >
        <Form.Item name="command" noStyle rules={[{ required: true, whitespace: true, message: t("wizard.commandRequired") }]}>
          <Input.TextArea className="mono" rows={3} spellCheck={false} data-testid="command" aria-label={t("wizard.command")} />
        </Form.Item>
      </Form.Item>
      <ParamsField />
      <Form.Item label={t("wizard.code")} extra={t("wizard.codeHelp")}><FileDrop file={code} accept=".zip,.tar,.gz,.tgz" title={t("wizard.codeChoose")} onFile={onCode} testId="code-input" /></Form.Item>
      <EnvFields />
    </Form>
  );
}
