import { expect, it } from "vitest";
import type { LabelStats } from "@/api/types";
import { mergedStats } from "./merged-stats";

const stats = (files: number, key: string, count: Record<string, number>): LabelStats => ({
  face: { max: 0, min: 0, total: 0 } as unknown as LabelStats["face"],
  file_count: files,
  total_image_bytes: 10,
  labels: [{ key, name: key, type: "classification", images: files - 1, unlabelled: 1, total: files, count: Object.entries(count).map(([name, n]) => ({ class: name, count: n })) }],
});

it("several inputs have all their labels and classes", () => {
  const merged = mergedStats(stats(5, "pet", { cat: 2, dog: 3 }), [stats(4, "pet", { dog: 1, cow: 3 }), stats(2, "sign", { one: 2 })]);
  expect(merged.file_count).toBe(11);
  const [pet, sign] = merged.labels;
  expect(pet?.count).toEqual([{ class: "cat", count: 2 }, { class: "dog", count: 4 }, { class: "cow", count: 3 }]);
  expect([pet?.total, pet?.images, pet?.unlabelled]).toEqual([9, 7, 4]);
  expect([sign?.key, sign?.unlabelled]).toEqual(["sign", 10]);
});
