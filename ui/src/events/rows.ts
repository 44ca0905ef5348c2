/** The journal as rows to read: a call and what came of it are one row, and what nobody needs to see is none. Pure. */
import type { CallChosen, CallReturned, Event, ModelCalled } from "./shapes";

export interface CallRow {
  type: "call";
  seq: number;
  at: number;
  chosen: CallChosen;
  returned: CallReturned | null;
  /** The reply that chose it. */
  asked: ModelCalled | null;
}

export interface NoteRow {
  type: "note";
  seq: number;
  at: number;
  event: Event;
}

export type Row = CallRow | NoteRow;

const SILENT = new Set<string>(["call_started", "next_call", "workspace_scouted", "goal_sketched"]);

/** `events`: a run's, in order; they may begin in the middle of it. */
export function rowsOf(events: readonly Event[]): Row[] {
  const rows: Row[] = [];
  const open = new Map<string, CallRow>();
  let asked: ModelCalled | null = null;
  for (const event of events) {
    if (SILENT.has(event.kind)) continue;
    if (event.kind === "model_called") {
      asked = event.purpose === "choose" ? event : null;
      continue;
    }
    if (event.kind === "call_chosen") {
      const row: CallRow = {
        type: "call",
        seq: event.seq,
        at: event.at,
        chosen: event,
        returned: null,
        asked,
      };
      asked = null;
      open.set(event.call_id, row);
      rows.push(row);
      continue;
    }
    if (event.kind === "call_returned") {
      const row = open.get(event.call_id);
      if (row) row.returned = event;
      open.delete(event.call_id);
      continue;
    }
    if (event.kind === "workspace_saved" && !event.found) continue;
    if (event.kind === "fact_chosen" && !(event.fact && event.against.length)) continue;
    rows.push({ type: "note", seq: event.seq, at: event.at, event });
  }
  return rows;
}

/** Two parts of one journal, either of which may be the earlier one, without anything twice. */
export function joined(known: readonly Event[], more: readonly Event[]): readonly Event[] {
  if (!more.length) return known;
  if (!known.length) return more;
  const first = known[0]!.seq;
  const last = known[known.length - 1]!.seq;
  const before = more.filter((event) => event.seq < first);
  const after = more.filter((event) => event.seq > last);
  return before.length || after.length ? [...before, ...known, ...after] : known;
}

/** How many of `events` are missing before the newest of them can be shown with all that led to it. */
export function isWhole(events: readonly Event[]): boolean {
  return events.every((event, index) => index === 0 || event.seq === events[index - 1]!.seq + 1);
}
