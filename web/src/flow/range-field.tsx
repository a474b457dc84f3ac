// A range of numbers: a slider with two handles, and both ends as numbers.
import { InputNumber, Slider } from "antd";
import { useTranslation } from "react-i18next";
import type { OperationParameter } from "@/api/preprocess";
import { stepOf, type Range } from "./operation-values";

interface Props {
  parameter: OperationParameter;
  title: string;
  unit: string;
  value: Range;
  onChange: (range: Range) => void;
}

export function RangeField({ parameter, title, unit, value, onChange }: Props) {
  const { t } = useTranslation();
  const [low, high] = value;
  const { min, max } = parameter;
  const step = stepOf(parameter);
  // A slider over a million pixels moves nothing one can see: then the numbers alone are shown.
  const slides = max > min && (parameter.kind !== "integer" || max - min <= 2000);
  const number = (at: 0 | 1) => (
    <InputNumber
      size="small"
      value={value[at]}
      min={min}
      max={max}
      step={step}
      precision={parameter.kind === "integer" ? 0 : undefined}
      aria-label={`${title} ${t(at === 0 ? "flow.from" : "flow.to")}`}
      onChange={(next) => typeof next === "number" && onChange(at === 0 ? [next, Math.max(next, high)] : [Math.min(low, next), next])}
      data-testid={`${parameter.name}-${at === 0 ? "low" : "high"}`}
    />
  );
  return (
    <div className="flow-range">
      <div className="flow-range-head">
        <span title={parameter.doc}>{title}{unit && <span className="flow-hush"> {unit}</span>}</span>
        <span className="flow-range-ends">{number(0)}<span>–</span>{number(1)}</span>
      </div>
      {slides && (
        <Slider
          range
          min={min}
          max={max}
          step={step}
          value={[low, high]}
          onChange={([a, b]) => onChange([a ?? low, b ?? high])}
          ariaLabelForHandle={[`${title} ${t("flow.from")}`, `${title} ${t("flow.to")}`]}
          tooltip={{ formatter: (shown) => shown }}
        />
      )}
    </div>
  );
}
