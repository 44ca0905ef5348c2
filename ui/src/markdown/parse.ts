/** Markdown to a tree, the part of it that reports and models use. Pure; what is not understood stays text,
 *  so nothing is ever lost or run. */

export type Inline =
  | { type: "text" | "code"; text: string }
  | { type: "strong" | "em" | "del"; inside: Inline[] }
  | { type: "link"; to: string; inside: Inline[] };

export type Block =
  | { type: "heading"; level: number; inside: Inline[] }
  | { type: "paragraph"; inside: Inline[] }
  | { type: "code"; text: string; language: string }
  | { type: "quote"; blocks: Block[] }
  | { type: "list"; start: number | null; items: Block[][] }
  | { type: "table"; head: Inline[][]; rows: Inline[][][] }
  | { type: "rule" };

const DEEPEST = 8;

export function parse(text: string, depth = 0): Block[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    if (!line.trim()) {
      at += 1;
      continue;
    }
    const [block, next] =
      fence(lines, at) ??
      heading(lines, at) ??
      rule(lines, at) ??
      table(lines, at) ??
      quote(lines, at, depth) ??
      list(lines, at, depth) ??
      paragraph(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

type Found = [Block, next: number] | null;

function fence(lines: string[], at: number): Found {
  const open = /^ {0,3}(`{3,}|~{3,})\s*([^`\s]*)/.exec(lines[at]!);
  if (!open) return null;
  const mark = open[1]!;
  let end = at + 1;
  while (end < lines.length && !lines[end]!.trim().startsWith(mark)) end += 1;
  return [{ type: "code", text: lines.slice(at + 1, end).join("\n"), language: open[2] ?? "" }, end + 1];
}

function heading(lines: string[], at: number): Found {
  const found = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(lines[at]!);
  return found && [{ type: "heading", level: found[1]!.length, inside: inline(found[2]!) }, at + 1];
}

function rule(lines: string[], at: number): Found {
  return /^ {0,3}([-*_])(\s*\1){2,}\s*$/.test(lines[at]!) ? [{ type: "rule" }, at + 1] : null;
}

function table(lines: string[], at: number): Found {
  const bar = lines[at + 1];
  if (!lines[at]!.includes("|") || !bar || !bar.includes("|") || !/^[\s|:-]*-[\s|:-]*$/.test(bar))
    return null;
  let end = at + 2;
  while (end < lines.length && lines[end]!.includes("|")) end += 1;
  const head = cells(lines[at]!);
  const rows = lines.slice(at + 2, end).map((line) => head.map((_, column) => cells(line)[column] ?? []));
  return [{ type: "table", head, rows }, end];
}

function cells(line: string): Inline[][] {
  const inner = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => inline(cell.replaceAll("\\|", "|").trim()));
}

function quote(lines: string[], at: number, depth: number): Found {
  if (!/^ {0,3}>/.test(lines[at]!) || depth >= DEEPEST) return null;
  let end = at;
  while (end < lines.length && /^ {0,3}>/.test(lines[end]!)) end += 1;
  const inside = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ""));
  return [{ type: "quote", blocks: parse(inside.join("\n"), depth + 1) }, end];
}

const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])( +|$)(.*)$/;

function list(lines: string[], at: number, depth: number): Found {
  const first = ITEM.exec(lines[at]!);
  if (!first || depth >= DEEPEST) return null;
  const ordered = first[3] !== undefined;
  const items: Block[][] = [];
  let end = at;
  while (end < lines.length) {
    const found = ITEM.exec(lines[end]!);
    if (!found || (found[3] !== undefined) !== ordered) break;
    const indent = found[1]!.length + found[2]!.length + Math.max(1, Math.min(found[4]!.length, 4));
    const inside = [found[5]!];
    end += 1;
    while (
      end < lines.length &&
      (belongs(lines[end]!, indent) || (!lines[end]!.trim() && belongs(lines[end + 1] ?? "", indent)))
    ) {
      inside.push(lines[end]!.slice(Math.min(indent, lines[end]!.length - lines[end]!.trimStart().length)));
      end += 1;
    }
    items.push(parse(inside.join("\n"), depth + 1));
    while (end + 1 < lines.length && !lines[end]!.trim() && ITEM.test(lines[end + 1]!)) end += 1;
  }
  return [{ type: "list", start: ordered ? Number(first[3]) : null, items }, end];
}

const belongs = (line: string, indent: number) =>
  line.trim() !== "" && line.length - line.trimStart().length >= Math.min(indent, 2);

function paragraph(lines: string[], at: number): [Block, number] {
  let end = at + 1;
  while (end < lines.length && lines[end]!.trim() && !begins(lines, end)) end += 1;
  return [{ type: "paragraph", inside: inline(lines.slice(at, end).join("\n").trim()) }, end];
}

function begins(lines: string[], at: number): boolean {
  return (
    /^ {0,3}(#{1,6}\s|`{3}|~{3}|>|[-*+] |1[.)] )/.test(lines[at]!) ||
    rule(lines, at) !== null ||
    table(lines, at) !== null
  );
}

// ── within a line ────────────────────────────────────────────────────────────────────────────

const MARKS: [RegExp, (found: RegExpExecArray, depth: number) => Inline][] = [
  [/^(`+)([^`]|[^`].*?[^`])\1(?!`)/s, (found) => ({ type: "code", text: found[2]!.trim() || found[2]! })],
  [/^\*\*(?=\S)(.+?)(?<=\S)\*\*/s, (found, depth) => ({ type: "strong", inside: inline(found[1]!, depth) })],
  [
    /^__(?=\S)(.+?)(?<=\S)__(?!\w)/s,
    (found, depth) => ({ type: "strong", inside: inline(found[1]!, depth) }),
  ],
  [/^~~(?=\S)(.+?)(?<=\S)~~/s, (found, depth) => ({ type: "del", inside: inline(found[1]!, depth) })],
  [/^\*(?=\S)([^*]+?)(?<=\S)\*/s, (found, depth) => ({ type: "em", inside: inline(found[1]!, depth) })],
  [/^_(?=\S)([^_]+?)(?<=\S)_(?!\w)/s, (found, depth) => ({ type: "em", inside: inline(found[1]!, depth) })],
  [
    /^!?\[([^\]]*)\]\(\s*<?((?:[^\s()<>]|\([^\s()<>]*\))+)>?(?:\s+"[^"]*")?\s*\)/,
    (found, depth) => ({ type: "link", to: found[2]!, inside: inline(found[1]! || found[2]!, depth) }),
  ],
  [
    /^<(https?:\/\/[^\s>]+)>/,
    (found) => ({ type: "link", to: found[1]!, inside: [{ type: "text", text: found[1]! }] }),
  ],
  [
    /^https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?]/,
    (found) => ({ type: "link", to: found[0], inside: [{ type: "text", text: found[0] }] }),
  ],
];
const LONGEST = 20_000;
/** A mark looks no further than this for its end, so that no text costs more than it is long. */
const REACH = 2_000;

export function inline(text: string, depth = 0): Inline[] {
  if (depth > DEEPEST || text.length > LONGEST) return [{ type: "text", text }];
  const parts: Inline[] = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const skip = /[\\`*_~[!<h]/.exec(text.slice(at, at + REACH));
    const jump = skip ? skip.index : Math.min(REACH, text.length - at);
    plain += text.slice(at, at + jump);
    at += jump;
    if (!skip) continue;
    if (text[at] === "\\" && /[\\`*_~[\]!<>#|-]/.test(text[at + 1] ?? "")) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    const inWord = /\w/.test(plain.slice(-1)) && (text[at] === "_" || text[at] === "h");
    const found = inWord ? null : marked(text.slice(at, at + REACH), depth);
    if (!found) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain) parts.push({ type: "text", text: plain });
    plain = "";
    parts.push(found[0]);
    at += found[1];
  }
  if (plain) parts.push({ type: "text", text: plain });
  return parts;
}

function marked(text: string, depth: number): [Inline, length: number] | null {
  for (const [mark, make] of MARKS) {
    const found = mark.exec(text);
    if (found) return [make(found, depth + 1), found[0].length];
  }
  return null;
}

/** Only ways to the web; a link to anything else stays text. */
export function isSafe(to: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(to);
}
