// Points on their way from the server to a chart: grouping by name, joining REST and live points, one common x axis.
// Pure; the chart component only draws.
import type { MetricPoint, MetricSeries, RunMetrics } from "@/api/types";

export type MetricGroup = "loss" | "accuracy" | "learningRate" | "speed" | "other";
export type Axis = "step" | "time";
export interface LivePoint {
  name: string;
  step: number;
  time_ms: number;
  value: number;
}

/** Groups of the manual (U4.3-03: accuracy / loss / learning rate), found in the names people give their metrics. */
export function groupOf(name: string): MetricGroup {
  const low = name.toLowerCase();
  if (/samples_per|per_sec|speed|throughput/.test(low)) return "speed";
  if (/loss|cross_?entropy|nll/.test(low)) return "loss";
  if (/(^|[_\-./ ])(acc|accuracy|top-?_?\d+)/.test(low) || low.includes("accuracy")) return "accuracy";
  if (/(^|[_\-./ ])lr\d*($|[_\-./ ])|learning_?rate/.test(low)) return "learningRate";
  return "other";
}

export const emptyMetrics: RunMetrics = { series: [] };

/** Add points that came over the live connection to what is already held. */
export function addLive(metrics: RunMetrics, points: LivePoint[]): RunMetrics {
  const byName = new Map(metrics.series.map((series) => [series.name, series]));
  const fresh = new Map<string, MetricPoint[]>();
  for (const point of points) {
    const list = fresh.get(point.name) ?? [];
    list.push([point.step, point.time_ms, point.value]);
    fresh.set(point.name, list);
  }
  for (const [name, list] of fresh) {
    const old = byName.get(name) ?? { name, total_points: 0, points: [] };
    byName.set(name, { ...old, total_points: old.total_points + list.length, points: [...old.points, ...list] });
  }
  return { series: [...byName.values()] };
}

function isAfter(point: MetricPoint, last: MetricPoint): boolean {
  return point[1] > last[1] || (point[1] === last[1] && point[0] > last[0]);
}

/** Fetched points first, then the live ones that are newer than the last fetched one: nothing twice, nothing lost. */
export function mergeMetrics(fetched: RunMetrics, live: RunMetrics): RunMetrics {
  const merged = new Map<string, MetricSeries>(fetched.series.map((series) => [series.name, series]));
  for (const series of live.series) {
    const old = merged.get(series.name);
    const last = old?.points.at(-1);
    const added = last ? series.points.filter((point) => isAfter(point, last)) : series.points;
    if (!old) merged.set(series.name, series);
    else if (added.length > 0) merged.set(series.name, { ...old, total_points: old.total_points + added.length, points: [...old.points, ...added] });
  }
  return { series: [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

export function pointCount(metrics: RunMetrics): number {
  return metrics.series.reduce((sum, series) => sum + series.points.length, 0);
}

/** What uPlot draws: one sorted x array, one y array per series, null where a series has no point there. */
export function alignSeries(series: MetricSeries[], axis: Axis): [number[], ...(number | null)[][]] {
  const xOf = (point: MetricPoint) => (axis === "step" ? point[0] : point[1] / 1000);
  const xs = [...new Set(series.flatMap((one) => one.points.map(xOf)))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, i) => [x, i]));
  const ys = series.map((one) => {
    const y: (number | null)[] = new Array<null>(xs.length).fill(null);
    for (const point of one.points) y[at.get(xOf(point))!] = Number.isFinite(point[2]) ? point[2] : null;
    return y;
  });
  return [xs, ...ys];
}

/** The steps that a shown range covers, for the request that fetches it again in full detail. */
export function stepsInRange(series: MetricSeries[], axis: Axis, range: [number, number]): [number, number] | null {
  if (axis === "step") return [Math.floor(range[0]), Math.ceil(range[1])];
  const steps = series.flatMap((one) => one.points.filter((p) => p[1] / 1000 >= range[0] && p[1] / 1000 <= range[1]).map((p) => p[0]));
  if (steps.length === 0) return null;
  return [steps.reduce((a, b) => Math.min(a, b)), steps.reduce((a, b) => Math.max(a, b))];
}
