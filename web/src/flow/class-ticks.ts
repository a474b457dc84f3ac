// Which classes a filter ticks, and the shortcut of the manual's recipe: all that no other filter has ticked.
import type { FilterNode, Graph } from "@/api/preprocess";
import type { LabelStats, LabelCount } from "@/api/types";

export const labelOf = (stats: LabelStats | undefined, key: string | undefined): LabelCount | undefined => stats?.labels.find((label) => label.key === key);

/** The label that a new filter asks for: the one with most entries. */
export function usualLabel(stats: LabelStats | undefined): string | undefined {
  return [...(stats?.labels ?? [])].sort((a, b) => b.total - a.total)[0]?.key;
}

export const toggled = (values: readonly string[], name: string): string[] => (values.includes(name) ? values.filter((value) => value !== name) : [...values, name]);

/** Classes that other filters of the same label do not let pass, in the order of the list. */
export function allOthers(graph: Graph, filter: FilterNode, classes: readonly string[]): string[] {
  const others = graph.nodes.filter((node): node is FilterNode => node.type === "filter" && node.id !== filter.id && node.label === filter.label);
  const taken = new Set(others.flatMap((node) => (node.mode === "include" ? node.values : classes.filter((name) => !node.values.includes(name)))));
  return classes.filter((name) => !taken.has(name));
}

/** Ticked classes that the dataset does not have (any more). */
export const goneClasses = (values: readonly string[], classes: readonly string[]): string[] => values.filter((value) => !classes.includes(value));
