import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import { Markdown } from "../src/markdown/Markdown";
import { parse } from "../src/markdown/parse";

const html = (text: string) =>
  renderToStaticMarkup(<Markdown text={text} />).replace(/^<div class="markdown">|<\/div>$/g, "");

test.each([
  ["# Title #", "<h2>Title</h2>"],
  ["a **b** *c* ~~d~~ `e*f*`", "<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e*f*</code></p>"],
  ["snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"],
  [
    "- a\n- b\n  - c",
    "<ul><li><span>a</span></li><li><span>b</span><ul><li><span>c</span></li></ul></li></ul>",
  ],
  ["3. a\n4. b", '<ol start="3"><li><span>a</span></li><li><span>b</span></li></ol>'],
  ["> q", "<blockquote><p>q</p></blockquote>"],
  ["---", "<hr/>"],
  [
    "[text](https://a.b/c)",
    '<p><a href="https://a.b/c" target="_blank" rel="noreferrer noopener">text</a></p>',
  ],
  [
    "see https://a.b/c.",
    '<p>see <a href="https://a.b/c" target="_blank" rel="noreferrer noopener">https://a.b/c</a>.</p>',
  ],
  ["one\ntwo\n\nthree", "<p>one\ntwo</p><p>three</p>"],
])("%j", (text, wanted) => {
  expect(html(text)).toBe(wanted);
});

test("a table, with its bars escaped and a row too short", () => {
  expect(html("| a | b |\n|---|:-:|\n| 1 \\| 2 |\n\nafter")).toContain(
    "<tr><td>1 | 2</td><td></td></tr></tbody></table></div><p>after</p>",
  );
});

test("code stays as it is, even when it never ends", () => {
  expect(parse("```py\n# not a title\n<b>")).toEqual([
    { type: "code", language: "py", text: "# not a title\n<b>" },
  ]);
});

test.each([
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "[x](javascript:alert(1))",
  "[x](data:text/html,<script>)",
  "![x](javascript:alert(1))",
  "<javascript:alert(1)>",
])("%j does nothing", (text) => {
  const found = html(text);
  expect(found).not.toMatch(/<(script|img|a)\b/);
  expect(found).toContain(text.includes("alert") ? "alert(1)" : "data:text");
});

test("a quote in an address cannot end it", () => {
  expect(html('<https://a.b/"onclick="x>')).toBe(
    '<p><a href="https://a.b/&quot;onclick=&quot;x" target="_blank" rel="noreferrer noopener">https://a.b/&quot;onclick=&quot;x</a></p>',
  );
});

test("no text is lost and none is slow, whatever it is", () => {
  const evil = [
    "*".repeat(20_000),
    "[".repeat(20_000),
    "`".repeat(15_000),
    "> ".repeat(5_000),
    "- ".repeat(5_000),
    "_a ".repeat(6_000),
    "|".repeat(9_000),
    "![](".repeat(4_000),
  ];
  const started = performance.now();
  for (const text of evil) expect(html(text).length).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(8_000);
});
