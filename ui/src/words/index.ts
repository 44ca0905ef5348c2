/** Which language the page speaks: chosen once, kept in the browser, else the browser's own. */
import { createContext, useContext } from "react";

import { en, type Words } from "./en";
import { zh } from "./zh";

export type { Words };
export const LANGUAGES: Words[] = [en, zh];
const KEY = "selfstarter.language";

export function chosen(): Words {
  const wanted = [localStorage.getItem(KEY) ?? "", ...navigator.languages];
  const found = wanted.map((tag) =>
    LANGUAGES.find((words) => tag.toLowerCase().startsWith(words.code.slice(0, 2))),
  );
  return found.find((words) => words !== undefined) ?? en;
}

export function keep(words: Words): void {
  localStorage.setItem(KEY, words.code);
}

export const WordsContext = createContext<Words>(en);
export const useWords = () => useContext(WordsContext);
