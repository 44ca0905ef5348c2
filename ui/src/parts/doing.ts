/** Something that a person asked for: it is on its way, or it went wrong. */
import { useState } from "react";

import { Trouble } from "../api";

export function useDoing(): {
  busy: boolean;
  trouble: Trouble | null;
  run: (work: () => Promise<void>) => Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const run = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setTrouble(null);
    try {
      await work();
    } catch (error) {
      setTrouble(error instanceof Trouble ? error : new Trouble(String(error), 0));
    } finally {
      setBusy(false);
    }
  };
  return { busy, trouble, run };
}
