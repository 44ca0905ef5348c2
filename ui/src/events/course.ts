/** How a run went, in numbers: what was spent and what was reached after each step. Pure. */
import type { Event } from "./shapes";

export interface Point {
  /** Calls that have come back. */
  step: number;
  /** Seconds since the first event. */
  after: number;
  tokens: number;
  cost: number;
  /** Tasks that are done, and all that are planned. */
  done: number;
  tasks: number;
  /** Criteria that pass. */
  passed: number;
}

/** `events`: all of a run's, in order. What its child runs spend is theirs. */
export function courseOf(events: readonly Event[]): Point[] {
  const first = events[0];
  if (!first) return [];
  const points: Point[] = [];
  const passes = new Map<string, boolean>();
  const tasks = new Set<string>();
  const done = new Set<string>();
  let step = 0;
  let tokens = 0;
  let cost = 0;
  for (const event of events) {
    switch (event.kind) {
      case "model_called":
        tokens += event.input + event.output;
        cost += event.cost_usd ?? 0;
        break;
      case "call_returned":
        step += 1;
        break;
      case "plan_made":
        tasks.clear();
        event.tasks.forEach((task) => tasks.add(task.id));
        break;
      case "plan_revised":
      case "reflected":
        event.add.forEach((task) => tasks.add(task.id));
        event.drop.forEach((id) => tasks.delete(id));
        if (event.kind === "plan_revised") event.done.forEach((id) => done.add(id));
        break;
      case "criterion_checked":
        passes.set(event.criterion, event.passed);
        break;
      case "run_ended":
        break;
      default:
        continue;
    }
    points.push({
      step,
      after: event.at - first.at,
      tokens,
      cost,
      done: done.size,
      tasks: tasks.size,
      passed: [...passes.values()].filter(Boolean).length,
    });
  }
  return points;
}

/** At most `most` of them, the first and the last among them. */
export function thinned<T>(points: readonly T[], most: number): readonly T[] {
  if (points.length <= most) return points;
  return Array.from(
    { length: most },
    (_, index) => points[Math.round((index * (points.length - 1)) / (most - 1))]!,
  );
}
