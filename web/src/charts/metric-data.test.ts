import { describe, expect, it } from "vitest";
import type { MetricPoint } from "@/api/types";
import { addLive, alignSeries, emptyMetrics, groupOf, mergeMetrics, pointCount, stepsInRange } from "./metric-data";

const series = (name: string, points: MetricPoint[]) => ({ name, total_points: points.length, points });

describe("groupOf", () => {
  it("finds the manual's groups in the names people use", () => {
    expect(["loss", "val_loss", "train/loss"].map(groupOf)).toEqual(["loss", "loss", "loss"]);
    expect(["accuracy", "val_acc", "top5_acc", "top-1"].map(groupOf)).toEqual(["accuracy", "accuracy", "accuracy", "accuracy"]);
    expect(["lr", "learning_rate", "optim/lr", "lr0"].map(groupOf)).toEqual(["learningRate", "learningRate", "learningRate", "learningRate"]);
    expect(["samples_per_second", "pace", "colour"].map(groupOf)).toEqual(["speed", "other", "other"]);
  });
});

describe("mergeMetrics", () => {
  it("adds live points after the fetched ones, without repeating any", () => {
    const fetched = { series: [series("loss", [[0, 100, 1], [1, 200, 0.9]])] };
    const live = addLive(emptyMetrics, [
      { name: "loss", step: 1, time_ms: 200, value: 0.9 },
      { name: "loss", step: 2, time_ms: 300, value: 0.8 },
      { name: "acc", step: 2, time_ms: 300, value: 0.5 },
    ]);
    const merged = mergeMetrics(fetched, live);
    expect(merged.series.map((one) => [one.name, one.points.length])).toEqual([["acc", 1], ["loss", 3]]);
    expect(pointCount(merged)).toBe(4);
  });
});

describe("alignSeries", () => {
  it("joins series of different steps on one sorted axis; NaN is a hole", () => {
    const data = alignSeries([series("a", [[0, 0, 1], [2, 2000, Number.NaN]]), series("b", [[1, 1000, 5]])], "step");
    expect(data).toEqual([[0, 1, 2], [1, null, null], [null, 5, null]]);
  });

  it("uses seconds on the time axis", () => {
    expect(alignSeries([series("a", [[7, 1500, 1]])], "time")[0]).toEqual([1.5]);
  });
});

describe("stepsInRange", () => {
  it("turns a range of time into the steps it covers", () => {
    const data = [series("a", [[0, 1000, 1], [5, 2000, 1], [9, 3000, 1]])];
    expect(stepsInRange(data, "time", [1.5, 3.2])).toEqual([5, 9]);
    expect(stepsInRange(data, "time", [50, 60])).toBeNull();
    expect(stepsInRange(data, "step", [1.2, 3.7])).toEqual([1, 4]);
  });
});
