// A graph as a file: written the same way every time, and read with care, since anybody can hand one over.
import type { Edge, FlowNode, Graph, Place } from "@/api/preprocess";
import { newAugment, newFilter, newOutput } from "./graph";
import { placesOf } from "./layout";

/** Why a file is no graph: a key below flow.badFile, and what it is about. */
export class BadGraph extends Error {
  constructor(readonly key: "notJson" | "notGraph" | "version" | "node" | "edge", readonly what = "") {
    super(`${key} ${what}`);
  }
}

type Loose = Record<string, unknown>;
const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null && !Array.isArray(value);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []);

function readNode(value: unknown, at: number): FlowNode {
  if (!isObject(value) || typeof value.id !== "string" || value.id === "") throw new BadGraph("node", String(at + 1));
  const { id } = value;
  // What the file says over what a new node has: a setting this version does not know is kept for the server to judge.
  if (value.type === "input") return { ...value, id, type: "input" } as FlowNode;
  if (value.type === "filter") return { ...newFilter(id), ...value, values: texts(value.values) } as FlowNode;
  if (value.type === "output") return { ...newOutput(id, ""), ...value } as FlowNode;
  if (value.type === "augment") {
    const operations = Array.isArray(value.operations) ? value.operations.map((one) => (typeof one === "string" ? { op: one } : one)) : [];
    if (!operations.every((one) => isObject(one) && typeof one.op === "string")) throw new BadGraph("node", id);
    return { ...newAugment(id), ...value, operations } as FlowNode;
  }
  throw new BadGraph("node", id);
}

function readEdge(value: unknown, ids: ReadonlySet<string>): Edge {
  const pair = isObject(value) ? [value.from, value.to] : value;
  if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((end) => typeof end === "string" && ids.has(end))) throw new BadGraph("edge", JSON.stringify(value));
  return [pair[0] as string, pair[1] as string];
}

function readLayout(value: unknown, ids: ReadonlySet<string>): Record<string, Place> {
  if (!isObject(value)) return {};
  const good = ([id, place]: [string, unknown]) => ids.has(id) && Array.isArray(place) && place.length === 2 && place.every((n) => typeof n === "number" && Number.isFinite(n));
  return Object.fromEntries(Object.entries(value).filter(good)) as Record<string, Place>;
}

/** A graph from anything that was parsed. Throws BadGraph. */
export function readGraph(value: unknown): Graph {
  if (!isObject(value) || !Array.isArray(value.nodes) || !Array.isArray(value.edges)) throw new BadGraph("notGraph");
  if (value.version !== 1) throw new BadGraph("version", String(value.version));
  const nodes = value.nodes.map(readNode);
  const ids = new Set(nodes.map((node) => node.id));
  if (ids.size !== nodes.length) throw new BadGraph("node", nodes.find((node, at) => nodes.findIndex((one) => one.id === node.id) !== at)?.id);
  const graph: Graph = { version: 1, nodes, edges: value.edges.map((edge) => readEdge(edge, ids)), layout: readLayout(value.layout, ids) };
  return { ...graph, layout: placesOf(graph) };
}

export function parseGraph(text: string): Graph {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadGraph("notJson");
  }
  return readGraph(value);
}

export const printGraph = (graph: Graph): string => `${JSON.stringify(graph, null, 2)}\n`;

/** A template is for other datasets, too: it keeps no name and no list. */
export const asTemplate = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => {
    if (node.type === "output") return { ...node, name: "", description: "" };
    if (node.type !== "input") return node;
    const { list: _, ...rest } = node;
    return rest;
  }),
});
