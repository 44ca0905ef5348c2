/** A run's journal in the page: the newest part first, so that it shows at once, then what came before, then what comes. */
import { useEffect, useState } from "react";

import { get } from "../api";
import { joined } from "../events/rows";
import type { Event } from "../events/shapes";
import { follow } from "./live";

const FIRST = 300;
const PAGE = 1_000;

export interface Journal {
  events: readonly Event[];
  /** From the first event on. */
  whole: boolean;
}

/** `seq`: the newest event, as a snapshot said; null: not known yet. */
export function useJournal(run: string, seq: number | null): Journal {
  const [journal, setJournal] = useState<Journal & { run: string }>({ run, events: [], whole: false });
  const [start, setStart] = useState<{ run: string; seq: number } | null>(null);
  if (seq !== null && start?.run !== run) setStart({ run, seq });

  useEffect(() => {
    if (!start || start.run !== run) return;
    let over = false;
    const control = new AbortController();
    const add = (more: Event[], whole?: boolean) => {
      if (over) return;
      setJournal((known) => {
        const events = joined(known.run === run ? known.events : [], more);
        return { run, events, whole: whole ?? (known.run === run && known.whole) };
      });
    };
    const page = async (after: number, limit: number) => {
      const found = await get<{ events: Event[] }>(
        `/runs/${run}/events?after=${after}&limit=${limit}`,
        control.signal,
      );
      return found.events;
    };
    const load = async () => {
      let from = Math.max(0, start.seq - FIRST);
      add(await page(from, FIRST), from === 0);
      while (from > 0 && !over) {
        const to = from;
        from = Math.max(0, to - PAGE);
        add(await page(from, to - from), from === 0);
      }
    };
    load().catch(() => undefined); // the banner says that the server is away; a reload loads anew
    const leave = follow(run, start.seq, (events) => add(events));
    return () => {
      over = true;
      control.abort();
      leave();
    };
  }, [run, start]);

  return journal.run === run ? journal : { events: [], whole: false };
}
