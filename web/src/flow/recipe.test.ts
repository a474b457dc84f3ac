// The manual's recipe, step by step, as the editor's buttons do it; and what the rules refuse.
import { describe, expect, it } from "vitest";
import type { FilterNode, Graph } from "@/api/preprocess";
import { allOthers, goneClasses, toggled } from "./class-ticks";
import { whyNot, whyNotAfter } from "./connect-rules";
import { addAfter, completed, connect, moveNodes, openEnds, removeEdges, removeNodes, updateNode } from "./edit";
import { emptyGraph, inputId, nodeOf, outputOf } from "./graph";
import { arranged } from "./layout";

const classes = ["beheaded", "bloodiness", "knife", "normal"];
const label = "classification.general";

function recipe(): Graph {
  const first = addAfter(emptyGraph(), inputId, "filter", { label });
  let graph = updateNode(first.graph, first.id, { values: toggled([], "beheaded") });
  const ways = addAfter(graph, first.id, "augment");
  graph = updateNode(ways.graph, ways.id, { operations: [{ op: "rotate" }] });
  const second = addAfter(graph, inputId, "filter", { label });
  const rest = nodeOf(second.graph, second.id) as FilterNode;
  graph = updateNode(second.graph, second.id, { values: allOthers(second.graph, rest, classes) });
  return addAfter(graph, second.id, "output", { name: "twice" }).graph;
}

describe("the manual's recipe", () => {
  it("links a filter and a random processing to the output, in nine presses", () => {
    const graph = recipe();
    expect(graph.edges).toEqual([["in", "f1"], ["f1", "a1"], ["in", "f2"], ["a1", "out"], ["f2", "out"]]);
    expect(nodeOf(graph, "f1")).toMatchObject({ values: ["beheaded"], mode: "include", label });
    expect(nodeOf(graph, "f2")).toMatchObject({ values: ["bloodiness", "knife", "normal"] });
    expect(nodeOf(graph, "a1")).toMatchObject({ multiple: 2, count_mode: "total", keep_source: true });
    expect(outputOf(graph)?.name).toBe("twice");
    expect(openEnds(graph)).toEqual([]);
  });

  it("lets no node lie on another", () => {
    const places = Object.values(recipe().layout ?? {});
    expect(new Set(places.map(String)).size).toBe(places.length);
    const tidy = arranged(recipe());
    expect(tidy.in![0]).toBeLessThan(tidy.f1![0]);
    expect(tidy.f2![0]).toBe(tidy.f1![0]);
    expect(tidy.a1![0]).toBeLessThan(tidy.out![0]);
    // The line from f2 to the output passes below a1: it has the room of a node there.
    expect(tidy.a1![1]).toBeLessThan(tidy.out![1]);
  });
});

describe("adding", () => {
  it("joins the output once, and again what is added later", () => {
    const graph = recipe();
    const more = addAfter(graph, inputId, "augment");
    const again = addAfter(more.graph, more.id, "output");
    expect(again.id).toBe("out");
    expect(again.graph.nodes.filter((node) => node.type === "output")).toHaveLength(1);
    expect(again.graph.edges).toContainEqual(["a2", "out"]);
  });

  it("leaves a node alone when nothing that may precede it is selected", () => {
    expect(addAfter(emptyGraph(), null, "filter").graph.edges).toEqual([]);
    const after = addAfter(recipe(), "a1", "filter");
    expect(after.graph.edges.some(([, to]) => to === after.id)).toBe(false);
  });

  it("completes a graph for counting without touching the real one", () => {
    const { graph } = addAfter(emptyGraph(), inputId, "filter");
    expect(completed(graph).edges).toContainEqual(["f1", "out"]);
    expect(outputOf(graph)).toBeUndefined();
    expect(outputOf(completed(recipe()))?.name).toBe("");
    expect(completed(moveNodes(recipe(), { in: [5, 5] }))).toEqual(completed(recipe()));
  });
});

describe("connections", () => {
  it("are refused with the reason", () => {
    const graph = recipe();
    expect(whyNot(graph, "in", "in")).toBe("itself");
    expect(whyNot(graph, "in", "f1")).toBe("exists");
    expect(whyNot(graph, "f1", "in")).toBe("intoInput");
    expect(whyNot(graph, "out", "a1")).toBe("fromOutput");
    expect(whyNot(graph, "a1", "f2")).toBe("filterAfterAugment");
    expect(whyNot(graph, "f1", "nowhere")).toBe("missing");
    expect(whyNot(graph, "in", "out")).toBeNull();
    expect(whyNotAfter("filter", "output")).toBeNull();
    const two = connect(addAfter(graph, "a1", "augment").graph, "a2", "a1");
    expect(whyNot(two, "a2", "a1")).toBe("cycle");
    expect(two.edges).not.toContainEqual(["a2", "a1"]);
  });

  it("go with their nodes; the last input stays", () => {
    const graph = removeNodes(recipe(), ["f1", "in"]);
    expect(graph.nodes.map((node) => node.id)).toEqual(["in", "a1", "f2", "out"]);
    expect(graph.edges).toEqual([["in", "f2"], ["a1", "out"], ["f2", "out"]]);
    expect(graph.layout).not.toHaveProperty("f1");
    expect(removeEdges(graph, [["in", "f2"]]).edges).toHaveLength(2);
    expect(removeNodes(graph, ["in"])).toBe(graph);
  });
});

describe("class ticks", () => {
  it("know what others have not ticked, whichever way they are meant", () => {
    const graph = recipe();
    const mine = nodeOf(graph, "f2") as FilterNode;
    const excluding = updateNode(graph, "f1", { mode: "exclude", values: ["normal"] });
    expect(allOthers(excluding, mine, classes)).toEqual(["normal"]);
    expect(goneClasses(["knife", "gun"], classes)).toEqual(["gun"]);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  });
});
