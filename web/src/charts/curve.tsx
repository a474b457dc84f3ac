// One uPlot canvas: any number of series over batch or time, drag to zoom, values under the cursor in the legend.
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { MetricSeries } from "@/api/types";
import { formatMetric } from "@/components/format-value";
import { seriesColors, useIsDark } from "@/theme";
import { alignSeries, type Axis } from "./metric-data";

export type Range = [number, number];

interface Props {
  series: MetricSeries[];
  axis: Axis;
  log: boolean;
  range: Range | null;
  onRange: (range: Range | null) => void;
  label: string;
  height?: number;
}

const gridColour = { light: "#e8ebef", dark: "#2a2f36" };
const textColour = { light: "#5b6470", dark: "#a3acb8" };

function makeOptions(names: string[], props: Pick<Props, "axis" | "log">, dark: boolean, width: number, height: number): uPlot.Options {
  const mode = dark ? "dark" : "light";
  const axisLook = { stroke: textColour[mode], grid: { stroke: gridColour[mode], width: 1 }, ticks: { stroke: gridColour[mode], width: 1 } };
  return {
    width,
    height,
    scales: { x: { time: props.axis === "time" }, y: props.log ? { distr: 3 } : {} },
    axes: [axisLook, { ...axisLook, size: 58, values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : formatMetric(tick))) }],
    series: [{}, ...names.map((name, i) => ({ label: name, stroke: seriesColors[mode][i % seriesColors[mode].length], width: 1.8, spanGaps: true, points: { show: false } }))],
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
  };
}

/** A logarithmic axis has no place for zero and below. */
function forScale(data: uPlot.AlignedData, log: boolean): uPlot.AlignedData {
  if (!log) return data;
  const [xs, ...ys] = data;
  return [xs, ...ys.map((y) => Array.from(y, (v) => (v !== null && v !== undefined && v > 0 ? v : null)))] as uPlot.AlignedData;
}

/** The value at or before the cursor: validation is measured once in a while, and still has a value in between. */
function valueAt(ys: ArrayLike<number | null | undefined> | undefined, index: number): number | undefined {
  for (let i = index; ys && i >= 0; i -= 1) {
    const y = ys[i];
    if (y !== null && y !== undefined) return y;
  }
  return undefined;
}

function Legend({ names, hidden, values, dark, onToggle }: { names: string[]; hidden: Set<string>; values: (number | null | undefined)[]; dark: boolean; onToggle: (name: string) => void }) {
  const colours = seriesColors[dark ? "dark" : "light"];
  return (
    <div className="chart-legend">
      {names.map((name, i) => (
        <button key={name} type="button" aria-pressed={!hidden.has(name)} onClick={() => onToggle(name)}>
          <i style={{ background: colours[i % colours.length] }} />
          <span>{name}</span>
          <b>{formatMetric(values[i])}</b>
        </button>
      ))}
    </div>
  );
}

export function Curve({ series, axis, log, range, onRange, label, height = 280 }: Props) {
  const dark = useIsDark();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [hidden, setHidden] = useState<Set<string>>(new Set());
  const latest = useRef(onRange);
  latest.current = onRange;
  const names = series.map((one) => one.name);
  const nameKey = names.join("\n");
  const data = useMemo(() => forScale(alignSeries(series, axis) as uPlot.AlignedData, log), [series, axis, log]);
  const firstData = useRef(data);
  firstData.current = data;

  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const options = makeOptions(nameKey.split("\n"), { axis, log }, dark, host.clientWidth, height);
    options.hooks = {
      setCursor: [(u) => setCursor(u.cursor.idx ?? null)],
      setSelect: [
        (u) => {
          if (u.select.width < 8) return;
          const [from, to] = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")];
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          latest.current([from, to]);
        },
      ],
    };
    const made = new uPlot(options, firstData.current, host);
    made.over.addEventListener("dblclick", () => latest.current(null));
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: host.clientWidth, height }));
    observer.observe(host);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [nameKey, axis, log, dark, height]);

  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    made.batch(() => {
      made.setData(data, range === null);
      if (range) made.setScale("x", { min: range[0], max: range[1] });
      names.forEach((name, i) => made.setSeries(i + 1, { show: !hidden.has(name) }));
    });
    // nameKey, axis, log, dark: the plot was made anew, so range and hidden series have to be said again.
  }, [data, range, hidden, nameKey, axis, log, dark]);

  const toggle = (name: string) => setHidden((old) => {
    const next = new Set(old);
    if (!next.delete(name)) next.add(name);
    return next;
  });
  const values = series.map((one, i) => (cursor === null ? one.points.at(-1)?.[2] : valueAt(data[i + 1], cursor)));
  return (
    <div>
      <Legend names={names} hidden={hidden} values={values} dark={dark} onToggle={toggle} />
      <div ref={box} className="chart-box" role="img" aria-label={label} data-testid="curve" />
    </div>
  );
}
