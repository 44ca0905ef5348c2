/** What comes over the wire: src/selfstarter/server/shapes.py. Times are seconds since 1970, or lengths in seconds. */

export type Status = "running" | "waiting" | "paused" | "interrupted" | "ended";
export type Ending = "done" | "partly" | "stuck" | "out_of_budget" | "out_of_time" | "stopped" | "failed";
export type LimitName = "tokens" | "cost" | "time" | "steps";

export interface Run {
  id: string;
  goal: string;
  model: string;
  status: Status;
  ending: Ending | "";
  started_at: number;
  last_at: number;
  events: number;
}

export interface Runs {
  runs: Run[];
  cursor: number | null;
}

export interface Criterion {
  id: string;
  text: string;
  check: string;
  passed: boolean | null;
  evidence: string;
  invariant: boolean;
}

export interface Task {
  id: string;
  title: string;
  done_when: string;
  status: "todo" | "doing" | "done" | "dropped" | "failed";
  result: string;
}

export interface Limits {
  steps: number;
  tokens: number;
  cost_usd: number | null;
  time_s: number;
}

export interface Usage {
  steps: number;
  calls: number;
  input: number;
  output: number;
  cached: number;
  cost_usd: number;
  cost_known: boolean;
  time_s: number;
  denied: number;
}

export interface Snapshot {
  run: Run;
  seq: number;
  workspace: string;
  outcome: string;
  assumptions: { text: string; confidence: "low" | "medium" | "high"; reversible: boolean }[];
  criteria: Criterion[];
  plan: Task[];
  usage: Usage;
  limits: Limits;
  mode: Mode;
  doing: string;
  waits_for: string;
  /** The work begins once a person has accepted the contract. */
  to_accept: boolean;
  paused: string;
  reason: string;
  answer: string;
  files: { path: string; removed: boolean }[];
  dead_ends: string[];
  noticed: Record<string, number>;
  said: string[];
  children: { id: string; goal: string; ending: string }[];
  warned: LimitName[];
  sources: { url: string; title: string; at: number }[];
}

export interface MemoryRecord {
  id: string;
  kind: "semantic" | "procedural" | "episodic";
  text: string;
  run: string;
  seq: number;
  at: number;
  source: string;
  trusted: boolean;
  own: boolean;
  uses: number;
  helped: number;
  holds: boolean;
}

export interface Schedule {
  id: string;
  goal: string;
  workspace: string;
  kind: "cron" | "every" | "at";
  /** In a few words. */
  when: string;
  zone: string;
  missed: "once" | "skip";
  paused: boolean;
  /** Null: it is not due again. */
  next_due: number | null;
  /** Empty: there was none. */
  last_run: string;
  last_status: Ending | "waiting" | "running" | "open" | "";
  last_at: number | null;
  /** Why the last due time brought no run. */
  trouble: string;
}

export interface NewSchedule {
  goal: string;
  cron?: string;
  every?: string;
  at?: string;
  zone: string;
  missed: "once" | "skip";
  workspace: string;
  model: string;
}

export interface Setting {
  name: string;
  kind: string;
  does: string;
  value: unknown;
  default: unknown;
  origin: "default" | "user file" | "project file" | "environment" | "argument";
  variable: string;
  in_file: boolean;
  fixed: boolean;
}

export interface MemoryDetail {
  record: MemoryRecord;
  history: MemoryRecord[];
  uses: { run: string; seq: number; at: number }[];
}

export interface Asked {
  id: string;
  run: string;
  kind: string;
  text: string;
  goal: string;
  answered: boolean;
  /** The whole call that is to be allowed, its hash too; empty: none. */
  call: string;
}

export interface Budget {
  steps?: number;
  tokens?: number;
  cost_usd?: number;
  time_s?: number;
}

export type Mode = "readonly" | "ask" | "auto" | "yolo";

export interface Defaults {
  model: string;
  mode: Mode;
  limits: Limits;
  home: string;
}

export interface Finding {
  name: string;
  state: "ok" | "off" | "bad";
  said: string;
  mend: string;
}

export interface NewRun {
  goal: string;
  criteria: string[];
  workspace: string;
  model: string;
  budget: Budget;
  /** Null: as in the settings. */
  mode: Mode | null;
  /** Contract and plan are shown before anything is done. */
  review: boolean;
}

export type Command =
  { type: "say" | "pause"; text: string } | { type: "stop" } | { type: "resume"; budget?: Budget };

export interface Resolution {
  decision: "approve" | "deny" | "answer";
  text: string;
  /** Of a contract: ids of criteria that are not wanted. */
  drop?: string[];
  /** Of a contract: criteria in the person's own words. */
  add?: string[];
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
}

/** A file that a run changed. */
export interface Change {
  path: string;
  how: "added" | "removed" | "changed" | "moved" | "not kept";
  /** Unified; empty: there is no text to compare, and `note` says why. */
  diff: string;
  note: string;
  added: number;
  removed: number;
  /** Where it lay before it was moved. */
  was: string;
}
