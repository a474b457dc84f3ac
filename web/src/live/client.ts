// One WebSocket to /api/v1/live for the whole page: counted subscriptions, reconnect with backoff, and a word to the
// cache when events may have been missed. Knows no React and no browser global beyond what is passed in, so it is testable.

export interface LiveEvent {
  type: string;
  topic: string;
  seq: number;
  data: unknown;
}

export interface SocketLike {
  send(text: string): void;
  close(): void;
  onopen: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
}

export type LiveStatus = "idle" | "connecting" | "open" | "waiting";

export interface LiveOptions {
  open: () => SocketLike;
  /** Called after a lost connection is back: whatever happened in between must be fetched again. */
  onGap: () => void;
  onEvent: (event: LiveEvent) => void;
  setTimer?: (run: () => void, ms: number) => unknown;
  clearTimer?: (timer: unknown) => void;
  random?: () => number;
}

const firstDelayMs = 500;
const maxDelayMs = 20_000;
/** A connection that lived this long was a good one: the next loss starts with the short delay again. */
const stableMs = 5_000;

/** Delay before attempt `attempt` (0 = first retry): doubles, capped, with 0-50 % added so that clients spread out. */
export function backoffMs(attempt: number, random: () => number): number {
  const base = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt, 16));
  return Math.round(base * (1 + random() * 0.5));
}

export class LiveClient {
  private socket: SocketLike | null = null;
  private topics = new Map<string, number>();
  private listeners = new Map<string, Set<(event: LiveEvent) => void>>();
  private statusListeners = new Set<() => void>();
  private attempt = 0;
  private retryTimer: unknown = null;
  private stableTimer: unknown = null;
  private everOpened = false;
  private stopped = true;
  status: LiveStatus = "idle";

  constructor(private readonly options: LiveOptions) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.connect();
  }

  /** Close for good (signed out). A later start() begins from nothing. */
  stop(): void {
    this.stopped = true;
    this.everOpened = false;
    this.attempt = 0;
    this.clear("retryTimer");
    this.clear("stableTimer");
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onclose = null;
      socket.close();
    }
    this.setStatus("idle");
  }

  /** Follow a topic; call the answer to stop. The same topic may be followed many times, the server hears of it once. */
  subscribe(topic: string, listener?: (event: LiveEvent) => void): () => void {
    const count = this.topics.get(topic) ?? 0;
    this.topics.set(topic, count + 1);
    if (count === 0) this.send({ op: "subscribe", topics: [topic] });
    if (listener) {
      const set = this.listeners.get(topic) ?? new Set();
      set.add(listener);
      this.listeners.set(topic, set);
    }
    let active = true;
    return () => {
      if (!active) return;
      active = false;
      if (listener) this.listeners.get(topic)?.delete(listener);
      this.release(topic);
    };
  }

  onStatus(listener: () => void): () => void {
    this.statusListeners.add(listener);
    return () => void this.statusListeners.delete(listener);
  }

  /** Try at once instead of waiting for the timer: the browser came back online or the tab woke up. */
  retryNow(): void {
    if (this.stopped || this.status !== "waiting") return;
    this.clear("retryTimer");
    this.connect();
  }

  private release(topic: string): void {
    const left = (this.topics.get(topic) ?? 1) - 1;
    if (left > 0) {
      this.topics.set(topic, left);
      return;
    }
    this.topics.delete(topic);
    this.listeners.delete(topic);
    this.send({ op: "unsubscribe", topics: [topic] });
  }

  private connect(): void {
    this.setStatus("connecting");
    const socket = this.options.open();
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onclose = () => this.lost(socket);
    socket.onmessage = (message: { data: unknown }) => this.received(message.data);
  }

  private opened(): void {
    const again = this.everOpened;
    this.everOpened = true;
    this.setStatus("open");
    this.stableTimer = this.setTimer(() => (this.attempt = 0), stableMs);
    if (this.topics.size > 0) this.send({ op: "subscribe", topics: [...this.topics.keys()] });
    if (again) this.options.onGap();
  }

  private lost(socket: SocketLike): void {
    if (this.stopped || socket !== this.socket) return;
    this.socket = null;
    this.clear("stableTimer");
    this.setStatus("waiting");
    const delay = backoffMs(this.attempt, this.options.random ?? Math.random);
    this.attempt += 1;
    this.retryTimer = this.setTimer(() => this.connect(), delay);
  }

  private received(data: unknown): void {
    if (typeof data !== "string") return;
    let event: LiveEvent;
    try {
      event = JSON.parse(data) as LiveEvent;
    } catch {
      return;
    }
    if (typeof event?.type !== "string" || typeof event.topic !== "string") return;
    this.options.onEvent(event);
    for (const listener of this.listeners.get(event.topic) ?? []) listener(event);
  }

  private send(message: unknown): void {
    if (this.status === "open") this.socket?.send(JSON.stringify(message));
  }

  private setStatus(status: LiveStatus): void {
    if (this.status === status) return;
    this.status = status;
    for (const listener of this.statusListeners) listener();
  }

  private setTimer(run: () => void, ms: number): unknown {
    return (this.options.setTimer ?? ((f, t) => setTimeout(f, t)))(run, ms);
  }

  private clear(name: "retryTimer" | "stableTimer"): void {
    if (this[name] === null) return;
    (this.options.clearTimer ?? ((timer) => clearTimeout(timer as number)))(this[name]);
    this[name] = null;
  }
}
