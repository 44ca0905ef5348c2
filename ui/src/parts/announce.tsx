/** For who listens: what is new, in a sentence, and not more often than can be heard. */
import { useEffect, useRef, useState } from "react";

import { useWords } from "../words";

const EVERY_MS = 5_000;

export function Announce({ steps, state }: { steps: number; state: string }) {
  const words = useWords();
  const [text, setText] = useState("");
  const told = useRef({ steps, state });
  const now = useRef({ steps, state });
  now.current = { steps, state };
  useEffect(() => {
    told.current = { ...now.current };
    const timer = setInterval(() => {
      const { steps, state } = now.current;
      const parts = [];
      if (steps > told.current.steps) parts.push(words.live.steps(steps - told.current.steps));
      if (state !== told.current.state) parts.push(words.live.state(state));
      told.current = { steps, state };
      if (parts.length) setText(parts.join(". "));
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [words]);
  return (
    <div className="hidden" aria-live="polite">
      {text}
    </div>
  );
}
