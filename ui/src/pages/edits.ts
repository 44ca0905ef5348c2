/** What a person changes of a contract before the work begins. Pure, but for where it is kept. */
import { useState } from "react";

import type { Criterion, Resolution } from "../shapes";

export interface Edits {
  /** Ids. */
  drop: string[];
  /** One condition a line. */
  add: string;
}

export const NONE: Edits = { drop: [], add: "" };

/** Kept for this tab until it is sent, so that a reload loses nothing. `asked`: id of the request: what was changed of
 *  the contract before is no change of this one. */
export function useEdits(asked: string): [Edits, (change: Partial<Edits>) => void] {
  const key = `selfstarter.contract.${asked}`;
  const [edits, setEdits] = useState<Edits>(() => {
    try {
      return { ...NONE, ...(JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<Edits>) };
    } catch {
      return NONE;
    }
  });
  const change = (part: Partial<Edits>) => {
    const next = { ...edits, ...part };
    sessionStorage.setItem(key, JSON.stringify(next));
    setEdits(next);
  };
  return [edits, change];
}

export function ticked(edits: Edits, id: string, wanted: boolean): Partial<Edits> {
  const others = edits.drop.filter((one) => one !== id);
  return { drop: wanted ? others : [...others, id] };
}

/** Is anything left to be done? What holds already proves nothing. */
export function leftIn(edits: Edits, criteria: Criterion[]): boolean {
  return added(edits).length > 0 || criteria.some((one) => !one.invariant && !edits.drop.includes(one.id));
}

export function acceptance(edits: Edits): Resolution {
  return { decision: "approve", text: "", drop: edits.drop, add: added(edits) };
}

function added(edits: Edits): string[] {
  return edits.add
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
