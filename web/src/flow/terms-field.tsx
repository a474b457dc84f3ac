// Comparisons that a picture must pass, too: how many boxes, where it lies, any member of its row.
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { AutoComplete, Button, Input, InputNumber, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Term } from "@/api/preprocess";
import { comparisonsOf, newTerm, repaired, typedOf, usualFields, valueOf } from "./terms";

function Value({ term, onChange }: { term: Term; onChange: (value: Term["value"]) => void }) {
  const { t } = useTranslation();
  if (term.field === "entries" || term.field === "classes")
    return <InputNumber size="small" min={0} value={Number(term.value)} aria-label={t("flow.terms.value")} onChange={(value) => onChange(value ?? 0)} />;
  return <Input key={`${term.field} ${term.is}`} size="small" defaultValue={typedOf(term)} aria-label={t("flow.terms.value")} data-testid="term-value" onChange={(event) => onChange(valueOf(event.target.value, term.field, term.is))} />;
}

export function TermsField({ terms, onChange }: { terms: Term[] | undefined; onChange: (terms: Term[] | undefined) => void }) {
  const { t } = useTranslation();
  const lines = terms ?? [];
  const set = (next: Term[]) => onChange(next.length === 0 ? undefined : next);
  const change = (at: number, term: Term) => set(lines.map((old, i) => (i === at ? term : old)));
  return (
    <div data-testid="filter-terms">
      <Typography.Paragraph type="secondary">{t("flow.terms.help")}</Typography.Paragraph>
      {lines.map((term, at) => (
        <div key={at} className="flow-term">
          <AutoComplete size="small" value={term.field} aria-label={t("flow.terms.field")} popupMatchSelectWidth={false}
            options={usualFields.map((value) => ({ value, label: t(`flow.terms.name.${value.replace("member.", "")}`) }))}
            onChange={(field: string) => change(at, repaired({ ...term, field }))} />
          <Select<Term["is"]> size="small" value={term.is} aria-label={t("flow.terms.is")} data-testid="term-is" popupMatchSelectWidth={false}
            options={comparisonsOf(term.field).map((value) => ({ value, label: t(`flow.terms.word.${value}`, { defaultValue: value }) }))}
            onChange={(is) => change(at, repaired({ ...term, is }))} />
          <Value term={term} onChange={(value) => change(at, { ...term, value })} />
          <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t("flow.takeOut", { name: term.field })} onClick={() => set(lines.filter((_, i) => i !== at))} />
        </div>
      ))}
      <Button size="small" block type="dashed" icon={<PlusOutlined />} onClick={() => set([...lines, newTerm])} data-testid="filter-add-term">{t("flow.terms.add")}</Button>
    </div>
  );
}
