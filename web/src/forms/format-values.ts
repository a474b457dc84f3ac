// What the format dialog holds, and the request it stands for. Pure: the rules of percentages and sizes are tested.
import type { NewFormatBatch } from "@/api/types";

export interface FormatValues {
  train: number | null;
  val: number | null;
  test: number | null;
  label?: string;
  shuffle: boolean;
  seed: number | null;
  stratify: boolean;
  resizeMode: "keep" | "short" | "exact";
  width: number | null;
  height: number | null;
  quality: number | null;
  formats: string[];
  minPerClass: number | null;
  maxPerClass: number | null;
  maxRejectRatio: number | null;
  lmdbEncoding: "jpeg" | "raw";
}

export const initialFormatValues: FormatValues = {
  train: 70, val: 30, test: 0,
  shuffle: true, seed: 0, stratify: true,
  resizeMode: "keep", width: 256, height: 256, quality: 95,
  formats: [],
  minPerClass: 0, maxPerClass: 0, maxRejectRatio: 1,
  lmdbEncoding: "jpeg",
};

type Splits = Pick<FormatValues, "train" | "val" | "test">;

/** Rounded to a thousandth: 33.3 + 33.3 + 33.4 is 100, whatever binary fractions say. */
export function splitSum(values: Partial<Splits>): number {
  const sum = (values.train ?? 0) + (values.val ?? 0) + (values.test ?? 0);
  return Math.round(sum * 1000) / 1000;
}

export function resizeText(values: Pick<FormatValues, "resizeMode" | "width" | "height">): string {
  if (values.resizeMode === "short") return String(values.width ?? "");
  if (values.resizeMode === "exact") return `${values.width ?? ""}x${values.height ?? ""}`;
  return "";
}

export function formatRequest(values: FormatValues): NewFormatBatch {
  const request: NewFormatBatch = {
    formats: values.formats,
    splits: { train: values.train ?? 0, val: values.val ?? 0, test: values.test ?? 0 },
    shuffle: values.shuffle,
    seed: values.seed ?? 0,
    stratify: values.stratify,
    resize: resizeText(values),
    quality: values.quality ?? 95,
    min_per_class: values.minPerClass ?? 0,
    max_per_class: values.maxPerClass ?? 0,
    max_reject_ratio: values.maxRejectRatio ?? 1,
  };
  if (values.label) request.label = values.label;
  if (values.formats.includes("lmdb")) request.options = { lmdb: { encoding: values.lmdbEncoding } };
  return request;
}
