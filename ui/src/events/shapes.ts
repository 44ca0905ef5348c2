/** Events as the journal has them (src/selfstarter/core/events.py), as far as the page reads them. */
import type { Ending, LimitName } from "../shapes";

interface Row<Kind extends string> {
  run: string;
  seq: number;
  at: number;
  kind: Kind;
}

interface TaskText {
  id: string;
  title: string;
  done_when: string;
}

export interface CallChosen extends Row<"call_chosen"> {
  call_id: string;
  tool: string;
  args: Record<string, unknown>;
  thought: string;
  by: "model" | "harness";
}

export interface CallReturned extends Row<"call_returned"> {
  call_id: string;
  status: "ok" | "empty" | "transient" | "permanent" | "denied" | "oversize";
  output: string;
  error: string;
  refused: boolean;
  /** Not run, because it is not permitted: why not. Journals of before do not have it. */
  barred?: string;
  duration_s: number;
  changed: [path: string, sha256: string][];
}

export interface ModelCalled extends Row<"model_called"> {
  purpose: string;
  text: string;
  input: number;
  output: number;
  cost_usd: number | null;
  duration_s: number;
}

export interface CriterionChecked extends Row<"criterion_checked"> {
  criterion: string;
  passed: boolean;
  evidence: string;
}

export type Known =
  | CallChosen
  | CallReturned
  | ModelCalled
  | CriterionChecked
  | (Row<"run_started"> & { goal: string; model: string; workspace: string })
  | (Row<"run_resumed"> & { model: string })
  | (Row<"run_paused"> & { reason: string })
  | (Row<"run_ended"> & { ending: Ending; answer: string; reason: string })
  | (Row<"budget_warned"> & { limit: LimitName; spent: number; most: number })
  | (Row<"budget_reached"> & { limit: LimitName })
  | (Row<"reply_rejected"> & { reason: string })
  | (Row<"calls_dropped"> & { calls: string[]; reason: string })
  | (Row<"workspace_scouted"> & { listing: string })
  | (Row<"goal_read"> & { path: string; goal: string })
  | (Row<"goal_sketched"> & { sketch: { outcome: string } })
  | (Row<"sources_outlined"> & { outline: { subjects: string[]; aspects: string[]; sources: string[] } })
  | (Row<"contract_drafted"> & {
      contract: { outcome: string; criteria: { text: string }[]; assumptions: { text: string }[] };
    })
  | (Row<"contract_amended"> & { quote: string; dropped: string[]; added: string[] })
  | (Row<"plan_made"> & { tasks: TaskText[] })
  | (Row<"plan_revised"> & {
      reason: string;
      add: TaskText[];
      drop: string[];
      done: string[];
      failed: string[];
      result: string;
    })
  | (Row<"reflected"> & {
      trigger: string;
      lesson: string;
      dead_end: string;
      add: TaskText[];
      drop: string[];
    })
  | (Row<"run_forked"> & { run: string; at: number; goal: string })
  | (Row<"run_imported"> & { run: string })
  | (Row<"workspace_saved"> & { changed: string[]; found: boolean })
  | (Row<"workspace_undone"> & { to: number; restored: [path: string, sha256: string][] })
  | (Row<"started_over"> & { reason: string; lesson: string; restored: string[] })
  | (Row<"hinted"> & { signal: string; text: string })
  | (Row<"tool_put_away"> & { tool: string; reason: string })
  | (Row<"memory_recalled"> & {
      query: string;
      records: { text: string; source: string; trusted: boolean }[];
    })
  | (Row<"compacted"> & { fresh: boolean })
  | (Row<"call_started"> & { call_id: string })
  | (Row<"delegated"> & { errands: { number: number; goal: string }[] })
  | (Row<"child_returned"> & { number: number; ending: Ending; answer: string; reason: string })
  | (Row<"finish_asked"> & { summary: string })
  | (Row<"finish_rejected"> & { failures: string })
  | (Row<"attempt_made"> & { number: number; answer: string })
  | (Row<"part_studied"> & {
      source: string;
      part: number;
      parts: number;
      facts: { subject: string; aspect: string; quote: string }[];
    })
  | (Row<"fact_chosen"> & {
      subject: string;
      aspect: string;
      fact: { value: string; source: string } | null;
      against: { value: string; quote: string; source: string }[];
    })
  | (Row<"section_written"> & { heading: string; text: string })
  | (Row<"person_asked"> & { question: string })
  | (Row<"person_said"> & { text: string })
  | (Row<"approval_asked"> & { tool: string; args: Record<string, unknown>; why: string })
  | Row<"call_approved">
  | (Row<"call_denied"> & { reason: string })
  | (Row<"stop_asked"> & { reason?: string })
  | Row<"review_asked">
  | (Row<"contract_accepted"> & { dropped: string[]; added: string[] })
  | (Row<"raise_asked"> & { limit: LimitName; most: number })
  | (Row<"limit_raised"> & { limit: LimitName; most: number })
  | (Row<"raise_denied"> & { reason: string })
  | (Row<"command_missed"> & { why: string });

/** A newer server may tell of kinds that this page does not know: they are shown by their name. */
export type Event = Known;
