import { expect, test } from "vitest";

import { asNew, KINDS, unplanned } from "../src/pages/planned";
import { routeOf } from "../src/route";
import { en } from "../src/words/en";
import { zh } from "../src/words/zh";

test("a schedule says when in one way, whatever was chosen before", () => {
  for (const kind of KINDS) {
    const sent = asNew({ ...unplanned(), goal: " Do it ", kind, when: " 2h " });
    expect(sent).toMatchObject({ goal: "Do it", [kind]: "2h", missed: "once" });
    expect(KINDS.filter((one) => one in sent)).toEqual([kind]);
  }
});

test("the zone is that of whoever looks", () => {
  expect(unplanned().zone).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test("each way to say when has a name and an example in each language", () => {
  for (const words of [en, zh])
    for (const kind of KINDS) {
      expect(words.schedules.kinds[kind]).toBeTruthy();
      expect(words.schedules.hints[kind]).toBeTruthy();
    }
});

test("the page has an address", () => {
  expect(routeOf("/schedules")).toEqual({ page: "schedules" });
  expect(routeOf("/schedules/x")).toEqual({ page: "missing" });
});
