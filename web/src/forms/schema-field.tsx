// One field of a driver's options (a format, an importer), drawn from its JSON Schema: a driver added to the server needs no
// word here.
import { Form, Input, InputNumber, Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { FormatOption } from "./format-values";

interface Props {
  name: (string | number)[];
  option: FormatOption;
  label: string;
  choice?: (value: string) => string;
}

export function SchemaField({ name, option, label, choice = (value) => value }: Props) {
  const { t } = useTranslation();
  const usual = t("format.optionUsual");
  return (
    <Form.Item name={name} label={label} tooltip={option.description || undefined}>
      {option.kind === "number" && <InputNumber style={{ width: 140 }} placeholder={usual} />}
      {option.kind === "text" && <Input style={{ width: 180 }} placeholder={usual} />}
      {option.kind === "flag" && <Radio.Group options={[{ value: undefined, label: usual }, { value: true, label: t("yes") }, { value: false, label: t("no") }]} />}
      {option.kind === "choice" && (
        <Select allowClear style={{ width: 180 }} placeholder={usual} options={option.choices.map((value) => ({ value, label: choice(value) }))} />
      )}
    </Form.Item>
  );
}
