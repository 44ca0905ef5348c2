/** A schedule that is being written. Pure. */
import type { NewSchedule } from "../shapes";

export const KINDS = ["cron", "every", "at"] as const;
export const MISSED = ["once", "skip"] as const;

export interface Planned {
  goal: string;
  kind: (typeof KINDS)[number];
  when: string;
  zone: string;
  missed: (typeof MISSED)[number];
  workspace: string;
  model: string;
}

/** In the time zone of whoever looks, which need not be the server's. */
export function unplanned(): Planned {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return { goal: "", kind: "cron", when: "", zone, missed: "once", workspace: "", model: "" };
}

/** As the server wants it. */
export function asNew(plan: Planned): NewSchedule {
  return {
    goal: plan.goal.trim(),
    [plan.kind]: plan.when.trim(),
    zone: plan.zone.trim(),
    missed: plan.missed,
    workspace: plan.workspace.trim(),
    model: plan.model.trim(),
  };
}
