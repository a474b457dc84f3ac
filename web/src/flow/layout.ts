// Layers from left to right: a node stands one layer after the last of its predecessors; inside a layer nodes follow the
// middle of what leads to them, so that lines cross little.
import type { Graph, Place } from "@/api/preprocess";
import { predecessors } from "./graph";

export const nodeWidth = 196;
export const nodeHeight = 92;
const gapX = 96;
const gapY = 40;

/** Layer of every node: the longest way from a node without predecessors. Cycles end where they were entered. */
export function layers(graph: Graph): Map<string, number> {
  const depth = new Map<string, number>();
  const visit = (id: string, above: ReadonlySet<string>): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    if (above.has(id)) return 0;
    const inside = new Set(above).add(id);
    const before = predecessors(graph, id).map((from) => visit(from, inside));
    const at = before.length === 0 ? 0 : Math.max(...before) + 1;
    depth.set(id, at);
    return at;
  };
  for (const node of graph.nodes) visit(node.id, new Set());
  return depth;
}

/** Places for all nodes; the output stands right of everything else. */
export function arranged(graph: Graph): Record<string, Place> {
  const depth = layers(graph);
  const last = Math.max(0, ...depth.values());
  const columns: string[][] = Array.from({ length: last + 1 }, () => []);
  for (const node of graph.nodes) columns[node.type === "output" && graph.edges.some(([, to]) => to === node.id) ? last : (depth.get(node.id) ?? 0)]!.push(node.id);
  const rank = new Map<string, number>();
  const places: Record<string, Place> = {};
  for (const [x, column] of columns.entries()) {
    const middle = (id: string) => {
      const from = predecessors(graph, id).map((one) => rank.get(one) ?? 0);
      return from.length === 0 ? 0 : from.reduce((sum, one) => sum + one, 0) / from.length;
    };
    const order = x === 0 ? column : column.map((id, at) => ({ id, at, middle: middle(id) })).sort((a, b) => a.middle - b.middle || a.at - b.at).map((one) => one.id);
    order.forEach((id, at) => {
      const y = at - (order.length - 1) / 2;
      rank.set(id, y);
      places[id] = [x * (nodeWidth + gapX), Math.round(y * (nodeHeight + gapY))];
    });
  }
  return places;
}

export const withLayout = (graph: Graph): Graph => ({ ...graph, layout: arranged(graph) });

/** Places of all nodes, those of the file first. */
export function placesOf(graph: Graph): Record<string, Place> {
  const given = graph.layout ?? {};
  if (graph.nodes.every((node) => given[node.id])) return given;
  return { ...arranged(graph), ...given };
}

const overlaps = (a: Place, b: Place): boolean => Math.abs(a[0] - b[0]) < nodeWidth + 16 && Math.abs(a[1] - b[1]) < nodeHeight + 16;

/** A free place right of the given nodes: at their height, or below what stands there. */
export function placeAfter(graph: Graph, from: readonly string[]): Place {
  const places = placesOf(graph);
  const taken = Object.values(places);
  const before = from.map((id) => places[id]).filter((place): place is Place => place !== undefined);
  const x = before.length > 0 ? Math.max(...before.map((place) => place[0])) + nodeWidth + gapX : 0;
  let y = before.length > 0 ? Math.round(before.reduce((sum, place) => sum + place[1], 0) / before.length) : 0;
  while (taken.some((place) => overlaps(place, [x, y]))) y += nodeHeight + gapY;
  return [x, y];
}
