// Every change a person can make to a graph. Pure: the old graph stays as it was, which is what undo needs.
import type { Edge, FlowNode, Graph, NodeType, Place } from "@/api/preprocess";
import { whyNot, whyNotAfter } from "./connect-rules";
import { freeId, newAugment, newFilter, newOutput, nodeOf, outputOf, successors } from "./graph";
import { placeAfter } from "./layout";

export interface Added {
  graph: Graph;
  /** The node to select now: the new one, or the output that was there already. */
  id: string;
}

export interface Defaults {
  /** The label that new filters ask for. */
  label?: string;
  /** Name of the new dataset until a person gives one. */
  name?: string;
}

function fresh(graph: Graph, type: NodeType, defaults: Defaults): FlowNode {
  const id = freeId(graph, type);
  if (type === "filter") return newFilter(id, defaults.label);
  if (type === "augment") return newAugment(id);
  if (type === "output") return newOutput(id, defaults.name ?? "");
  return { id, type: "input" };
}

const put = (graph: Graph, node: FlowNode, place: Place): Graph => ({ ...graph, nodes: [...graph.nodes, node], layout: { ...graph.layout, [node.id]: place } });

export const connect = (graph: Graph, from: string, to: string): Graph => (whyNot(graph, from, to) ? graph : { ...graph, edges: [...graph.edges, [from, to]] });

/** Nodes that lead nowhere yet: what the output will be joined to. */
export const openEnds = (graph: Graph): string[] => graph.nodes.filter((node) => node.type !== "output" && successors(graph, node.id).length === 0).map((node) => node.id);

/** D-14: pressing the output joins every open end to it; the selected node too when nothing else is open. */
function addOutput(graph: Graph, selected: string | null, defaults: Defaults): Added {
  const ends = openEnds(graph);
  const there = outputOf(graph);
  const node = there ?? fresh(graph, "output", defaults);
  const from = ends.length > 0 ? ends : selected && nodeOf(graph, selected) ? [selected] : [];
  const start = there ? graph : put(graph, node, placeAfter(graph, from));
  return { graph: from.reduce((at, end) => connect(at, end, node.id), start), id: node.id };
}

/** Select a node, press what follows. Nothing selected: the new node stands alone. */
export function addAfter(graph: Graph, selected: string | null, type: NodeType, defaults: Defaults = {}): Added {
  if (type === "output") return addOutput(graph, selected, defaults);
  const before = nodeOf(graph, selected);
  const node = fresh(graph, type, defaults);
  const follows = before && whyNotAfter(before.type, type) === null;
  const next = put(graph, node, placeAfter(graph, follows ? [before.id] : []));
  return { graph: follows ? connect(next, before.id, node.id) : next, id: node.id };
}

export const updateNode = (graph: Graph, id: string, change: Partial<FlowNode>): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => (node.id === id ? (prune({ ...node, ...change }) as FlowNode) : node)),
});

/** Keys set to undefined are gone: the JSON of a graph has no empty settings. */
function prune<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

export function removeNodes(graph: Graph, ids: readonly string[]): Graph {
  // The dataset one started from cannot be taken out: without it there is nothing to process.
  const inputs = graph.nodes.filter((node) => node.type === "input");
  const keep = inputs.every((node) => ids.includes(node.id)) ? inputs[0]?.id : undefined;
  const gone = new Set(ids.filter((id) => id !== keep));
  if (gone.size === 0) return graph;
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !gone.has(node.id)),
    edges: graph.edges.filter(([from, to]) => !gone.has(from) && !gone.has(to)),
    layout: Object.fromEntries(Object.entries(graph.layout ?? {}).filter(([id]) => !gone.has(id))),
  };
}

export const removeEdges = (graph: Graph, edges: readonly Edge[]): Graph => ({
  ...graph,
  edges: graph.edges.filter(([from, to]) => !edges.some((edge) => edge[0] === from && edge[1] === to)),
});

export const moveNodes = (graph: Graph, places: Record<string, Place>): Graph => ({ ...graph, layout: { ...graph.layout, ...places } });

/**
 * What the counts are asked for while the graph is being built: a graph without an output gets one that all open ends lead
 * to, so that every line shows its number before the graph is finished.
 */
export function completed(graph: Graph): Graph {
  const whole = outputOf(graph) ? graph : addOutput(graph, null, {}).graph;
  const { layout: _, ...rest } = whole;
  return { ...rest, nodes: rest.nodes.map((node) => (node.type === "output" ? { ...node, name: "", description: "" } : node)) };
}
