// One card of the monitor: the curves of a group, with zoom (drag, slider), time axis and logarithm. A zoom asks the
// server for the full detail of the shown range.
import { UndoOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Checkbox, Segmented, Slider, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MetricSeries, Run } from "@/api/types";
import { Curve, type Range } from "./curve";
import { stepsInRange, type Axis } from "./metric-data";
import { metricsQuery } from "./use-run-metrics";

function extent(series: MetricSeries[], axis: Axis): Range | null {
  let [low, high] = [Infinity, -Infinity];
  for (const one of series) {
    for (const point of one.points) {
      const x = axis === "step" ? point[0] : point[1] / 1000;
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
  }
  return high > low ? [low, high] : null;
}

export function MetricChart({ run, title, series }: { run: Run; title: string; series: MetricSeries[] }) {
  const { t } = useTranslation();
  const [axis, setAxis] = useState<Axis>("step");
  const [log, setLog] = useState(false);
  const [range, setRange] = useState<Range | null>(null);
  const steps = range ? stepsInRange(series, axis, range) : null;
  const detail = useQuery({ ...metricsQuery(run.id, series.map((one) => one.name), steps ?? undefined), enabled: steps !== null });
  const shown = steps && detail.data && !detail.isPlaceholderData ? detail.data.series : series;
  const whole = extent(series, axis);
  return (
    <Card size="small" title={title} data-testid={`chart-${title}`} extra={
      <Space size={8}>
        <Checkbox checked={log} onChange={(event) => setLog(event.target.checked)}>{t("chart.log")}</Checkbox>
        <Segmented
          size="small"
          aria-label={t("chart.axis")}
          value={axis}
          onChange={(value) => { setAxis(value as Axis); setRange(null); }}
          options={[{ value: "step", label: t("chart.xBatch") }, { value: "time", label: t("chart.xTime") }]}
        />
        <Button size="small" type="text" icon={<UndoOutlined />} disabled={!range} onClick={() => setRange(null)} aria-label={t("chart.reset")} title={t("chart.reset")} />
      </Space>
    }>
      <Curve series={shown} axis={axis} log={log} range={range} onRange={setRange} label={t("chart.label", { name: title })} />
      {whole && (
        <Slider
          range
          min={whole[0]}
          max={whole[1]}
          step={axis === "step" ? 1 : (whole[1] - whole[0]) / 1000}
          value={range ?? whole}
          tooltip={{ formatter: axis === "step" ? undefined : null }}
          aria-label={t("chart.range")}
          onChange={([from = 0, to = 0]) => setRange(from <= whole[0] && to >= whole[1] ? null : [from, to])}
          style={{ margin: "8px 12px 0 58px" }}
        />
      )}
    </Card>
  );
}
