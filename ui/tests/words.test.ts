import { expect, test } from "vitest";

import type { Event } from "../src/events/shapes";
import { argsOf, lineOf } from "../src/events/words";
import { printable } from "../src/printable";
import { en } from "../src/words/en";
import { zh } from "../src/words/zh";

const event = (kind: string, more: object = {}) =>
  ({ run: "r", seq: 1, at: 1, kind, ...more }) as unknown as Event;
const task = { id: "2", title: "Write it", done_when: "" };

/** One of each kind that is shown as a line of its own. */
const EVENTS: [Event, label: string, text: string][] = [
  [event("run_started", { goal: "Do it" }), "Goal", "Do it"],
  [event("run_resumed", { model: "local" }), "Resumed", "local"],
  [
    event("run_forked", { run: "abc", at: 7, goal: "Else" }),
    "Branched off",
    "from run abc after its event 7: Else",
  ],
  [event("run_imported", { run: "abc" }), "Taken in", "run abc, as it was written elsewhere"],
  [
    event("workspace_saved", { changed: ["a.txt", "b.txt"], found: true }),
    "Changed meanwhile",
    "a.txt, b.txt",
  ],
  [event("workspace_undone", { to: 7, restored: [["a.txt", ""]] }), "Taken back", "a.txt"],
  [event("goal_read", { path: "TASK.md", goal: "Tidy up" }), "Goal", "TASK.md: Tidy up"],
  [event("run_paused", { reason: "lunch" }), "Paused", "lunch"],
  [
    event("run_ended", { ending: "out_of_budget", reason: "All spent.", answer: "" }),
    "Ended",
    "budget spent: All spent.",
  ],
  [event("budget_warned", { limit: "cost", spent: 0.8, most: 1 }), "Budget", "$0.80 of $1.00 spent (Money)"],
  [event("budget_reached", { limit: "time" }), "Budget", "not enough left for another model call (Time)"],
  [event("reply_rejected", { reason: "no JSON" }), "Reply not usable", "no JSON"],
  [
    event("sources_outlined", {
      outline: { subjects: ["A"], aspects: ["price"], sources: ["a.md", "b.md"] },
    }),
    "Sources",
    "2 files to read: A",
  ],
  [
    event("contract_drafted", {
      contract: { outcome: "It is there.", criteria: [{ text: "x" }], assumptions: [] },
    }),
    "Done when",
    "1 condition · It is there.",
  ],
  [
    event("contract_amended", { quote: "", dropped: ["old"], added: ["new"] }),
    "Contract changed",
    "− old; + new",
  ],
  [
    event("contract_amended", { quote: "", dropped: [], added: [] }),
    "Contract changed",
    "it stays as it was",
  ],
  [event("plan_made", { tasks: [task] }), "Plan", "1 task · Write it"],
  [
    event("plan_revised", { reason: "", add: [task], drop: ["1"], done: [], failed: [], result: "" }),
    "Plan changed",
    "task 1 dropped, + 2. Write it",
  ],
  [
    event("reflected", { trigger: "t", lesson: "Use HTML", dead_end: "", add: [], drop: [] }),
    "Reflection",
    "Use HTML",
  ],
  [event("started_over", { reason: "astray", lesson: "", restored: [] }), "From the start again", "astray"],
  [event("hinted", { signal: "same_call", text: "You did that." }), "Hint", "same call"],
  [event("tool_put_away", { tool: "shell", reason: "fails" }), "Tool put away", "shell: fails"],
  [event("memory_recalled", { query: "", records: [] }), "Remembered", "nothing from earlier runs fits"],
  [event("compacted"), "Shortened", "older steps are shown to the model in short from here on"],
  [event("delegated", { errands: [{ number: 1, goal: "Part" }] }), "Delegated", "Part"],
  [event("child_returned", { number: 3, ending: "done", answer: "42", reason: "" }), "Child 3", "done: 42"],
  [event("finish_asked", { summary: "All there" }), "Says it is done", "All there"],
  [event("criterion_checked", { passed: false, evidence: "0 bytes" }), "Check", "fails: 0 bytes"],
  [event("finish_rejected", { failures: "c1" }), "Not done yet", "c1"],
  [event("attempt_made", { number: 2, answer: "" }), "Attempt", "independent attempt 2 is back"],
  [
    event("part_studied", { source: "a.md", part: 0, parts: 2, facts: [] }),
    "Read",
    "a.md (part 1 of 2): 0 facts",
  ],
  [event("section_written", { heading: "Costs", text: "" }), "Wrote", "Costs"],
  [event("person_asked", { question: "Which?" }), "Question", "Which?"],
  [event("person_said", { text: "That one" }), "You", "That one"],
  [event("stop_asked"), "Stop", "asked for by you"],
  [event("stop_asked", { reason: "not that" }), "Stop", "asked for by you: not that"],
  [event("review_asked"), "Before it starts", "is this what done means?"],
  [event("contract_accepted", { dropped: [], added: [] }), "Accepted", "by you"],
  [event("contract_accepted", { dropped: ["a"], added: ["b"] }), "Accepted", "− a; + b"],
  [event("raise_asked", { limit: "steps", most: 60 }), "Limit reached", "Steps: 60"],
  [event("limit_raised", { limit: "steps", most: 1200 }), "Limit raised", "Steps to 1,200"],
  [event("raise_denied", { reason: "enough" }), "Limit stays", "enough"],
  [event("command_missed", { why: "too late" }), "Not followed", "too late"],
  [
    event("approval_asked", { tool: "send", args: {}, why: "it leaves this machine", call_id: "a" }),
    "Permission",
    "send: it leaves this machine",
  ],
  [event("call_approved", { call_id: "a" }), "Allowed", "once, by you"],
  [event("call_denied", { reason: "not now" }), "Not allowed", "by you: not now"],
  [event("of_the_future"), "of the future", ""],
];

test.each(EVENTS)("%o is said plainly", (one, label, text) => {
  expect(lineOf(one, en)).toMatchObject({ label, text });
});

test("every kind has words in every language", () => {
  for (const [one, , text] of EVENTS) {
    const line = lineOf(one, zh);
    expect(line.label).not.toBe("");
    expect(line.text === "").toBe(text === "");
  }
});

test("a call's arguments fit on a line", () => {
  expect(argsOf({ path: "a.md", content: "# A\n\ntext" })).toBe("a.md · content: # A text");
  expect(argsOf({ anything: "x\ny" })).toBe("x y");
  expect(argsOf({ rows: [1, 2], deep: { a: 1 } })).toBe('rows: [1,2] · deep: {"a":1}');
  expect(argsOf({ content: "long ".repeat(500) }).length).toBeLessThanOrEqual(240);
});

test("marks that turn the direction of writing or hide letters are seen", () => {
  expect(printable("report\u202Efdp.exe")).toBe("report\\u{202e}fdp.exe");
  expect(printable("a\u200Bb\u0007c")).toBe("a\\u{200b}b\\u{7}c");
  expect(printable("x\u{e0041}\u{e0042}")).toBe("x\\u{e0041}\\u{e0042}");
  expect(printable("👩\u200d💻 ✔\ufe0f می\u200cخواهم")).toBe("👩\u200d💻 ✔\ufe0f می\u200cخواهم");
  expect(printable("Grüße, 你好, مرحبا\n\t✓")).toBe("Grüße, 你好, مرحبا\n\t✓");
});
