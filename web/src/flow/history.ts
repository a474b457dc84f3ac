// Undo and redo. Changes of one field while typing are one step: what carries the same `kind` soon after is put together.
export interface History<T> {
  past: T[];
  now: T;
  future: T[];
  kind?: string;
  at: number;
}

const most = 100;
const togetherMs = 1200;

export const historyOf = <T>(now: T): History<T> => ({ past: [], now, future: [], at: 0 });

export function changed<T>(history: History<T>, now: T, kind?: string, at = Date.now()): History<T> {
  if (now === history.now) return history;
  const together = kind !== undefined && kind === history.kind && at - history.at < togetherMs && history.past.length > 0;
  return { past: together ? history.past : [...history.past, history.now].slice(-most), now, future: [], kind, at };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past[history.past.length - 1];
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future], at: 0 };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.now], now: next, future, at: 0 };
}
