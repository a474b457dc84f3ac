// Write live events into the TanStack cache: an object that changed replaces its copies, lists that miss it are fetched again.
import { hashKey, type InfiniteData, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { keys } from "@/api/queries";
import type { Page } from "@/api/types";
import type { LiveEvent } from "./client";

interface WithId {
  id: string;
}

const nounOfPrefix: Record<string, string> = {
  ds: "dataset",
  fs: "formatted-set",
  tr: "training",
  rn: "run",
  md: "model",
  jb: "job",
};

/** The id says what an object is, whichever topic carried it. */
export function nounOf(id: string): string | undefined {
  return nounOfPrefix[id.slice(0, id.indexOf("_"))];
}

function hasId(data: unknown): data is WithId {
  return typeof data === "object" && data !== null && typeof (data as WithId).id === "string";
}

type Pages = InfiniteData<Page<WithId>>;

function replaceInPages(pages: Pages, item: WithId): Pages | undefined {
  let found = false;
  const next = pages.pages.map((page) => ({
    ...page,
    items: page.items.map((old) => {
      if (old.id !== item.id) return old;
      found = true;
      return item;
    }),
  }));
  return found ? { ...pages, pages: next } : undefined;
}

/**
 * Fetch again what is shown, from now on. An answer that is still on its way was made before the event that brought us here:
 * without the cancel, TanStack would take that answer for the one asked for now when it is the first of its query.
 */
export async function fetchAgain(client: QueryClient, filter: { queryKey: QueryKey; exact?: boolean }): Promise<void> {
  await client.cancelQueries(filter);
  await client.invalidateQueries(filter);
}

const lateMs = 800;
const late = new Set<string>();

/** Fetch a list again soon, once for a burst of events: progress of strangers must not turn into a request storm. */
function invalidateSoon(client: QueryClient, key: QueryKey): void {
  const name = hashKey(key);
  if (late.has(name)) return;
  late.add(name);
  setTimeout(() => {
    late.delete(name);
    void fetchAgain(client, { queryKey: key, exact: true });
  }, lateMs);
}

function applyChanged(client: QueryClient, noun: string, item: WithId): void {
  const one = keys.one(noun, item.id);
  const overtaken = client.getQueryState(one)?.fetchStatus === "fetching";
  client.setQueryData(one, item);
  if (overtaken) void fetchAgain(client, { queryKey: one, exact: true });
  for (const [key, pages] of client.getQueriesData<Pages>({ queryKey: keys.list(noun) })) {
    if (!pages?.pages) continue;
    const next = replaceInPages(pages, item);
    const fetching = client.getQueryState(key)?.fetchStatus === "fetching";
    if (next) client.setQueryData(key, next);
    if (!next || fetching) invalidateSoon(client, key);
  }
}

function applyRemoved(client: QueryClient, noun: string): void {
  void fetchAgain(client, { queryKey: keys.list(noun) });
}

/** What else a change makes stale: a finished import has statistics, a training that ran has runs and models. */
function invalidateFollowers(client: QueryClient, noun: string, item: WithId): void {
  const state = (item as { state?: string }).state;
  if (noun === "dataset" && state !== "creating") {
    void fetchAgain(client, { queryKey: ["stats", "dataset", item.id] });
    void fetchAgain(client, { queryKey: keys.list("sample") });
    void fetchAgain(client, { queryKey: keys.list("reject") });
  }
  if (noun === "training") {
    void fetchAgain(client, { queryKey: keys.list("run") });
    if (state === "done") void fetchAgain(client, { queryKey: keys.list("model") });
  }
}

const nounOfTopic: Record<string, string> = {
  datasets: "dataset", "formatted-sets": "formatted-set", trainings: "training", models: "model", jobs: "job",
};

/** What changed between the fetch and this moment was told to nobody: fetch again what the topic is about. */
function applySubscribed(client: QueryClient, topic: string): void {
  const [noun = "", id] = topic.split(":");
  if (id) void fetchAgain(client, { queryKey: keys.one(noun, id) });
  else if (nounOfTopic[noun]) void fetchAgain(client, { queryKey: keys.list(nounOfTopic[noun]) });
  if (noun === "training") void fetchAgain(client, { queryKey: keys.list("run") });
}

const tellsChange = (type: string): boolean => type === "changed" || type.endsWith("_changed");

export function applyLiveEvent(client: QueryClient, event: LiveEvent): void {
  if (event.type === "subscribed") return applySubscribed(client, event.topic);
  if (!hasId(event.data)) return;
  const noun = nounOf(event.data.id);
  if (!noun) return;
  if (tellsChange(event.type)) {
    applyChanged(client, noun, event.data);
    invalidateFollowers(client, noun, event.data);
  } else if (event.type === "removed") {
    applyRemoved(client, noun);
  }
}
