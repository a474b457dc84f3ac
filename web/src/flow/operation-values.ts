// Settings of one operation: what a form shows for each parameter, and what is written back. Defaults are not written.
import type { Operation, OperationParameter, OperationSpec, Setting } from "@/api/preprocess";

export type Range = [low: number, high: number];

export const newSpec = (operation: Operation): OperationSpec => (operation.has_members ? { op: operation.name, ops: [] } : { op: operation.name });

export const usualRange = (parameter: OperationParameter): Range => [parameter.low, parameter.high];

export function rangeOf(spec: OperationSpec, parameter: OperationParameter): Range {
  const value = spec[parameter.name];
  if (typeof value === "number") return [value, value];
  if (Array.isArray(value) && typeof value[0] === "number") return [value[0], typeof value[1] === "number" ? value[1] : value[0]];
  return usualRange(parameter);
}

export function choicesOf(spec: OperationSpec, parameter: OperationParameter): string[] {
  const value = spec[parameter.name];
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value as string[];
  return parameter.choices.slice(0, 1);
}

function withSetting(spec: OperationSpec, name: string, value: Setting | undefined): OperationSpec {
  const { [name]: _, ...rest } = spec;
  return (value === undefined ? rest : { ...rest, [name]: value }) as OperationSpec;
}

const clamp = (value: number, parameter: OperationParameter): number => {
  const inside = Math.min(parameter.max, Math.max(parameter.min, value));
  return parameter.kind === "integer" ? Math.round(inside) : inside;
};

export function withRange(spec: OperationSpec, parameter: OperationParameter, range: Range): OperationSpec {
  const [a, b] = [clamp(range[0], parameter), clamp(range[1], parameter)];
  const [low, high] = a <= b ? [a, b] : [b, a];
  const usual = usualRange(parameter);
  if (low === usual[0] && high === usual[1]) return withSetting(spec, parameter.name, undefined);
  return withSetting(spec, parameter.name, low === high ? low : [low, high]);
}

export function withChoices(spec: OperationSpec, parameter: OperationParameter, choices: string[]): OperationSpec {
  const usual = parameter.choices[0];
  if (choices.length === 0 || (choices.length === 1 && choices[0] === usual)) return withSetting(spec, parameter.name, undefined);
  return withSetting(spec, parameter.name, choices.length === 1 ? choices[0] : choices);
}

export const withProbability = (spec: OperationSpec, probability: number): OperationSpec => {
  const { probability: _, ...rest } = spec;
  return (probability === 1 ? rest : { ...rest, probability }) as OperationSpec;
};

/** A step for sliders: a hundredth of the range, as 1, 2 or 5 times a power of ten. */
export function stepOf(parameter: OperationParameter): number {
  if (parameter.kind === "integer") return 1;
  const span = parameter.max - parameter.min;
  if (!(span > 0)) return 0.01;
  const power = 10 ** Math.floor(Math.log10(span / 100));
  return Number((power * ([1, 2, 5].find((times) => (times * power) >= span / 100 - 1e-12) ?? 10)).toPrecision(1));
}

export const families = ["geometric", "photometric", "erasing", "several", "set"] as const;

/** Operations in which every word of the search is found, in name, titles or doc. */
export function found(operations: readonly Operation[], search: string, titleOf: (operation: Operation) => string): Operation[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter((one) => {
    const text = `${one.name} ${one.title} ${titleOf(one)} ${one.doc}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function grouped(operations: readonly Operation[]): { family: string; items: Operation[] }[] {
  const names = [...new Set([...families, ...operations.map((one) => one.family)])];
  return names.map((family) => ({ family, items: operations.filter((one) => one.family === family) })).filter((group) => group.items.length > 0);
}

/** `angle -15…15`, what is set other than usual, for a line of the list. */
export function settingsText(spec: OperationSpec, titleOf: (parameter: string) => string): string {
  const entries = Object.entries(spec).filter(([key, value]) => !["op", "ops", "probability"].includes(key) && value !== undefined);
  return entries.map(([key, value]) => `${titleOf(key)} ${Array.isArray(value) ? (typeof value[0] === "number" ? value.join("…") : value.join(", ")) : String(value)}`).join(" · ");
}

export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  if (from === to || from < 0 || to < 0 || from >= items.length || to >= items.length) return [...items];
  const next = [...items];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}
