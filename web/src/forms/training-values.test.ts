import { describe, expect, it } from "vitest";
import type { FormattedSet } from "@/api/types";
import { parseJsonObject } from "./rules";
import { initialResources, trainingRequest } from "./training-values";

const draft = { name: "digits", description: "", trainSet: { id: "fs_t" } as FormattedSet, valSet: null, image: " debian:12 " };

describe("trainingRequest", () => {
  it("sends memory in bytes, no validation set and no GPU when none was chosen", () => {
    const request = trainingRequest(draft, { ...initialResources, params: '{"lr": 0.1}' });
    expect(request).toMatchObject({ train_set_id: "fs_t", image: "debian:12", params: { lr: 0.1 }, resources: { memory_bytes: 3 * 1024 ** 3, gpu_count: 0 } });
    expect("val_set_id" in request || "env" in request || "code_upload_id" in request).toBe(false);
  });

  it("sends environment variables and the GPU model", () => {
    const request = trainingRequest({ ...draft, valSet: { id: "fs_v" } as FormattedSet }, { ...initialResources, kind: "gpu", gpuCount: 2, gpuModel: "Tesla-K80", env: [{ name: "A", value: "1" }] }, "up_1");
    expect(request).toMatchObject({ val_set_id: "fs_v", code_upload_id: "up_1", env: { A: "1" }, resources: { gpu_count: 2, gpu_model: "Tesla-K80" } });
  });
});

describe("parseJsonObject", () => {
  it("takes objects and empty text, and says why not otherwise", () => {
    expect(parseJsonObject(' {"a": [1]} ')).toEqual({ value: { a: [1] } });
    expect(parseJsonObject("  ")).toEqual({ value: {} });
    expect("reason" in parseJsonObject("[1]")).toBe(true);
    expect("reason" in parseJsonObject("{a:1}")).toBe(true);
  });
});
