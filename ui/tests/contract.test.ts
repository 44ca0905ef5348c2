import { expect, test } from "vitest";

import { acceptance, leftIn, NONE, ticked } from "../src/pages/edits";
import { empty, wanted } from "../src/pages/draft";
import { routeOf } from "../src/route";
import type { Criterion } from "../src/shapes";

const criterion = (id: string, invariant = false): Criterion => ({
  id,
  text: id,
  check: "judge",
  passed: null,
  evidence: "",
  invariant,
});

test("what has lost its tick is dropped, each once, and comes back with it", () => {
  const once = { ...NONE, ...ticked(NONE, "c1", false) };
  const twice = { ...once, ...ticked(once, "c1", false) };
  expect(twice.drop).toEqual(["c1"]);
  expect(ticked(twice, "c1", true)).toEqual({ drop: [] });
});

test("something must be left to be done, and what holds already is nothing to do", () => {
  const criteria = [criterion("c1"), criterion("k1", true)];
  expect(leftIn(NONE, criteria)).toBe(true);
  expect(leftIn({ drop: ["c1"], add: " \n" }, criteria)).toBe(false);
  expect(leftIn({ drop: ["c1"], add: "It greets" }, criteria)).toBe(true);
});

test("what is sent are ids, and a condition for each line that says something", () => {
  expect(acceptance({ drop: ["c1"], add: " It greets \n\nIt is short\n" })).toEqual({
    decision: "approve",
    text: "",
    drop: ["c1"],
    add: ["It greets", "It is short"],
  });
});

test("a goal asks to be shown first only if the box is ticked", () => {
  expect(wanted(empty()).review).toBe(false);
  expect(wanted({ ...empty(), review: true }).review).toBe(true);
});

test("the contract of a run has an address of its own", () => {
  expect(routeOf("/runs/abc/contract")).toEqual({ page: "contract", id: "abc" });
  expect(routeOf("/runs/abc/other")).toEqual({ page: "missing" });
});
