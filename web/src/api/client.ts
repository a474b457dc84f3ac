// The one way the pages talk to the server: JSON in, JSON out, every failure an ApiError that carries the problem document.
import type { Problem } from "./types";

export const apiBase = "/api/v1";

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
  }
  get slug(): string {
    return this.problem.slug;
  }
  get status(): number {
    return this.problem.status;
  }
}

export type Query = Record<string, string | number | boolean | undefined | null>;

export function apiUrl(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return apiBase + path + (text ? `?${text}` : "");
}

/** Turn any answer that is not a success into a Problem; a proxy in between may answer with HTML. */
export function problemOf(status: number, body: string): Problem {
  try {
    const parsed: unknown = JSON.parse(body);
    if (parsed && typeof parsed === "object" && "slug" in parsed) return parsed as Problem;
  } catch {
    // not JSON: fall through to the plain problem
  }
  const slug = status === 0 ? "network.unreachable" : `http.${status}`;
  return { status, slug, title: `HTTP ${status}`, detail: "" };
}

type SignedOutListener = () => void;
let onSignedOut: SignedOutListener = () => {};

/** Thread: set once at start-up; called when the server says that the session is gone. */
export function setSignedOutListener(listener: SignedOutListener): void {
  onSignedOut = listener;
}

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  /** Creations carry a key so that a repeated click or a retry makes one object. */
  idempotencyKey?: string;
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  let reply: Response;
  try {
    reply = await fetch(apiUrl(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(problemOf(0, ""));
  }
  if (reply.ok) {
    if (reply.status === 204) return undefined as T;
    const text = await reply.text();
    return (text ? JSON.parse(text) : undefined) as T;
  }
  const problem = problemOf(reply.status, await reply.text());
  if (reply.status === 401 && path !== "/session") onSignedOut();
  throw new ApiError(problem);
}

/** Random key for Idempotency-Key; crypto.randomUUID needs a secure context, plain http on a LAN is none. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export const http = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => request<T>("GET", path, { query, signal }),
  post: <T>(path: string, body?: unknown) =>
    request<T>("POST", path, { body: body ?? {}, idempotencyKey: newIdempotencyKey() }),
  patch: <T>(path: string, body: unknown) => request<T>("PATCH", path, { body }),
  delete: (path: string) => request<void>("DELETE", path),
};
