// What the pages read: one query factory per call, keys in one place so that live events can find the cache entries.
import { infiniteQueryOptions, keepPreviousData, queryOptions, type QueryClient } from "@tanstack/react-query";
import { ApiError, http, type Query } from "./client";
import type * as t from "./types";

export const keys = {
  info: ["info"] as const,
  session: ["session"] as const,
  users: ["users"] as const,
  tokens: ["tokens"] as const,
  buckets: ["buckets"] as const,
  formats: ["formats"] as const,
  images: ["images"] as const,
  one: (noun: string, id: string) => ["one", noun, id] as const,
  list: (noun: string) => ["list", noun] as const,
};

const pageSize = 50;

function listQuery<T>(noun: string, path: string, query: Query = {}, limit = pageSize) {
  return infiniteQueryOptions({
    queryKey: [...keys.list(noun), path, query],
    queryFn: ({ pageParam, signal }) =>
      http.get<t.Page<T>>(path, { ...query, limit, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

function oneQuery<T>(noun: string, path: string, id: string) {
  return queryOptions({
    queryKey: keys.one(noun, id),
    queryFn: ({ signal }) => http.get<T>(`${path}/${id}`, undefined, signal),
    enabled: id !== "",
  });
}

export const infoQuery = queryOptions({ queryKey: keys.info, queryFn: () => http.get<t.Info>("/info"), staleTime: 60_000 });

/** null = nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async (): Promise<t.Session | null> => {
    try {
      return await http.get<t.Session>("/session");
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Infinity,
});

/** Nobody is signed in any more: show the login page, then drop what the last person saw. */
export function forgetSession(queries: QueryClient): void {
  queries.setQueryData(keys.session, null);
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" && query.queryKey[0] !== "info" });
}

export const bucketsQuery = queryOptions({
  queryKey: keys.buckets,
  queryFn: () => http.get<t.Page<t.Bucket>>("/buckets"),
  staleTime: 60_000,
});
export const objectsQuery = (bucketId: string, prefix: string) =>
  listQuery<t.BucketObject>("object", `/buckets/${bucketId}/objects`, { prefix }, 200);

export const usersQuery = listQuery<t.User>("user", "/users");
export const tokensQuery = listQuery<t.Token>("token", "/tokens");

export const datasetsQuery = (search = "") => listQuery<t.Dataset>("dataset", "/datasets", { search });
export const datasetQuery = (id: string) => oneQuery<t.Dataset>("dataset", "/datasets", id);
export const datasetStatsQuery = (id: string) =>
  queryOptions({ queryKey: ["stats", "dataset", id], queryFn: () => http.get<t.LabelStats>(`/datasets/${id}/stats`) });
export const rejectsQuery = (id: string) => listQuery<t.Reject>("reject", `/datasets/${id}/rejects`);
export const samplesQuery = (id: string, className?: string) =>
  listQuery<t.DatasetSample>("sample", `/datasets/${id}/samples`, { class: className }, 24);

export const formatsQuery = queryOptions({
  queryKey: keys.formats,
  queryFn: () => http.get<{ items: t.Format[] }>("/formats"),
  staleTime: Infinity,
});
export const importersQuery = queryOptions({
  queryKey: ["importers"],
  queryFn: () => http.get<{ items: t.Importer[] }>("/importers"),
  staleTime: Infinity,
});
export const formattedSetsQuery = (query: { dataset_id?: string; state?: string; split?: string } = {}) =>
  listQuery<t.FormattedSet>("formatted-set", "/formatted-sets", query, 200);
export const formattedSetQuery = (id: string) => oneQuery<t.FormattedSet>("formatted-set", "/formatted-sets", id);
export const formattedSetStatsQuery = (id: string) =>
  queryOptions({
    queryKey: ["stats", "formatted-set", id],
    queryFn: () => http.get<t.LabelStats>(`/formatted-sets/${id}/stats`),
  });
/** Asked again every second until the report is there. */
export const verificationQuery = (id: string) =>
  queryOptions({
    queryKey: ["verification", id],
    queryFn: () => http.get<t.Verification>(`/formatted-sets/${id}/verify`),
    retry: false,
    refetchInterval: (query) => {
      const state = query.state.data?.job.state;
      return state === "queued" || state === "running" ? 1000 : false;
    },
  });

export const imagesQuery = queryOptions({
  queryKey: keys.images,
  queryFn: () => http.get<{ items: t.ContainerImage[] }>("/images"),
});
export const trainingsQuery = (query: { search?: string; state?: string } = {}) =>
  listQuery<t.Training>("training", "/trainings", query);
export const trainingQuery = (id: string) => oneQuery<t.Training>("training", "/trainings", id);
export const runsQuery = (trainingId: string) => listQuery<t.Run>("run", `/trainings/${trainingId}/runs`);
export const runQuery = (id: string) => oneQuery<t.Run>("run", "/runs", id);

export const modelsQuery = (query: { origin?: t.ModelOrigin; training_id?: string; search?: string } = {}) =>
  listQuery<t.Model>("model", "/models", query);
export const jobsQuery = (state?: string) => listQuery<t.Job>("job", "/jobs", { state });
export const jobQuery = (id: string) => oneQuery<t.Job>("job", "/jobs", id);
