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

/** A place in a layer: a node, or the room that a line over several layers needs, so that it does not run behind nodes. */
interface Slot {
  id: string;
  before: string[];
}

function slotsOf(graph: Graph): Slot[][] {
  const depth = layers(graph);
  const last = Math.max(0, ...depth.values());
  // The output stands right of everything else.
  const at = (id: string) => (graph.nodes.find((node) => node.id === id)?.type === "output" && predecessors(graph, id).length > 0 ? last : (depth.get(id) ?? 0));
  const columns: Slot[][] = Array.from({ length: last + 1 }, () => []);
  for (const node of graph.nodes) {
    const before = predecessors(graph, node.id).map((from) => {
      let left = from;
      for (let x = at(from) + 1; x < at(node.id); x += 1) {
        const room = `${from}→${node.id} ${x}`;
        columns[x]!.push({ id: room, before: [left] });
        left = room;
      }
      return left;
    });
    columns[at(node.id)]!.push({ id: node.id, before });
  }
  return columns;
}

/** Places for all nodes. */
export function arranged(graph: Graph): Record<string, Place> {
  const rank = new Map<string, number>();
  const places: Record<string, Place> = {};
  for (const [x, column] of slotsOf(graph).entries()) {
    const middle = (slot: Slot) => slot.before.reduce((sum, one) => sum + (rank.get(one) ?? 0), 0) / Math.max(1, slot.before.length);
    const order = column.map((slot, at) => ({ slot, at, middle: middle(slot) })).sort((a, b) => a.middle - b.middle || a.at - b.at);
    order.forEach(({ slot }, at) => {
      const y = at - (order.length - 1) / 2;
      rank.set(slot.id, y);
      if (graph.nodes.some((node) => node.id === slot.id)) places[slot.id] = [x * (nodeWidth + gapX), Math.round(y * (nodeHeight + gapY))];
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
