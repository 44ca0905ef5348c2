import { expect, test } from "vitest";

import { joined, rowsOf } from "../src/events/rows";
import type { Event } from "../src/events/shapes";

const event = (seq: number, kind: string, more: object = {}) =>
  ({ run: "r", seq, at: 1_700_000_000 + seq, kind, v: 1, ...more }) as unknown as Event;
const chosen = (seq: number, id: string, tool = "read_file") =>
  event(seq, "call_chosen", { call_id: id, tool, args: {}, thought: "", by: "model" });
const returned = (seq: number, id: string) =>
  event(seq, "call_returned", {
    call_id: id,
    status: "ok",
    output: "x",
    error: "",
    refused: false,
    duration_s: 0,
    changed: [],
  });

test("a call and what came of it are one row", () => {
  const [row, ...rest] = rowsOf([
    chosen(1, "a"),
    event(2, "call_started", { call_id: "a" }),
    returned(3, "a"),
  ]);
  expect(rest).toEqual([]);
  expect(row).toMatchObject({ type: "call", seq: 1, returned: { seq: 3 } });
});

test("calls that run side by side keep their own results", () => {
  const rows = rowsOf([chosen(1, "a"), chosen(2, "b"), returned(3, "b"), returned(4, "a")]);
  expect(rows.map((row) => row.type === "call" && row.returned?.seq)).toEqual([4, 3]);
});

test("the reply that chose a call stands with it", () => {
  const asked = event(1, "model_called", { purpose: "choose", input: 10, output: 2 });
  const [row] = rowsOf([asked, chosen(2, "a")]);
  expect(row).toMatchObject({ asked: { seq: 1 } });
});

test("a result whose call came before the part that is loaded makes no row", () => {
  expect(rowsOf([returned(7, "gone")])).toEqual([]);
});

test("a fact that nothing speaks against is no row", () => {
  const fact = { value: "1", quote: "", source: "a.md" };
  expect(
    rowsOf([
      event(1, "fact_chosen", { fact, against: [] }),
      event(2, "fact_chosen", { fact, against: [fact] }),
    ]).map((row) => row.seq),
  ).toEqual([2]);
});

test("parts of a journal are joined in order and nothing is there twice, whichever comes first", () => {
  const all = [1, 2, 3, 4, 5, 6].map((seq) => event(seq, "stop_asked"));
  const seqs = (events: readonly Event[]) => events.map((one) => one.seq);
  expect(seqs(joined(all.slice(3), all.slice(0, 3)))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(seqs(joined(all.slice(0, 4), all.slice(2)))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(seqs(joined(all.slice(4), all))).toEqual([1, 2, 3, 4, 5, 6]);
  const known = all.slice(0, 3);
  expect(joined(known, all.slice(1, 3))).toBe(known);
});
