import { describe, expect, it } from "vitest";
import { LiveClient, backoffMs, type LiveEvent, type SocketLike } from "./client";

class FakeSocket implements SocketLike {
  sent: unknown[] = [];
  closed = false;
  onopen: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  say(event: unknown) {
    this.onmessage?.({ data: JSON.stringify(event) } as never);
  }
  open() {
    this.onopen?.({} as never);
  }
  drop() {
    this.onclose?.({} as never);
  }
}

function world() {
  const sockets: FakeSocket[] = [];
  const timers: { run: () => void; ms: number }[] = [];
  const events: LiveEvent[] = [];
  let gaps = 0;
  const client = new LiveClient({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    onGap: () => (gaps += 1),
    onEvent: (event) => events.push(event),
    setTimer: (run, ms) => {
      const timer = { run, ms };
      timers.push(timer);
      return timer;
    },
    clearTimer: (timer) => void timers.splice(timers.indexOf(timer as never), 1),
    random: () => 0,
  });
  return { client, sockets, timers, events, gaps: () => gaps, last: () => sockets[sockets.length - 1]! };
}

describe("LiveClient", () => {
  it("subscribes to every topic when the socket opens, and once per topic", () => {
    const w = world();
    w.client.subscribe("datasets");
    w.client.subscribe("datasets");
    w.client.start();
    w.last().open();
    expect(w.last().sent).toEqual([{ op: "subscribe", topics: ["datasets"] }]);
  });

  it("unsubscribes only when the last follower leaves", () => {
    const w = world();
    w.client.start();
    w.last().open();
    const first = w.client.subscribe("jobs");
    const second = w.client.subscribe("jobs");
    first();
    first();
    expect(w.last().sent).toEqual([{ op: "subscribe", topics: ["jobs"] }]);
    second();
    expect(w.last().sent).toContainEqual({ op: "unsubscribe", topics: ["jobs"] });
  });

  it("reconnects with growing delays, subscribes again and reports the gap", () => {
    const w = world();
    w.client.subscribe("trainings");
    w.client.start();
    w.last().open();
    expect(w.gaps()).toBe(0);
    w.last().drop();
    expect(w.client.status).toBe("waiting");
    expect(w.timers.at(-1)?.ms).toBe(500);
    w.timers.pop()!.run();
    w.last().drop();
    expect(w.timers.at(-1)?.ms).toBe(1000);
    w.timers.pop()!.run();
    w.last().open();
    expect(w.sockets).toHaveLength(3);
    expect(w.last().sent).toEqual([{ op: "subscribe", topics: ["trainings"] }]);
    expect(w.gaps()).toBe(1);
  });

  it("starts with the short delay again after a connection that held", () => {
    const w = world();
    w.client.start();
    w.last().drop();
    w.timers.pop()!.run();
    w.last().open();
    w.timers.pop()!.run();
    w.last().drop();
    expect(w.timers.at(-1)?.ms).toBe(500);
  });

  it("hands events to the cache and to the topic's followers, and survives garbage", () => {
    const w = world();
    const seen: LiveEvent[] = [];
    w.client.subscribe("run:rn_1", (event) => seen.push(event));
    w.client.start();
    w.last().open();
    w.last().onmessage?.({ data: "not json" } as never);
    w.last().say({ type: "metrics", topic: "run:rn_1", seq: 1, data: { points: [] } });
    w.last().say({ type: "changed", topic: "jobs", seq: 2, data: { id: "jb_1" } });
    expect(seen).toHaveLength(1);
    expect(w.events).toHaveLength(2);
  });

  it("stays closed after stop", () => {
    const w = world();
    w.client.start();
    w.last().open();
    const socket = w.last();
    w.client.stop();
    expect(socket.closed).toBe(true);
    expect(w.client.status).toBe("idle");
    socket.drop();
    expect(w.sockets).toHaveLength(1);
  });

  it("retries at once when asked while waiting", () => {
    const w = world();
    w.client.start();
    w.last().drop();
    w.client.retryNow();
    expect(w.sockets).toHaveLength(2);
    expect(w.timers).toHaveLength(0);
  });
});

describe("backoffMs", () => {
  it("doubles up to a ceiling and adds at most half", () => {
    expect(backoffMs(0, () => 0)).toBe(500);
    expect(backoffMs(3, () => 0)).toBe(4000);
    expect(backoffMs(50, () => 0)).toBe(20_000);
    expect(backoffMs(50, () => 1)).toBe(30_000);
  });
});
