import { describe, expect, it } from "vitest";
import type { FormattedSet, Split } from "@/api/types";
import { formatRows } from "./format-rows";

const set = (batch: string, format: string, split: Split, created_at = "2026-01-01") =>
  ({ id: `${batch}${format}${split}`, batch, format, split, created_at }) as FormattedSet;

describe("formatRows", () => {
  it("joins T and V of one format and one batch, and spans the batch over its formats", () => {
    const rows = formatRows([
      set("b1", "recordio", "val"), set("b1", "lmdb", "train"), set("b1", "recordio", "train"), set("b1", "lmdb", "val"),
    ]);
    expect(rows.map((row) => [row.set.format, row.set.split, row.pairSpan, row.batchSpan])).toEqual([
      ["lmdb", "train", 2, 4], ["lmdb", "val", 0, 0], ["recordio", "train", 2, 0], ["recordio", "val", 0, 0],
    ]);
  });

  it("does not join sets of different batches or a test set, and shows the newest batch first", () => {
    const rows = formatRows([
      set("old", "lmdb", "train", "2026-01-01"), set("new", "lmdb", "val", "2026-02-01"), set("old", "lmdb", "test", "2026-01-01"),
    ]);
    expect(rows.map((row) => [row.set.batch, row.pairSpan])).toEqual([["new", 1], ["old", 1], ["old", 1]]);
  });
});
