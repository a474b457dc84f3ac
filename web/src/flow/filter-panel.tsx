// Which items pass: a label, the classes of it, and the bounds of a box.
import { Alert, Checkbox, Collapse, Form, InputNumber, Segmented, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { BoxBounds, FilterNode } from "@/api/preprocess";
import { ClassList } from "./class-list";
import { labelOf } from "./class-ticks";
import { useActions, useFacts } from "./flow-context";
import { TermsField } from "./terms-field";

const bounds = ["width", "height", "area"] as const;

function BoxFields({ box, onChange }: { box: BoxBounds | undefined; onChange: (box: BoxBounds | undefined) => void }) {
  const { t } = useTranslation();
  const set = (key: keyof BoxBounds, value: number | null) => {
    const { [key]: _, ...rest } = box ?? {};
    const next: BoxBounds = value === null ? rest : { ...rest, [key]: value };
    onChange(Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <div className="flow-bounds">
      {bounds.map((what) => (
        <div key={what} style={{ display: "contents" }}>
          <span>{t(`flow.box.${what}`)}</span>
          <InputNumber size="small" min={0} value={box?.[`min_${what}`] ?? null} placeholder={t("flow.from")} aria-label={`${t(`flow.box.${what}`)} ${t("flow.from")}`} onChange={(value) => set(`min_${what}`, value)} />
          <span>–</span>
          <InputNumber size="small" min={0} value={box?.[`max_${what}`] ?? null} placeholder={t("flow.to")} aria-label={`${t(`flow.box.${what}`)} ${t("flow.to")}`} onChange={(value) => set(`max_${what}`, value)} />
        </div>
      ))}
    </div>
  );
}

export function FilterPanel({ node }: { node: FilterNode }) {
  const { t } = useTranslation();
  const { stats } = useFacts();
  const { update } = useActions();
  const label = labelOf(stats, node.label);
  const change = (part: Partial<FilterNode>) => update(node.id, part);
  const terms = <TermsField terms={node.where} onChange={(where) => change({ where })} />;
  if (stats && stats.labels.length === 0)
    return (
      <Form layout="vertical" component="div">
        <Form.Item><Alert type="info" showIcon message={t("flow.filterNoLabels")} data-testid="filter-no-labels" /></Form.Item>
        {terms}
      </Form>
    );
  return (
    <Form layout="vertical" component="div">
      {((stats?.labels.length ?? 0) > 1 || !label) && (
        <Form.Item label={t("flow.label")} htmlFor="flow-filter-label">
          <Select
            id="flow-filter-label"
            value={node.label}
            onChange={(key) => change({ label: key, values: [] })}
            options={stats?.labels.map((one) => ({ value: one.key, label: `${t(`stats.type.${one.type}`, { defaultValue: one.type })}-${one.name}` }))}
            data-testid="filter-label"
          />
        </Form.Item>
      )}
      <Form.Item>
        <Segmented<FilterNode["mode"]>
          block
          value={node.mode}
          onChange={(mode) => change({ mode })}
          options={[{ value: "include", label: t("flow.include") }, { value: "exclude", label: t("flow.exclude") }]}
          aria-label={t("flow.mode")}
        />
      </Form.Item>
      {label && <Form.Item label={t("flow.classes")}><ClassList node={node} classes={label.count} onChange={(values) => change({ values })} /></Form.Item>}
      <Form.Item>
        <Checkbox checked={!!node.unlabelled} onChange={(event) => change({ unlabelled: event.target.checked || undefined })} data-testid="filter-unlabelled">
          {t("flow.unlabelled", { count: label?.unlabelled ?? 0 })}
        </Checkbox>
      </Form.Item>
      <Collapse ghost size="small" className="flow-more" items={[
        { key: "box", label: t("flow.boxBounds"), children: <BoxFields box={node.box} onChange={(box) => change({ box })} /> },
        { key: "terms", label: <span data-testid="terms">{t("flow.terms.title", { count: node.where?.length ?? 0 })}</span>, children: terms },
      ]} />
    </Form>
  );
}
