// Follow the log of a training: read to the end, then look again while it is still being written.
import { useEffect, useRef, useState } from "react";
import { ApiError, http } from "@/api/client";
import type { LogChunk } from "@/api/types";

const chunkBytes = 65_536;
const pollMs = 1_500;
/** What the page keeps; the whole log is one click away as a file. */
export const keepChars = 1_000_000;

export interface LogState {
  text: string;
  cut: boolean;
  eof: boolean;
  error: unknown;
}

const nothing: LogState = { text: "", cut: false, eof: false, error: null };

/** Append, and keep the newest part, beginning at a whole line. */
export function appendLog(old: string, more: string, keep = keepChars): { text: string; cut: boolean } {
  const text = old + more;
  if (text.length <= keep) return { text, cut: false };
  const start = text.indexOf("\n", text.length - keep);
  return { text: text.slice(start < 0 ? text.length - keep : start + 1), cut: true };
}

export function useLog(trainingId: string, active: boolean): LogState {
  const [state, setState] = useState<LogState>(nothing);
  const live = useRef(active);
  live.current = active;
  useEffect(() => {
    const abort = new AbortController();
    let offset = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState(nothing);
    const read = async () => {
      try {
        const chunk = await http.get<LogChunk>(`/trainings/${trainingId}/log`, { offset, limit: chunkBytes }, abort.signal);
        const moved = chunk.next_offset > offset;
        offset = chunk.next_offset;
        setState((old) => {
          const { text, cut } = appendLog(old.text, chunk.text);
          return { text, cut: old.cut || cut, eof: chunk.eof && !live.current, error: null };
        });
        if (moved) timer = setTimeout(() => void read(), chunk.eof ? pollMs : 0);
        else if (live.current || !chunk.eof) timer = setTimeout(() => void read(), pollMs);
      } catch (error) {
        if (abort.signal.aborted) return;
        // Before its container starts a training has no log; that is no failure.
        if (!(error instanceof ApiError && error.status === 404)) setState((old) => ({ ...old, error }));
        timer = setTimeout(() => void read(), 2 * pollMs);
      }
    };
    void read();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [trainingId]);
  return state;
}
