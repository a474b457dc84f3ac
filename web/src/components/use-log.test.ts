import { describe, expect, it } from "vitest";
import { appendLog } from "./use-log";

describe("appendLog", () => {
  it("keeps everything while it is short", () => {
    expect(appendLog("a\n", "b\n", 10)).toEqual({ text: "a\nb\n", cut: false });
  });

  it("keeps the newest whole lines when it is long", () => {
    expect(appendLog("first\nsecond\n", "third\n", 12)).toEqual({ text: "third\n", cut: true });
  });

  it("cuts inside a line that is longer than what is kept", () => {
    expect(appendLog("x".repeat(20), "y", 10)).toEqual({ text: "x".repeat(9) + "y", cut: true });
  });
});
