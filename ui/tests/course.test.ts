import { expect, test } from "vitest";

import { courseOf, thinned } from "../src/events/course";
import type { Event } from "../src/events/shapes";

let seq = 0;
const event = (kind: string, more: object = {}) =>
  ({ run: "r", seq: (seq += 1), at: 100 + seq, kind, ...more }) as unknown as Event;
const asked = (input: number, cost_usd: number | null) =>
  event("model_called", { purpose: "choose", text: "", input, output: 10, cost_usd });
const task = (id: string) => ({ id, title: id, done_when: "" });

test("what is spent only grows, and ends at what was spent", () => {
  const course = courseOf([
    event("run_started", { goal: "x" }),
    asked(100, 0.5),
    event("call_returned", { call_id: "1" }),
    asked(200, null),
    event("call_returned", { call_id: "2" }),
    event("run_ended", { ending: "done" }),
  ]);
  const last = course[course.length - 1]!;
  expect(last).toMatchObject({ step: 2, tokens: 320, cost: 0.5 });
  for (const key of ["step", "tokens", "cost", "after"] as const)
    expect(course.map((point) => point[key])).toEqual(
      course.map((point) => point[key]).sort((a, b) => a - b),
    );
});

test("what is reached follows the plan and the checks, back as well", () => {
  const course = courseOf([
    event("run_started"),
    event("plan_made", { tasks: [task("1"), task("2")] }),
    event("plan_revised", { add: [task("3")], drop: ["2"], done: ["1"], failed: [] }),
    event("criterion_checked", { criterion: "a", passed: true }),
    event("criterion_checked", { criterion: "a", passed: false }),
  ]);
  expect(course.map(({ done, tasks }) => [done, tasks])).toEqual([
    [0, 2],
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  expect(course.map(({ passed }) => passed)).toEqual([0, 0, 1, 0]);
  expect(courseOf([])).toEqual([]);
});

test("a long course is thinned, its ends kept", () => {
  const all = Array.from({ length: 1000 }, (_, index) => index);
  const few = thinned(all, 7);
  expect(few).toHaveLength(7);
  expect([few[0], few[6]]).toEqual([0, 999]);
  expect(thinned([1, 2], 7)).toEqual([1, 2]);
});
