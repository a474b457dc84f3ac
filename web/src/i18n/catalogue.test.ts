import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { zhCN } from "./zh-cn";

const here = fileURLToPath(new URL(".", import.meta.url));

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [k, v] of flatten(value, `${prefix}${key}.`)) flat.set(k, v);
  }
  return flat;
}

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return entry.name === "i18n" ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes(".test.") ? [readFileSync(path, "utf8")] : [];
  });
}

const zhKeys = flatten(zhCN as Tree);
const enKeys = flatten(en as Tree);
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

describe("catalogues", () => {
  it("have the same keys", () => {
    expect([...enKeys.keys()].sort()).toEqual([...zhKeys.keys()].sort());
  });

  it("say something for every key, with the same placeholders", () => {
    for (const [key, zh] of zhKeys) {
      const english = enKeys.get(key) ?? "";
      expect(placeholders(english), key).toEqual(placeholders(zh));
      if (!key.startsWith("job.unit.")) expect(zh && english, key).not.toBe("");
    }
  });

  it("share no top-level key between their parts", () => {
    const parts = ["common", "account", "datasets", "flow", "trainings"];
    const tops = parts.flatMap((part) => {
      const text = readFileSync(join(here, "zh-cn", `${part}.ts`), "utf8");
      return [...text.matchAll(/^  (\w+):/gm)].map((m) => m[1]);
    });
    expect(tops.filter((top, i) => tops.indexOf(top) !== i)).toEqual([]);
  });

  it("know every key that a component asks for by name", () => {
    const wanted = new Set<string>();
    for (const text of sources(join(here, ".."))) {
      for (const match of text.matchAll(/\bt\("([\w.-]+)"/g)) wanted.add(match[1]!);
    }
    expect([...wanted].filter((key) => !zhKeys.has(key))).toEqual([]);
  });

  it("leave no Chinese in the English catalogue", () => {
    const left = [...enKeys].filter(([key, text]) => key !== "language.zh-CN" && /[\u4e00-\u9fff]/.test(text));
    expect(left).toEqual([]);
  });
});
