/** A goal that is being written: kept until it is started, so that a reload loses nothing, and with a key of its own,
 *  so that it is started once, however often the button is pressed. */
import { useState } from "react";

import type { Budget, Mode, NewRun } from "../shapes";

export interface Draft {
  goal: string;
  criteria: string;
  workspace: string;
  model: string;
  cost: string;
  minutes: string;
  steps: string;
  tokens: string;
  mode: Mode | "";
  review: boolean;
  key: string;
}

const KEY = "selfstarter.draft";

export function empty(): Draft {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    goal: "",
    criteria: "",
    workspace: "",
    model: "",
    cost: "",
    minutes: "",
    steps: "",
    tokens: "",
    mode: "",
    review: false,
    key,
  };
}

export function useDraft(): [Draft, (change: Partial<Draft>) => void, () => void] {
  const [draft, setDraft] = useState<Draft>(() => {
    try {
      return { ...empty(), ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Draft>) };
    } catch {
      return empty();
    }
  });
  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part };
    if (part.goal !== undefined && part.goal !== draft.goal) next.key = empty().key;
    localStorage.setItem(KEY, JSON.stringify(next));
    setDraft(next);
  };
  return [draft, change, () => localStorage.removeItem(KEY)];
}

/** As the server wants it. */
export function wanted(draft: Draft): NewRun {
  const budget: Budget = {};
  const set = (name: keyof Budget, text: string, unit = 1) => {
    const value = Number(text.replace(",", "."));
    if (text.trim() && Number.isFinite(value)) budget[name] = value * unit;
  };
  set("cost_usd", draft.cost);
  set("time_s", draft.minutes, 60);
  set("steps", draft.steps);
  set("tokens", draft.tokens);
  const criteria = draft.criteria
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return {
    goal: draft.goal.trim(),
    criteria,
    workspace: draft.workspace.trim(),
    model: draft.model.trim(),
    budget,
    mode: draft.mode || null,
    review: draft.review,
  };
}
