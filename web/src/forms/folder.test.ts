import { describe, expect, it } from "vitest";
import { planFolder } from "./folder";

const file = (webkitRelativePath: string, size = 10) => ({
  name: webkitRelativePath.split("/").pop()!,
  size,
  lastModified: 0,
  webkitRelativePath,
});

describe("planFolder", () => {
  it("drops the folder's own name, counts classes and sorts by path", () => {
    const plan = planFolder([file("digits/1/b.png"), file("digits/0/a.PNG"), file("digits/0/c.jpg")]);
    expect(plan.name).toBe("digits");
    expect(plan.files.map((f) => f.path)).toEqual(["0/a.PNG", "0/c.jpg", "1/b.png"]);
    expect([plan.pictures, plan.classes, plan.byteCount]).toEqual([3, 2, 30]);
  });

  it("takes a list at the top level and skips what is neither list nor picture, and hidden files", () => {
    const plan = planFolder([file("猫狗/list.json"), file("猫狗/猫/一.png"), file("猫狗/猫/notes.txt"), file("猫狗/猫/x.json"), file("猫狗/.git/a.png")]);
    expect(plan.files.map((f) => f.path)).toEqual(["list.json", "猫/一.png"]);
    expect(plan.skipped).toBe(3);
  });
});
