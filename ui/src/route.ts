/** The address is the state: what a page shows is in it, so a reload or a shared link shows the same. */
import { useSyncExternalStore } from "react";

export type Route =
  | { page: "home" }
  | { page: "runs" }
  | { page: "inbox" }
  | { page: "memory" }
  | { page: "schedules" }
  | { page: "settings" }
  | { page: "health" }
  | { page: "run"; id: string }
  | { page: "replay"; id: string }
  | { page: "contract"; id: string }
  | { page: "missing" };

export function routeOf(path: string): Route {
  const [first = "", id = "", third = "", ...rest] = path.split("/").filter(Boolean);
  if (rest.length) return { page: "missing" };
  if (!first) return { page: "home" };
  if (first === "runs" && id && (third === "replay" || third === "contract")) return { page: third, id };
  if (first === "runs" && id && !third) return { page: "run", id };
  const alone = ["runs", "inbox", "memory", "schedules", "settings", "health"] as const;
  const found = alone.find((name) => name === first);
  if (!id && found) return { page: found };
  return { page: "missing" };
}

const listeners = new Set<() => void>();
globalThis.addEventListener?.("popstate", () => listeners.forEach((tell) => tell()));

export function go(to: string, how: "push" | "replace" = "push"): void {
  history[how === "push" ? "pushState" : "replaceState"](null, "", to);
  listeners.forEach((tell) => tell());
}

/** Set words of the query and keep the others; null takes one away. */
export function ask(words: Record<string, string | null>, how: "push" | "replace" = "push"): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(words)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(location.pathname + (text ? `?${text}` : ""), how);
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export function useAddress(): URL {
  const href = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  return new URL(href, location.origin);
}
