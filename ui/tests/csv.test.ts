import { expect, test } from "vitest";

import { rowsOf } from "../src/csv";

test.each([
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a;b\r\n1,5;2",
    [
      ["a", "b"],
      ["1,5", "2"],
    ],
  ],
  [
    "a\tb\n1\t",
    [
      ["a", "b"],
      ["1", ""],
    ],
  ],
  [
    'a,b\n"x, y","say ""hi""\nthere"\n',
    [
      ["a", "b"],
      ["x, y", 'say "hi"\nthere'],
    ],
  ],
  ['5" pipe,1', [['5" pipe', "1"]]],
  ['"never closed,1\n2', [["never closed,1\n2"]]],
  ["", []],
  ["one", [["one"]]],
])("%j", (text, rows) => {
  expect(rowsOf(text, 10)).toEqual(rows);
});

test("no more rows than are wanted", () => {
  expect(rowsOf("a\n".repeat(1_000), 3)).toHaveLength(3);
});
