// Undo, files, and the settings of operations.
import { describe, expect, it } from "vitest";
import type { Operation, OperationParameter } from "@/api/preprocess";
import { addAfter } from "./edit";
import { emptyGraph, inputId, outputOf } from "./graph";
import { BadGraph, asTemplate, parseGraph, printGraph } from "./graph-json";
import { changed, historyOf, redone, undone } from "./history";
import { choicesOf, found, grouped, moved, rangeOf, settingsText, stepOf, withChoices, withProbability, withRange } from "./operation-values";

const angle: OperationParameter = { name: "angle", doc: "Clockwise", unit: "degrees", kind: "number", min: -360, max: 360, low: -15, high: 15, choices: [] };
const fit: OperationParameter = { name: "fit", doc: "", unit: "", kind: "choice", min: 0, max: 1, low: 0, high: 0, choices: ["keep", "expand", "crop"] };
const rotate: Operation = { name: "rotate", title: "Rotate", family: "geometric", doc: "Turns the picture.", labels: "", has_members: false, needs_boxes: false, needs_others: false, parameters: [angle, fit] };
const blur: Operation = { ...rotate, name: "blur", title: "Blur", family: "photometric", doc: "Softens.", parameters: [] };

describe("undo", () => {
  it("goes back and forth, and forgets the future at a new change", () => {
    let history = changed(changed(historyOf("a"), "b"), "c");
    history = undone(undone(history));
    expect(history.now).toBe("a");
    expect(undone(history)).toBe(history);
    expect(redone(history).now).toBe("b");
    history = changed(redone(history), "d");
    expect(history.future).toEqual([]);
    expect(undone(history).now).toBe("b");
    expect(changed(history, "d")).toBe(history);
  });

  it("takes typing in one field as one step", () => {
    let history = changed(historyOf(""), "n", "name", 1000);
    history = changed(history, "na", "name", 1400);
    expect(undone(history).now).toBe("");
    history = changed(history, "nam", "name", 9000);
    expect(undone(history).now).toBe("na");
  });
});

describe("files", () => {
  it("give the same graph again", () => {
    const graph = addAfter(addAfter(emptyGraph(), inputId, "filter").graph, "f1", "output", { name: "new" }).graph;
    const again = parseGraph(printGraph({ ...graph, layout: { in: [0, 0], f1: [300, 0], out: [600, 7] } }));
    expect(again.edges).toEqual(graph.edges);
    expect(again.nodes).toEqual(graph.nodes);
    expect(again.layout).toEqual({ in: [0, 0], f1: [300, 0], out: [600, 7] });
    expect(outputOf(asTemplate(graph))?.name).toBe("");
  });

  it("are refused with what is wrong", () => {
    const wrong = (text: string) => {
      try {
        parseGraph(text);
      } catch (error) {
        return (error as BadGraph).key;
      }
      return "read";
    };
    expect(wrong("{")).toBe("notJson");
    expect(wrong("[]")).toBe("notGraph");
    expect(wrong('{"version":2,"nodes":[],"edges":[]}')).toBe("version");
    expect(wrong('{"version":1,"nodes":[{"id":"a","type":"blend"}],"edges":[]}')).toBe("node");
    expect(wrong('{"version":1,"nodes":[{"id":"a","type":"input"},{"id":"a","type":"input"}],"edges":[]}')).toBe("node");
    expect(wrong('{"version":1,"nodes":[{"id":"a","type":"input"}],"edges":[["a","b"]]}')).toBe("edge");
    expect(wrong('{"version":1,"nodes":[{"id":"a","type":"augment","operations":["flop"]}],"edges":[],"layout":{"a":[1,null]}}')).toBe("read");
  });
});

describe("settings of an operation", () => {
  it("are the usual ones until they are changed, and not written then", () => {
    expect(rangeOf({ op: "rotate" }, angle)).toEqual([-15, 15]);
    expect(withRange({ op: "rotate", angle: 3 }, angle, [-15, 15])).toEqual({ op: "rotate" });
    expect(withRange({ op: "rotate" }, angle, [500, 20])).toEqual({ op: "rotate", angle: [20, 360] });
    expect(rangeOf(withRange({ op: "rotate" }, angle, [7, 7]), angle)).toEqual([7, 7]);
    expect(choicesOf({ op: "rotate" }, fit)).toEqual(["keep"]);
    expect(withChoices({ op: "rotate" }, fit, ["keep", "crop"])).toEqual({ op: "rotate", fit: ["keep", "crop"] });
    expect(withChoices({ op: "rotate", fit: "crop" }, fit, ["keep"])).toEqual({ op: "rotate" });
    expect(withProbability({ op: "flip", probability: 0.5 }, 1)).toEqual({ op: "flip" });
    expect(settingsText({ op: "rotate", angle: [1, 2], fit: "crop", probability: 0.5 }, (name) => name)).toBe("angle 1…2 · fit crop");
  });

  it("have sliders with round steps", () => {
    expect(stepOf(angle)).toBe(10);
    expect(stepOf({ ...angle, min: 0, max: 1 })).toBe(0.01);
    expect(stepOf({ ...angle, kind: "integer" })).toBe(1);
  });

  it("are found by any of their names, by family", () => {
    const title = (one: Operation) => (one.name === "rotate" ? "旋转" : "模糊");
    expect(found([rotate, blur], "旋", title)).toEqual([rotate]);
    expect(found([rotate, blur], "soft", title)).toEqual([blur]);
    expect(grouped([blur, rotate]).map((group) => group.family)).toEqual(["geometric", "photometric"]);
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a"], 0, 5)).toEqual(["a"]);
  });
});
