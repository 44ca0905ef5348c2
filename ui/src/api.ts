/** The way to the server: JSON in, JSON out, and every failure as a `Trouble` with words for a person. */
import { printable } from "./printable";
import type { Problem } from "./shapes";
import { chosen } from "./words";

export const API = "/api/v1";

export class Trouble extends Error {
  constructor(
    message: string,
    /** HTTP; 0: the server was not reached. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** Who wants to know that the server asks for its token. */
export const unsigned = new EventTarget();

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return parse<T>(await reach(API + path, signal ? { signal } : {}));
}

export async function post<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
  return sent<T>("POST", path, body, headers);
}

export async function patch<T>(path: string, body: unknown): Promise<T> {
  return sent<T>("PATCH", path, body);
}

export async function put(path: string, body: unknown): Promise<void> {
  await sent("PUT", path, body);
}

export async function remove(path: string): Promise<void> {
  await reach(API + path, { method: "DELETE" });
}

async function sent<T>(method: string, path: string, body: unknown, headers = {}): Promise<T> {
  const init = {
    method,
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
  };
  return parse<T>(await reach(API + path, init));
}

/** A file as text; null: it is none. */
export async function textOf(path: string, signal: AbortSignal): Promise<string | null> {
  const answer = await reach(API + path, { signal });
  const bytes = await answer.arrayBuffer();
  if (new Uint8Array(bytes.slice(0, 4096)).includes(0)) return null;
  return printable(new TextDecoder().decode(bytes));
}

/** A file into the person's folder of downloads. */
export async function save(path: string, name: string): Promise<void> {
  const answer = await reach(API + path, {});
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export async function signIn(token: string): Promise<boolean> {
  const answer = await fetch(`${API}/session`, {
    method: "POST",
    body: JSON.stringify({ token }),
    headers: { "Content-Type": "application/json" },
  });
  return answer.ok;
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    // What settings mean and what the machine lacks is said by the server.
    const headers = { ...init.headers, "Accept-Language": chosen().code };
    answer = await fetch(path, { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Trouble("", 0);
  }
  if (answer.ok) return answer;
  if (answer.status === 401) unsigned.dispatchEvent(new Event("unsigned"));
  const problem = (await answer.json().catch(() => null)) as Problem | null;
  throw new Trouble(printable(problem?.detail || problem?.title || `HTTP ${answer.status}`), answer.status);
}

async function parse<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  return (text ? JSON.parse(text, cleaned) : undefined) as T;
}

export function cleaned(_: string, value: unknown): unknown {
  return typeof value === "string" ? printable(value) : value;
}
