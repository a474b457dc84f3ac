// What may follow what. The server checks the same; here the reason is said before the line is drawn.
import type { Graph, NodeType } from "@/api/preprocess";
import { hasEdge, nodeOf, reaches } from "./graph";

/** Why a connection is refused: a key below flow.refused. */
export type Refusal = "itself" | "exists" | "intoInput" | "fromOutput" | "filterAfterAugment" | "cycle" | "missing";

const befores: Record<NodeType, readonly NodeType[]> = {
  input: [],
  filter: ["input", "filter"],
  augment: ["input", "filter", "augment"],
  output: ["input", "filter", "augment"],
};

/** Why a node of one kind may not follow one of another; null when it may. */
export function whyNotAfter(from: NodeType, to: NodeType): Refusal | null {
  if (from === "output") return "fromOutput";
  if (to === "input") return "intoInput";
  return befores[to].includes(from) ? null : "filterAfterAugment";
}

/** Why this line may not be drawn; null when it may. */
export function whyNot(graph: Graph, from: string, to: string): Refusal | null {
  const a = nodeOf(graph, from);
  const b = nodeOf(graph, to);
  if (!a || !b) return "missing";
  if (from === to) return "itself";
  if (hasEdge(graph, from, to)) return "exists";
  return whyNotAfter(a.type, b.type) ?? (reaches(graph, to, from) ? "cycle" : null);
}
