import { describe, expect, it } from "vitest";
import { comparisonsOf, newTerm, repaired, typedOf, valueOf } from "./terms";

describe("comparisons of a filter", () => {
  it("take what is typed for a number, a flag or a text", () => {
    expect(valueOf("640", "member.width", "==")).toBe(640);
    expect(valueOf("true", "member.ok", "!=")).toBe(true);
    expect(valueOf("train", "member.split", "==")).toBe("train");
    expect(valueOf('"640"', "member.width", "==")).toBe("640");
    expect(valueOf("7", "url", "==")).toBe("7");
    expect(valueOf("7", "member.name", "contains")).toBe("7");
    expect(valueOf("many", "member.width", "<")).toBe(0);
  });

  it("show a value as it is typed", () => {
    for (const value of [640, true, "train", "640", "true", ""])
      expect(valueOf(typedOf({ field: "member.x", is: "==", value }), "member.x", "==")).toBe(value);
  });

  it("stay possible when the field changes", () => {
    expect(comparisonsOf("entries")).not.toContain("contains");
    expect(repaired({ ...newTerm, field: "url" })).toEqual({ field: "url", is: "==", value: "1" });
    expect(repaired({ field: "classes", is: "starts_with", value: "a" })).toEqual({ field: "classes", is: "==", value: 0 });
    expect(repaired({ field: "member.w", is: "<", value: "12" })).toEqual({ field: "member.w", is: "<", value: 12 });
  });
});
