// The graph as the editor holds it: how nodes are made, found, and what hangs on what. Pure; every change gives a new graph.
import type { AugmentNode, Edge, FilterNode, FlowNode, Graph, NodeType, OutputNode } from "@/api/preprocess";

export const inputId = "in";
export const outputId = "out";

export const emptyGraph = (): Graph => ({ version: 1, nodes: [{ id: inputId, type: "input" }], edges: [] });

export const nodeOf = (graph: Graph, id: string | null | undefined): FlowNode | undefined => graph.nodes.find((node) => node.id === id);
export const predecessors = (graph: Graph, id: string): string[] => graph.edges.filter(([, to]) => to === id).map(([from]) => from);
export const successors = (graph: Graph, id: string): string[] => graph.edges.filter(([from]) => from === id).map(([, to]) => to);
export const hasEdge = (graph: Graph, from: string, to: string): boolean => graph.edges.some((edge) => edge[0] === from && edge[1] === to);
export const outputOf = (graph: Graph): OutputNode | undefined => graph.nodes.find((node): node is OutputNode => node.type === "output");

/** True when `to` can be reached from `from` along the edges. */
export function reaches(graph: Graph, from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [from];
  while (next.length > 0) {
    const at = next.pop()!;
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    next.push(...successors(graph, at));
  }
  return false;
}

const letters: Record<NodeType, string> = { input: "in", filter: "f", augment: "a", output: "out" };

/** f1, f2, ...; the first input and the output are `in` and `out`. */
export function freeId(graph: Graph, type: NodeType): string {
  const bare = type === "input" || type === "output";
  if (bare && !nodeOf(graph, letters[type])) return letters[type];
  for (let n = 1; ; n += 1) if (!nodeOf(graph, `${letters[type]}${n}`)) return `${letters[type]}${n}`;
}

/** The manual's example doubles: that is where a new node of random processing begins. */
export const usualMultiple = 2;

export const newFilter = (id: string, label?: string): FilterNode => ({ id, type: "filter", ...(label ? { label } : {}), values: [], mode: "include" });
export const newAugment = (id: string): AugmentNode => ({ id, type: "augment", operations: [], multiple: usualMultiple, count_mode: "total", keep_source: true });
export const newOutput = (id: string, name: string): OutputNode => ({ id, type: "output", name, description: "" });

export const edgeId = ([from, to]: Edge): string => `${from}→${to}`;
export const sameEdge = (a: Edge, b: Edge): boolean => a[0] === b[0] && a[1] === b[1];
