// What is wrong with a graph, and what is only not done yet: while it is being built nobody is told of an error.
import type { Graph, GraphCheck, GraphProblem } from "@/api/preprocess";
import { outputOf } from "./graph";

const steps = new Set(["graph.no_output", "graph.unreachable", "graph.no_operations"]);

/** A step that is still to be taken, as long as nobody has asked to run the graph. */
export const isStep = (problem: GraphProblem): boolean => steps.has(problem.slug);

/** The server was asked about a completed graph: that there is no output yet is known here. */
export function problemsOf(graph: Graph, check: GraphCheck | undefined): GraphProblem[] {
  const told = check?.problems ?? [];
  if (outputOf(graph)) return told;
  const real = told.filter((problem) => problem.slug !== "graph.no_output" && (!problem.node || graph.nodes.some((node) => node.id === problem.node)));
  return [...real, { slug: "graph.no_output", severity: "error", message: "" }];
}

export const problemsAt = (problems: readonly GraphProblem[], node: string): GraphProblem[] => problems.filter((problem) => problem.node === node && !problem.edge);
export const problemOfEdge = (problems: readonly GraphProblem[], from: string, to: string): GraphProblem | undefined =>
  problems.find((problem) => problem.edge?.[0] === from && problem.edge[1] === to);
export const blocking = (problems: readonly GraphProblem[]): GraphProblem[] => problems.filter((problem) => problem.severity !== "warning");
