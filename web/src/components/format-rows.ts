// Order the formatted sets of a dataset as the table shows them: newest batch first, formats together, T before V.
import type { FormattedSet, Split } from "@/api/types";

export interface FormatRow {
  set: FormattedSet;
  /** Rows the pair glyph spans from here: 2 at the T row of a pair, 0 at its V row, 1 elsewhere. */
  pairSpan: 0 | 1 | 2;
  /** Rows of the same batch, given at the first of them, 0 at the others. */
  batchSpan: number;
}

const splitOrder: Record<Split, number> = { train: 0, val: 1, test: 2 };

function compare(a: FormattedSet, b: FormattedSet, newest: Map<string, string>): number {
  if (a.batch !== b.batch) {
    const [timeA, timeB] = [newest.get(a.batch) ?? "", newest.get(b.batch) ?? ""];
    return timeA === timeB ? (a.batch < b.batch ? -1 : 1) : timeA < timeB ? 1 : -1;
  }
  if (a.format !== b.format) return a.format < b.format ? -1 : 1;
  return splitOrder[a.split] - splitOrder[b.split];
}

export function formatRows(sets: FormattedSet[]): FormatRow[] {
  const newest = new Map<string, string>();
  for (const set of sets) if ((newest.get(set.batch) ?? "") < set.created_at) newest.set(set.batch, set.created_at);
  const sorted = [...sets].sort((a, b) => compare(a, b, newest));
  return sorted.map((set, i) => {
    const before = sorted[i - 1];
    const after = sorted[i + 1];
    const pairs = (x?: FormattedSet, y?: FormattedSet) =>
      x !== undefined && y !== undefined && x.batch === y.batch && x.format === y.format && x.split === "train" && y.split === "val";
    const pairSpan = pairs(set, after) ? 2 : pairs(before, set) ? 0 : 1;
    const batchSpan = before?.batch === set.batch ? 0 : sorted.filter((other) => other.batch === set.batch).length;
    return { set, pairSpan, batchSpan };
  });
}
