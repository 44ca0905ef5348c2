import { expect, test } from "vitest";

import { ago, amount, flat, length, money } from "../src/format";
import { wanted, type Draft } from "../src/pages/draft";
import { routeOf } from "../src/route";

test.each([
  [0.04, "0 s"],
  [4.24, "4.2 s"],
  [59.2, "59 s"],
  [75, "1:15"],
  [3_700, "1:01:40"],
])("%d s is %s", (seconds, shown) => {
  expect(length(seconds)).toBe(shown);
});

test.each([
  [0, "$0.00"],
  [1.5, "$1.50"],
  [0.0042, "$0.0042"],
  [0.25, "$0.25"],
])("%d USD is %s", (usd, shown) => {
  expect(money(usd, "en")).toBe(shown);
});

test("what is past is told in the unit that fits", () => {
  expect(ago(1_000, 1_002, "en")).toBe("now");
  expect(ago(1_000, 1_130, "en")).toBe("2 min. ago");
  expect(ago(0, 40 * 86_400, "en")).toMatch(/1970/);
});

test("amounts are told in their own unit", () => {
  expect([amount("steps", 1_200, "en"), amount("time", 90, "en"), amount("cost", 2, "en")]).toEqual([
    "1,200",
    "1:30",
    "$2.00",
  ]);
});

test("one line of many", () => {
  expect(flat(" a\n b ")).toBe("a b");
  expect(flat("abcdef", 4)).toBe("abc…");
});

test("a draft as the server wants it", () => {
  const draft: Draft = {
    goal: " Do it ",
    criteria: "a\n\n b ",
    workspace: "",
    model: "",
    cost: "1,5",
    minutes: "2",
    steps: "x",
    tokens: "",
    mode: "",
    review: false,
    key: "k",
  };
  expect(wanted(draft)).toEqual({
    goal: "Do it",
    criteria: ["a", "b"],
    workspace: "",
    model: "",
    budget: { cost_usd: 1.5, time_s: 120 },
    mode: null,
    review: false,
  });
});

test.each([
  ["/", { page: "home" }],
  ["/runs", { page: "runs" }],
  ["/runs/abc", { page: "run", id: "abc" }],
  ["/runs/abc/replay", { page: "replay", id: "abc" }],
  ["/inbox/", { page: "inbox" }],
  ["/runs/abc/nothing", { page: "missing" }],
  ["/inbox/abc", { page: "missing" }],
])("%s", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});
