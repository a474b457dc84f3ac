import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTar, paxPathRecord, type TarEntry } from "./tar";

const entry = (path: string, text: string): TarEntry => ({ path, content: new Blob([text]), modifiedMs: 1_700_000_000_000 });

describe("makeTar", () => {
  let dir = "";
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "ava-tar-"))));
  afterEach(() => rmSync(dir, { recursive: true }));

  async function unpack(entries: TarEntry[]): Promise<string[]> {
    const file = join(dir, "a.tar");
    writeFileSync(file, Buffer.from(await makeTar(entries).arrayBuffer()));
    execFileSync("tar", ["-xf", file, "-C", dir]);
    return execFileSync("tar", ["--quoting-style=literal", "-tf", file], { encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8" } }).trim().split("\n");
  }

  it("is read back by tar, with names and bytes unchanged", async () => {
    const names = await unpack([entry("0/a.png", "abc"), entry("1/b.png", ""), entry("list.json", "x".repeat(512))]);
    expect(names).toEqual(["0/a.png", "1/b.png", "list.json"]);
    expect(readFileSync(join(dir, "0/a.png"), "utf8")).toBe("abc");
    expect(readFileSync(join(dir, "list.json"), "utf8")).toHaveLength(512);
  });

  it("keeps Chinese names and paths longer than the 100 bytes of the old header", async () => {
    const long = `${"深".repeat(20)}/${"n".repeat(120)}.png`;
    const names = await unpack([entry("猫/一.png", "1"), entry(long, "22")]);
    expect(names).toEqual(["猫/一.png", long]);
    expect(readFileSync(join(dir, "猫/一.png"), "utf8")).toBe("1");
  });

  it("is a whole number of blocks and ends with two empty ones", async () => {
    const bytes = new Uint8Array(await makeTar([entry("a", "abc")]).arrayBuffer());
    expect(bytes.length).toBe(512 * 4);
    expect(bytes.slice(1024).every((b) => b === 0)).toBe(true);
  });
});

describe("paxPathRecord", () => {
  it("counts its own length digits", () => {
    for (const size of [1, 90, 91, 92, 985, 990, 991, 992]) {
      const record = Buffer.from(paxPathRecord("p".repeat(size))).toString();
      expect(Number(record.split(" ")[0])).toBe(record.length);
    }
  });
});
