// The page's one LiveClient, started while somebody is signed in, and the hooks that pages use to follow topics.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from "react";
import { apiBase } from "@/api/client";
import { applyLiveEvent } from "./cache";
import { LiveClient, type LiveEvent, type LiveStatus, type SocketLike } from "./client";

const LiveContext = createContext<LiveClient | null>(null);

const pollMs = 10_000;
const isProductData = (query: { queryKey: readonly unknown[] }): boolean => query.queryKey[0] !== "session" && query.queryKey[0] !== "info";

function openSocket(): SocketLike {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(`${scheme}//${location.host}${apiBase}/live`) as unknown as SocketLike;
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const client = useMemo(
    () =>
      new LiveClient({
        open: openSocket,
        onGap: () => void queries.invalidateQueries({ predicate: isProductData }),
        onEvent: (event) => applyLiveEvent(queries, event),
      }),
    [queries],
  );
  useEffect(() => {
    client.start();
    const wake = () => client.retryNow();
    // A proxy that lets no WebSocket through must not freeze the pages: what is shown is then fetched again now and then.
    const poll = setInterval(() => client.status !== "open" && void queries.invalidateQueries({ predicate: isProductData }), pollMs);
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    return () => {
      clearInterval(poll);
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      client.stop();
    };
  }, [client, queries]);
  return <LiveContext.Provider value={client}>{children}</LiveContext.Provider>;
}

/** Follow topics while the component is shown. Empty strings are skipped, so that an id may still be unknown. */
export function useLive(topics: string[], listener?: (event: LiveEvent) => void): void {
  const client = useContext(LiveContext);
  const latest = useRef(listener);
  latest.current = listener;
  const joined = topics.filter(Boolean).join(" ");
  useEffect(() => {
    if (!client || !joined) return;
    const stops = joined.split(" ").map((topic) => client.subscribe(topic, (event) => latest.current?.(event)));
    return () => stops.forEach((stop) => stop());
  }, [client, joined]);
}

export function useLiveStatus(): LiveStatus {
  const client = useContext(LiveContext);
  return useSyncExternalStore(
    (changed) => client?.onStatus(changed) ?? (() => {}),
    () => client?.status ?? "idle",
  );
}
