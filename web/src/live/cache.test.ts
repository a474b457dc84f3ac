import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "@/api/queries";
import { applyLiveEvent, nounOf } from "./cache";

const changed = (data: unknown, type = "changed") => ({ type, topic: "t", seq: 1, data });

describe("applyLiveEvent", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("knows nouns by id", () => {
    expect(nounOf("fs_01J")).toBe("formatted-set");
    expect(nounOf("zz_01J")).toBeUndefined();
  });

  it("replaces an object on its page and in the lists that show it", () => {
    const client = new QueryClient();
    const listKey = [...keys.list("dataset"), "/datasets", {}];
    client.setQueryData(listKey, { pages: [{ items: [{ id: "ds_1", state: "creating" }], next_cursor: null }], pageParams: [] });
    applyLiveEvent(client, changed({ id: "ds_1", state: "success" }));
    expect(client.getQueryData(keys.one("dataset", "ds_1"))).toEqual({ id: "ds_1", state: "success" });
    expect(client.getQueryData(listKey)).toMatchObject({ pages: [{ items: [{ state: "success" }] }] });
    client.clear();
  });

  it("does not let an answer that an event has overtaken win over the event", async () => {
    vi.useRealTimers();
    const client = new QueryClient();
    const answers = ["creating", "success"];
    const queryFn = vi.fn(async () => {
      const state = answers.shift();
      await new Promise((done) => setTimeout(done, 5));
      return { id: "ds_1", state };
    });
    const observer = new QueryObserver(client, { queryKey: keys.one("dataset", "ds_1"), queryFn });
    const stop = observer.subscribe(() => {});
    applyLiveEvent(client, { type: "subscribed", topic: "dataset:ds_1", seq: 0, data: {} });
    await vi.waitFor(() => expect(observer.getCurrentResult().data).toEqual({ id: "ds_1", state: "success" }));
    expect(queryFn).toHaveBeenCalledTimes(2);
    stop();
    client.clear();
  });

  it("fetches a list that lacks the object again, once for a burst", async () => {
    const client = new QueryClient();
    const listKey = [...keys.list("job"), "/jobs", {}];
    client.setQueryData(listKey, { pages: [{ items: [], next_cursor: null }], pageParams: [] });
    const spy = vi.spyOn(client, "invalidateQueries");
    for (let i = 0; i < 5; i += 1) applyLiveEvent(client, changed({ id: "jb_9", state: "running" }));
    expect(spy).not.toHaveBeenCalled();
    await vi.runAllTimersAsync();
    expect(spy).toHaveBeenCalledTimes(1);
    client.clear();
  });

  it("takes the changes that a topic tells of its neighbours: a run on its training, a set on its dataset", () => {
    const client = new QueryClient();
    applyLiveEvent(client, changed({ id: "rn_1", state: "done" }, "run_changed"));
    expect(client.getQueryData(keys.one("run", "rn_1"))).toEqual({ id: "rn_1", state: "done" });
    client.clear();
  });

  it("fetches again what a topic is about once it is followed, for nobody told what happened before", async () => {
    const client = new QueryClient();
    const spy = vi.spyOn(client, "invalidateQueries");
    applyLiveEvent(client, { type: "subscribed", topic: "dataset:ds_1", seq: 0, data: {} });
    applyLiveEvent(client, { type: "subscribed", topic: "jobs", seq: 0, data: {} });
    await vi.runAllTimersAsync();
    expect(spy.mock.calls.map(([filter]) => filter?.queryKey)).toEqual([keys.one("dataset", "ds_1"), keys.list("job")]);
  });

  it("ignores what has no id", () => {
    const client = new QueryClient();
    applyLiveEvent(client, changed({ points: [] }, "metrics"));
    applyLiveEvent(client, changed(null));
    expect(client.getQueryCache().getAll()).toEqual([]);
  });
});
