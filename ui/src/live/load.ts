/** What was asked of the server, kept fresh: asked again whenever a run changes. */
import { useCallback, useEffect, useRef, useState } from "react";

import { get, Trouble } from "../api";
import { useWords } from "../words";
import { useChanges } from "./live";

export interface Loaded<T> {
  /** Null: not here yet. */
  data: T | null;
  trouble: Trouble | null;
  again: () => void;
}

/** `path` null: nothing is asked. `fresh` false: it never changes. */
export function useLoaded<T>(path: string | null, fresh = true, every = 400): Loaded<T> {
  const [found, setFound] = useState<{ path: string | null; data: T | null; trouble: Trouble | null }>({
    path,
    data: null,
    trouble: null,
  });
  const language = useWords().code;
  const asking = useRef<{ control: AbortController; stale: boolean } | null>(null);

  const again = useCallback(() => {
    if (path === null) return;
    if (asking.current) {
      asking.current.stale = true; // a slow answer is waited for, or there would never be one
      return;
    }
    const mine = { control: new AbortController(), stale: false };
    asking.current = mine;
    const over = (keep: (before: typeof found) => typeof found) => {
      if (mine.control.signal.aborted) return;
      setFound(keep);
      asking.current = null;
      if (mine.stale) again();
    };
    get<T>(path, mine.control.signal).then(
      (data) => over(() => ({ path, data, trouble: null })),
      (error: unknown) => {
        const trouble = error instanceof Trouble ? error : new Trouble(String(error), 0);
        over((before) => ({ path, data: before.path === path ? before.data : null, trouble }));
      },
    );
  }, [path, language]);

  useEffect(() => {
    again();
    return () => {
      asking.current?.control.abort();
      asking.current = null;
    };
  }, [again]);
  useChanges(() => fresh && again(), every);

  const current = found.path === path;
  return { data: current ? found.data : null, trouble: current ? found.trouble : null, again };
}
