// The form of one operation, made from its parameters, and how often it is done.
import { Form, InputNumber, Select, Slider, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Operation, OperationParameter, OperationSpec } from "@/api/preprocess";
import { OperationList } from "./operation-list";
import { choicesOf, rangeOf, withChoices, withProbability, withRange } from "./operation-values";
import { RangeField } from "./range-field";
import { useTitles } from "./use-titles";

interface Props {
  spec: OperationSpec;
  operation: Operation;
  onChange: (spec: OperationSpec) => void;
}

function ParameterField({ spec, parameter, onChange }: { spec: OperationSpec; parameter: OperationParameter; onChange: Props["onChange"] }) {
  const titles = useTitles();
  const title = titles.parameter(parameter.name);
  if (parameter.kind !== "choice") {
    return <RangeField parameter={parameter} title={title} unit={titles.unit(parameter.unit)} value={rangeOf(spec, parameter)} onChange={(range) => onChange(withRange(spec, parameter, range))} />;
  }
  return (
    <div className="flow-range">
      <div className="flow-range-head"><span title={parameter.doc}>{title}</span></div>
      <Select
        mode="multiple"
        size="small"
        value={choicesOf(spec, parameter)}
        onChange={(choices) => onChange(withChoices(spec, parameter, choices))}
        options={parameter.choices.map((choice) => ({ value: choice, label: titles.choice(choice) }))}
        aria-label={title}
        style={{ width: "100%" }}
        data-testid={`choice-${parameter.name}`}
      />
    </div>
  );
}

export function OperationForm({ spec, operation, onChange }: Props) {
  const { t } = useTranslation();
  const titles = useTitles();
  const probability = spec.probability ?? 1;
  return (
    <Form layout="vertical" component="div" className="flow-operation-form">
      {titles.hasDocs && <Typography.Paragraph type="secondary" style={{ marginBottom: 8 }}>{operation.doc} {operation.labels}</Typography.Paragraph>}
      {operation.parameters.map((parameter) => <ParameterField key={parameter.name} spec={spec} parameter={parameter} onChange={onChange} />)}
      {operation.has_members && <OperationList operations={spec.ops ?? []} onChange={(ops) => onChange({ ...spec, ops })} />}
      <div className="flow-range">
        <div className="flow-range-head">
          <span title={t("flow.probabilityHelp")}>{t("flow.probability")}</span>
          <InputNumber size="small" min={0} max={1} step={0.05} value={probability} aria-label={t("flow.probability")} onChange={(value) => typeof value === "number" && onChange(withProbability(spec, value))} data-testid="probability" />
        </div>
        <Slider min={0} max={1} step={0.05} value={probability} onChange={(value) => onChange(withProbability(spec, value))} ariaLabelForHandle={t("flow.probability")} />
      </div>
    </Form>
  );
}
