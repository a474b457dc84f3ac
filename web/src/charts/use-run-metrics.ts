// The points of a run: fetched once, then grown by the live topic; fetched again when too many have gathered (the server
// down-samples, keeping minima and maxima), when the server dropped some, and for the range of a zoom.
import { keepPreviousData, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { http } from "@/api/client";
import type { Run, RunMetrics } from "@/api/types";
import { fetchAgain } from "@/live/cache";
import { useLive, useLiveStatus } from "@/live/live-context";
import { addLive, emptyMetrics, mergeMetrics, pointCount, type LivePoint } from "./metric-data";

const maxPoints = 1000;
const flushMs = 250;
const liveLimit = 4000;

export const metricsQuery = (runId: string, names: string[] = [], steps?: [number, number]) =>
  queryOptions({
    queryKey: ["metrics", runId, steps ? [...names, ...steps] : "all"],
    queryFn: ({ signal }) => {
      // No names: the server answers every curve it has.
      const query = { names: names.join(","), max_points: maxPoints, from_step: steps?.[0], to_step: steps?.[1] };
      return http.get<RunMetrics>(`/runs/${runId}/metrics`, query, signal);
    },
    placeholderData: keepPreviousData,
  });

export function useRunMetrics(run: Run) {
  const queries = useQueryClient();
  const connected = useLiveStatus() === "open";
  const [live, setLive] = useState<RunMetrics>(emptyMetrics);
  const [dropped, setDropped] = useState(false);
  const waiting = useRef<LivePoint[]>([]);
  const whole = useQuery({ ...metricsQuery(run.id), refetchInterval: run.state === "running" && !connected ? 5_000 : false });
  const refetch = useCallback(() => void queries.invalidateQueries({ queryKey: ["metrics", run.id, "all"] }), [queries, run.id]);

  useLive([`run:${run.id}`], (event) => {
    if (event.type === "subscribed") void fetchAgain(queries, { queryKey: ["metrics", run.id, "all"] });
    if (event.type !== "metrics") return;
    const data = event.data as { points?: LivePoint[]; dropped?: number };
    waiting.current.push(...(data.points ?? []));
    if (data.dropped) {
      setDropped(true);
      refetch();
    }
  });
  useEffect(() => {
    // Points arrive one by one; the chart is redrawn a few times a second at most.
    const timer = setInterval(() => {
      if (waiting.current.length === 0) return;
      const points = waiting.current;
      waiting.current = [];
      setLive((old) => addLive(old, points));
    }, flushMs);
    return () => clearInterval(timer);
  }, []);
  useEffect(refetch, [run.state, refetch]);
  const liveCount = pointCount(live);
  useEffect(() => {
    if (liveCount < liveLimit) return;
    setLive(emptyMetrics);
    refetch();
  }, [liveCount, refetch]);

  const metrics = useMemo(() => mergeMetrics(whole.data ?? emptyMetrics, live), [whole.data, live]);
  return { metrics, dropped, isPending: whole.isPending, error: whole.error, refetch };
}
