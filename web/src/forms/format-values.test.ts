import { describe, expect, it } from "vitest";
import { cannotHold, formatOptions, formatRequest, initialFormatValues, resizeText, splitIsGood, splitSum } from "./format-values";

describe("format dialog", () => {
  it("adds percentages without the noise of binary fractions", () => {
    expect(splitSum({ train: 33.3, val: 33.3, test: 33.4 })).toBe(100);
    expect(splitSum({ train: 70, val: null })).toBe(70);
    expect(splitSum({ train: 80, val: 30 })).toBe(110);
  });

  it("splits by percent, by counts, or as the list says, and sends no more than that", () => {
    const values = { ...initialFormatValues, formats: ["raw"], counts: { train: 20, val: 5 } };
    expect(formatRequest(values)).toMatchObject({ split_by: "percent", splits: { train: 70, val: 30, test: 0 } });
    expect(formatRequest(values).counts).toBeUndefined();
    const counted = formatRequest({ ...values, splitBy: "counts" });
    expect(counted).toMatchObject({ split_by: "counts", counts: { train: 20, val: 5, test: 0 } });
    expect(counted.splits).toBeUndefined();
    const listed = formatRequest({ ...values, splitBy: "list" });
    expect(listed.split_by).toBe("list");
    expect([listed.splits, listed.counts]).toEqual([undefined, undefined]);
    expect(splitIsGood({ ...values, splitBy: "counts" }, 25)).toBe(true);
    expect(splitIsGood({ ...values, splitBy: "counts" }, 24)).toBe(false);
    expect(splitIsGood({ ...values, splitBy: "counts", counts: { val: 5 } }, 24)).toBe(false);
    expect(splitIsGood({ ...values, splitBy: "list" }, 0)).toBe(true);
    expect(splitIsGood({ ...values, train: 90 }, 24)).toBe(false);
  });

  it("writes the resize as the server reads it", () => {
    expect(resizeText({ resizeMode: "keep", width: 1, height: 1 })).toBe("");
    expect(resizeText({ resizeMode: "short", width: 256, height: 1 })).toBe("256");
    expect(resizeText({ resizeMode: "exact", width: 320, height: 240 })).toBe("320x240");
  });

  it("sends options only when set, and only of the formats asked for", () => {
    const options = { lmdb: { encoding: "raw", other: undefined }, recordio: { chunk: "" } };
    expect(formatRequest({ ...initialFormatValues, formats: ["lmdb"] }).options).toBeUndefined();
    expect(formatRequest({ ...initialFormatValues, formats: ["recordio"], options }).options).toBeUndefined();
    expect(formatRequest({ ...initialFormatValues, formats: ["lmdb"], options }).options).toEqual({ lmdb: { encoding: "raw" } });
    expect(formatRequest({ ...initialFormatValues, formats: ["raw"], label: "classification.pulp" })).toMatchObject({
      splits: { train: 70, val: 30, test: 0 }, label: "classification.pulp", seed: 0, stratify: true,
    });
  });

  it("knows which formats can hold a label", () => {
    const raw = { classification: true, detection: true, multi_label: true };
    const folder = { classification: true, detection: false, multi_label: false };
    const coco = { classification: false, detection: true, multi_label: false };
    expect(cannotHold(raw, "detection.cars", false)).toBeUndefined();
    expect(cannotHold(folder, "detection.cars", false)).toBe("boxes");
    expect(cannotHold(folder, "face.face", false)).toBe("boxes");
    expect(cannotHold(folder, "classification.x", false)).toBeUndefined();
    expect(cannotHold(folder, undefined, true)).toBe("severalClasses");
    expect(cannotHold(coco, "classification.x", false)).toBe("classes");
    expect(cannotHold(coco, "detection.x", false)).toBeUndefined();
  });

  it("asks for several classes of a classification only, and for what stays together", () => {
    const values = { ...initialFormatValues, formats: ["raw"], multiLabel: true };
    expect(formatRequest({ ...values, label: "classification.x" })).toMatchObject({ multi_label: true, keep_together: ["source"] });
    expect(formatRequest({ ...values, label: "detection.x" }).multi_label).toBeUndefined();
  });

  it("reads a format's options from its schema", () => {
    const schema = { type: "object", properties: { encoding: { enum: ["encoded", "raw"], description: "how" }, copy: { type: "boolean" }, chunk: { type: "integer" } } };
    expect(formatOptions(schema)).toEqual([
      { name: "encoding", kind: "choice", choices: ["encoded", "raw"], description: "how" },
      { name: "copy", kind: "flag", choices: [], description: "" },
      { name: "chunk", kind: "number", choices: [], description: "" },
    ]);
    expect(formatOptions({})).toEqual([]);
  });
});
