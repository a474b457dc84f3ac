// What the format dialog holds, and the request it stands for. Pure: the rules of percentages and sizes are tested.
import type { Format, NewFormatBatch } from "@/api/types";

export type SplitBy = "percent" | "counts" | "list";
type Parts = { train?: number | null; val?: number | null; test?: number | null };

export interface FormatValues {
  splitBy: SplitBy;
  train: number | null;
  val: number | null;
  test: number | null;
  counts: Parts;
  label?: string;
  multiLabel: boolean;
  keepTogether: string[];
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
  /** By format, then by the name in the format's own schema; what is not set is left to the server. */
  options?: Record<string, Record<string, unknown>>;
}

export const initialFormatValues: FormatValues = {
  splitBy: "percent", train: 70, val: 30, test: 0, counts: {}, multiLabel: false, keepTogether: ["source"],
  shuffle: true, seed: 0, stratify: true,
  resizeMode: "keep", width: 256, height: 256, quality: 95,
  formats: [],
  minPerClass: 0, maxPerClass: 0, maxRejectRatio: 1,
};

/** Rounded to a thousandth: 33.3 + 33.3 + 33.4 is 100, whatever binary fractions say. */
export function splitSum(values: Parts): number {
  return Math.round(countSum(values) * 1000) / 1000;
}

export function countSum(values: Parts): number {
  return (values.train ?? 0) + (values.val ?? 0) + (values.test ?? 0);
}

/** May it be sent? Of a list of so many items, some of which may turn out bad: the server says so then. */
export function splitIsGood(values: Pick<FormatValues, "splitBy" | "train" | "val" | "test"> & { counts?: Parts }, items: number): boolean {
  if (values.splitBy === "list") return true;
  if (values.splitBy === "counts") return (values.counts?.train ?? 0) > 0 && countSum(values.counts ?? {}) <= items;
  const sum = splitSum(values);
  return sum > 0 && sum <= 100;
}

export function resizeText(values: Pick<FormatValues, "resizeMode" | "width" | "height">): string {
  if (values.resizeMode === "short") return String(values.width ?? "");
  if (values.resizeMode === "exact") return `${values.width ?? ""}x${values.height ?? ""}`;
  return "";
}

/** "detection" of "detection.cars". */
export function labelType(key: string | undefined): string {
  return key?.split(".")[0] ?? "classification";
}

/** What a format cannot hold of this label; undefined when it can hold all of it. */
export function cannotHold(
  format: Pick<Format, "classification" | "detection" | "multi_label">, label: string | undefined, multiLabel: boolean,
): "boxes" | "classes" | "severalClasses" | undefined {
  if (labelType(label) !== "classification") return format.detection ? undefined : "boxes";
  if (multiLabel) return format.multi_label ? undefined : "severalClasses";
  return format.classification ? undefined : "classes";
}

export interface FormatOption {
  name: string;
  kind: "choice" | "flag" | "number" | "text";
  choices: string[];
  description: string;
}

interface OptionSchema {
  type?: string;
  enum?: string[];
  description?: string;
}

/** The fields of a format's options, read from its JSON Schema: a format added to the server needs no word here. */
export function formatOptions(schema: unknown): FormatOption[] {
  const properties = (schema as { properties?: Record<string, OptionSchema> } | undefined)?.properties ?? {};
  return Object.entries(properties).map(([name, option]) => {
    const byType = { boolean: "flag", integer: "number", number: "number" } as const;
    const kind = option.enum ? "choice" : (byType[option.type as keyof typeof byType] ?? "text");
    return { name, kind, choices: option.enum ?? [], description: option.description ?? "" };
  });
}

function chosenOptions(values: FormatValues): Record<string, Record<string, unknown>> {
  const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== "";
  const chosen: Record<string, Record<string, unknown>> = {};
  for (const format of values.formats) {
    const set = Object.entries(values.options?.[format] ?? {}).filter(([, value]) => isSet(value));
    if (set.length > 0) chosen[format] = Object.fromEntries(set);
  }
  return chosen;
}

export function formatRequest(values: FormatValues): NewFormatBatch {
  const parts = ({ train, val, test }: Parts) => ({ train: train ?? 0, val: val ?? 0, test: test ?? 0 });
  const request: NewFormatBatch = {
    formats: values.formats,
    split_by: values.splitBy,
    shuffle: values.shuffle,
    seed: values.seed ?? 0,
    stratify: values.stratify,
    keep_together: values.keepTogether,
    resize: resizeText(values),
    quality: values.quality ?? 95,
    min_per_class: values.minPerClass ?? 0,
    max_per_class: values.maxPerClass ?? 0,
    max_reject_ratio: values.maxRejectRatio ?? 1,
  };
  if (values.splitBy === "percent") request.splits = parts(values);
  if (values.splitBy === "counts") request.counts = parts(values.counts);
  if (values.label) request.label = values.label;
  if (values.multiLabel && labelType(values.label) === "classification") request.multi_label = true;
  const options = chosenOptions(values);
  if (Object.keys(options).length > 0) request.options = options;
  return request;
}
