/** Colours and language; kept in the browser. */
import { useState } from "react";

import { setTheme, theme, THEMES } from "../theme";
import { LANGUAGES, useWords, type Words } from "../words";

const SIGNS = { auto: "◐", light: "☀", dark: "☾" };

export function Preferences({ speak }: { speak: (words: Words) => void }) {
  const words = useWords();
  const [colours, setColours] = useState(theme);
  const next = <T,>(all: readonly T[], one: T) => all[(all.indexOf(one) + 1) % all.length]!;
  const paint = () => {
    const to = next(THEMES, colours);
    setTheme(to);
    setColours(to);
  };
  const colour = `${words.theme.label}: ${words.theme[colours]}`;
  const language = `${words.short}, ${words.language}: ${words.name}`;
  return (
    <div className="preferences">
      <button
        type="button"
        title={language}
        aria-label={language}
        onClick={() => speak(next(LANGUAGES, words))}
      >
        {words.short}
      </button>
      <button type="button" title={colour} aria-label={colour} onClick={paint}>
        {SIGNS[colours]}
      </button>
    </div>
  );
}
