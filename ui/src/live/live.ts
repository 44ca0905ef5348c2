/** What the page hears of the server: events of the runs it follows, and that something has changed. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import { cleaned } from "../api";
import type { Event } from "../events/shapes";
import { Hub, type Ask, type News, type Stream } from "./hub";

type Hear = (events: Event[]) => void;

const followers = new Map<string, Set<{ known: number; hear: Hear }>>();
const changes = new Set<() => void>();
const linked = new Set<() => void>();
/** Null: not known yet. */
let up: boolean | null = null;
let send: ((ask: Ask) => void) | null = null;
export let shared = false;

/** Begin to listen: once somebody is signed in. */
export function connect(): void {
  if (send) return;
  try {
    const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "selfstarter",
    });
    worker.port.onmessage = (message: MessageEvent<News>) => heard(message.data);
    send = (ask) => worker.port.postMessage(ask);
    shared = true;
  } catch {
    const hub = new Hub((path) => new EventSource(path) as unknown as Stream);
    send = (ask) => hub.hear(followers, ask);
    hub.join(followers, heard);
  }
  addEventListener("pagehide", () => send?.({ type: "bye" }));
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  tellPlaces();
}

function heard(news: News): void {
  if (news.type === "changed") changes.forEach((tell) => tell());
  else if (news.type === "link") {
    up = news.up;
    linked.forEach((tell) => tell());
  } else {
    const events = JSON.parse(news.text, cleaned) as Event[];
    for (const follower of followers.get(news.run) ?? []) {
      const fresh = events.filter((event) => event.seq > follower.known);
      if (!fresh.length) continue;
      follower.known = fresh[fresh.length - 1]!.seq;
      follower.hear(fresh);
    }
  }
}

function tellPlaces(): void {
  const places = [...followers].map(
    ([run, all]) => [run, Math.min(...[...all].map((one) => one.known))] as const,
  );
  send?.({ type: "follow", runs: Object.fromEntries(places) });
}

/** Hear of every event of `run` after `known`, each once and in order. Returns how to end that. */
export function follow(run: string, known: number, hear: Hear): () => void {
  const follower = { known, hear };
  const all = followers.get(run) ?? new Set();
  followers.set(run, all.add(follower));
  tellPlaces();
  return () => {
    all.delete(follower);
    if (!all.size) followers.delete(run);
    tellPlaces();
  };
}

/** Call `look` when any run has changed, at most once in `every` ms. */
export function useChanges(look: () => void, every = 400): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      due ??= setTimeout(() => {
        due = undefined;
        latest.current();
      }, every);
    };
    changes.add(tell);
    return () => {
      clearTimeout(due);
      changes.delete(tell);
    };
  }, [every]);
}

export function useLink(): boolean | null {
  return useSyncExternalStore(
    (tell) => {
      linked.add(tell);
      return () => linked.delete(tell);
    },
    () => up,
  );
}

/** Seconds since 1970, renewed every `every` ms. */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
