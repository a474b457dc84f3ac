// Another multiple for some classes: the first class of a picture that is listed decides.
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, InputNumber, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { MultipleCondition } from "@/api/preprocess";
import { useFacts } from "./flow-context";
import { usualMultiple } from "./graph";

interface Line {
  label: string;
  name: string;
  multiple: number;
}

const linesOf = (conditions: MultipleCondition[] | undefined): Line[] =>
  (conditions ?? []).flatMap((one) => Object.entries(one.values).map(([name, multiple]) => ({ label: one.label, name, multiple })));

function conditionsOf(lines: readonly Line[]): MultipleCondition[] | undefined {
  const labels = [...new Set(lines.map((line) => line.label))];
  const made = labels.map((label) => ({ label, values: Object.fromEntries(lines.filter((line) => line.label === label).map((line) => [line.name, line.multiple])) }));
  return made.length === 0 ? undefined : made;
}

export function ConditionsField({ conditions, onChange }: { conditions: MultipleCondition[] | undefined; onChange: (conditions: MultipleCondition[] | undefined) => void }) {
  const { t } = useTranslation();
  const { stats } = useFacts();
  const lines = linesOf(conditions);
  const set = (next: Line[]) => onChange(conditionsOf(next));
  const left = (stats?.labels ?? []).flatMap((label) =>
    label.count.filter((one) => !lines.some((line) => line.label === label.key && line.name === one.class)).map((one) => ({ label: label.key, name: one.class, of: label.name })));
  const several = (stats?.labels.length ?? 0) > 1;
  return (
    <div>
      <Typography.Paragraph type="secondary">{t("flow.conditionsHelp")}</Typography.Paragraph>
      {lines.map((line, at) => (
        <div key={`${line.label} ${line.name}`} className="flow-condition">
          <span className="clip" title={`${line.label}: ${line.name}`}>{line.name}</span>
          <InputNumber size="small" min={0} step={0.5} prefix="×" value={line.multiple} aria-label={t("flow.multipleOf", { name: line.name })} onChange={(value) => typeof value === "number" && set(lines.map((old, i) => (i === at ? { ...old, multiple: value } : old)))} />
          <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t("flow.takeOut", { name: line.name })} onClick={() => set(lines.filter((_, i) => i !== at))} />
        </div>
      ))}
      <Select
        showSearch
        size="small"
        value={null}
        suffixIcon={<PlusOutlined />}
        placeholder={t("flow.addCondition")}
        aria-label={t("flow.addCondition")}
        style={{ width: "100%" }}
        disabled={left.length === 0}
        options={left.map((one, at) => ({ value: at, label: several ? `${one.of}: ${one.name}` : one.name }))}
        filterOption={(text, option) => String(option?.label).toLowerCase().includes(text.toLowerCase())}
        onChange={(at: number | null) => at !== null && left[at] && set([...lines, { label: left[at].label, name: left[at].name, multiple: usualMultiple }])}
      />
    </div>
  );
}
