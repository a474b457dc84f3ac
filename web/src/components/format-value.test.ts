import { describe, expect, it } from "vitest";
import { elapsedMs, formatBytes, formatCount, formatElapsed, formatMetric, formatPercent, formatTime, progressPercent } from "./format-value";

describe("numbers, sizes and times", () => {
  it("shows sizes in binary units without a 1024.0 of the smaller one", () => {
    expect(formatBytes(0)).toBe("0 B");
    expect(formatBytes(1023)).toBe("1023 B");
    expect(formatBytes(1024)).toBe("1.0 KiB");
    expect(formatBytes(1024 * 1024 - 1)).toBe("1.0 MiB");
    expect(formatBytes(5 * 1024 ** 3)).toBe("5.0 GiB");
    expect(formatBytes(undefined)).toBe("-");
  });

  it("groups thousands", () => {
    expect(formatCount(999)).toBe("999");
    expect(formatCount(1234567)).toBe("1,234,567");
    expect(formatCount(null)).toBe("-");
  });

  it("lets hours exceed a day", () => {
    expect(formatElapsed(0)).toBe("0:00:00");
    expect(formatElapsed(61_000)).toBe("0:01:01");
    expect(formatElapsed(30 * 3600_000)).toBe("30:00:00");
  });

  it("counts an open end to now, and nothing before the start", () => {
    expect(elapsedMs("2026-01-01T00:00:00.000Z", null, Date.parse("2026-01-01T00:00:05.000Z"))).toBe(5000);
    expect(elapsedMs("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.000Z", 0)).toBe(1000);
    expect(elapsedMs(undefined, undefined, 9)).toBe(0);
  });

  it("shows times to the second and a dash for none", () => {
    expect(formatTime("2026-11-23T11:50:56.123Z")).toMatch(/^2026-11-2\d \d\d:50:56$/);
    expect(formatTime(undefined)).toBe("-");
    expect(formatTime("garbage")).toBe("-");
  });

  it("keeps four digits of a metric", () => {
    expect(formatMetric(0.693147)).toBe("0.6931");
    expect(formatMetric(0.00001)).toBe("1.00e-5");
    expect(formatMetric(12345678)).toBe("1.23e+7");
    expect(formatMetric(Number.NaN)).toBe("NaN");
  });

  it("writes percentages as the manual does", () => {
    expect(formatPercent(70)).toBe("70.0%");
    expect(progressPercent(999, 1000)).toBe(99);
    expect(progressPercent(0, 0)).toBe(0);
    expect(progressPercent(7, 7)).toBe(100);
  });
});
