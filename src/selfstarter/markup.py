"""HTML as text: what a person would read on a page, line by line. Files and the web are two hands
that read pages, and neither through the other."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from typing import Any

from selfstarter.core.decoding import decoded

Tree = Any
"""An element of lxml, which has no types."""

META = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{2,40})", re.I)
HEAD = 4 << 10
"""Bytes in which a page has to say how it is encoded; the standard asks for the first 1,024."""
CHARSETS = re.compile(
    r"utf-(8|16|32)(-le|-be|-sig)?|ascii|iso8859-\d+|cp(125\d|437|85\d|866|874|932|949|950)|koi8-[ru]"
    r"|mac-(roman|cyrillic)|gbk|gb(2312|18030)|hz|big5(hkscs)?|shift_jis|euc_(jp|kr)|iso2022_(jp|kr)"
    r"|tis-620"
)
"""As Python calls them. It knows others that take quadratic time, or are no characters at all."""
WEST = ("ascii", "iso8859-1")
"""Named by many a page that has the characters of cp1252, as which the standard reads both."""

UNREAD = frozenset((
    "audio", "button", "canvas", "datalist", "head", "iframe", "noscript", "object", "script",
    "select", "style", "template", "textarea", "title", "video",
))  # fmt: skip
HIDDEN = re.compile(r"(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden)", re.I)
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header",
    "hgroup", "hr", "legend", "li", "main", "menu", "nav", "ol", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
"""Begin and end a line."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
APART = frozenset((*HEADINGS, "p"))
"""With an empty line before and after."""
NO_GRID = ("table", *HEADINGS, "pre", "form")
FRAME = ("table", "thead", "tbody", "tfoot", "tr")
IN_FRAME = frozenset((*FRAME, "caption", "col", "colgroup", "td", "th", *UNREAD))
BLANK = re.compile(r"[ \t\r\n\f]+")

WIDEST = 100
"""Columns of a table at most, whatever a colspan claims."""
REPEATED = 200
"""Characters of a cell that stands in each row and column that it spans; a longer one stands
once."""
MOST = 2 << 20
"""Characters that the tables of one page may come to."""


def html_text(data: bytes, charset: str = "") -> str:
    """All visible text of a page: headings as `# …`, tables as `a | b | c`, lists with bullets."""
    tree = parsed(characters(data, charset))
    if tree is None:
        return ""
    title = " ".join((tree.findtext(".//title") or "").split())
    text = laid_out(tree)
    return text if title in text[:400] else f"{title}\n\n{text}"


# ── bytes to a tree ──────────────────────────────────────────────────────────────────────────


def characters(data: bytes, charset: str = "") -> str:
    """By the charset that the server named, else the one that the page does, else by its looks."""
    said = META.search(data[:HEAD])
    name = charset_named(charset) or (charset_named(said[1].decode("ascii")) if said else "")
    if not name or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decoded(data)[0]
    return data.decode("cp1252" if name in WEST else name, "replace")


def charset_named(name: str) -> str:
    """As Python calls it; empty: it is none of the web's."""
    try:
        known = codecs.lookup(name.strip(" \"'")).name
    except (LookupError, ValueError):
        return ""
    return known if CHARSETS.fullmatch(known) else ""


def parsed(html: str) -> Tree | None:
    # As bytes: a text that declares another encoding than its own would be refused.
    parser = etree().HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    return etree().fromstring(html.encode("utf-8", "replace") or b"<html/>", parser)


def etree() -> Any:
    """lxml's; by name, for it has no types."""
    return import_module("lxml.etree")


# ── a tree to lines ──────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Lines:
    """What was read so far, and where the next words go."""

    bullets: bool = True
    room: int = MOST
    done: list[str] = field(default_factory=list[str])
    words: list[str] = field(default_factory=list[str])
    lists: list[int] = field(default_factory=list[int])
    """One for each list that is open: the number of its next item, -1 where they have none."""
    item: str = ""
    """The bullet or number that the next line begins with."""
    within: int = 0
    """How many `pre` are open."""
    gap: bool = False
    """Does an empty line come before the next one?"""

    def say(self, text: str | None) -> None:
        if text and self.within:
            first, *rest = text.split("\n")
            self.words.append(first)
            for line in rest:
                self.end()
                self.words.append(line)
        elif text:
            self.words.append(BLANK.sub(" ", text))

    def end(self, apart: bool = False) -> None:
        """Of a line, if one was begun."""
        text = "".join(self.words)
        self.words.clear()
        if text := text.rstrip() if self.within else BLANK.sub(" ", text).strip(" "):
            indent = "  " * (len(self.lists) + (bool(self.lists) and not self.item))
            self.add(text if self.within else f"{indent}{self.item}{text}")
            self.item = ""
        self.gap = self.gap or (apart and not self.item) or (self.within > 0 and not text)

    def add(self, line: str) -> None:
        if self.gap and self.done:
            self.done.append("")
        self.done.append(line)
        self.gap = False


def laid_out(tree: Tree, bullets: bool = True, hides: bool = True) -> str:
    """Without recursion: a page may have as many elements within each other as it likes. `hides`:
    what is marked as hidden is left out."""
    page = Lines(bullets)
    left = [(tree, True)]
    while left:
        element, begins = left.pop()
        if begins and is_read(element, hides):
            if element.tag == "table" and is_grid(element):
                spell_out(element, page)
            else:
                begin(element, page)
                left.append((element, False))
                left += [(child, True) for child in reversed(element)]
                continue
        elif not begins:
            finish(element, page)
        if element is not tree:
            page.say(element.tail)
    page.end()
    return "\n".join(page.done).strip()


def is_read(element: Tree, hides: bool = True) -> bool:
    if element.tag in UNREAD:
        return False
    hidden = element.get("hidden") is not None or HIDDEN.search(element.get("style") or "")
    return not (hides and hidden)


def begin(element: Tree, page: Lines) -> None:
    match element.tag:
        case tag if tag in BLOCKS or tag in APART:
            page.end(tag in APART)
        case "br":
            page.end()
        case "img":
            page.say(element.get("alt"))
        case _:
            pass
    match element.tag:
        case "pre":
            page.within += 1
            page.say((element.text or "").removeprefix("\n"))
            return
        case "ul" | "menu":
            page.lists.append(-1)
        case "ol":
            page.lists.append(number(element.get("start"), 1))
        case "li" if page.bullets and page.lists:
            page.item = "• " if page.lists[-1] < 0 else f"{page.lists[-1]}. "
            page.lists[-1] += page.lists[-1] >= 0
        case tag if tag in HEADINGS and "".join(element.itertext()).strip():
            page.say("#" * int(tag[1]) + " ")
        case _:
            pass
    page.say(element.text)


def finish(element: Tree, page: Lines) -> None:
    if element.tag in BLOCKS or element.tag in APART:
        page.end(element.tag in APART)
    match element.tag:
        case "pre":
            page.within -= 1
            page.gap = False
        case "ul" | "ol" | "menu":
            page.lists.pop()
        case "li":
            page.item = ""
        case _:
            pass


def number(text: str | None, without: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,5}", text) else without


# ── tables ───────────────────────────────────────────────────────────────────────────────────


def is_grid(table: Tree) -> bool:
    """Rows of data, not a page laid out with a table, nor one with words beside its cells."""
    if next(table.iterdescendants(*NO_GRID), None) is not None or any(beside_cells(table)):
        return False
    return any(len(cells(row)) > 1 for row in table.iter("tr"))


def beside_cells(table: Tree) -> Iterator[bool]:
    for part in table.iter(*FRAME):
        yield bool((part.text or "").strip())
        for child in part:
            yield child.tag not in IN_FRAME or bool((child.tail or "").strip())


def spell_out(table: Tree, page: Lines) -> None:
    page.end()
    caption = next(table.iter("caption"), None)
    lines = [[cell_text(caption)]] if caption is not None else []
    for cut in (*lines, *rows(table)):
        if page.room <= 0:
            page.add("[the rest of this table is left out: it is too long]")
            break
        page.add(" | ".join(cut))
        page.room -= sum(map(len, cut))


def rows(table: Tree) -> Iterator[list[str]]:
    """The cells' texts; a short one that spans rows or columns stands in each of them."""
    below: dict[int, tuple[str, int]] = {}
    """Column -> text and number of the rows that it still fills."""
    for row in filter(is_read, table.iter("tr")):
        line: list[str] = []
        inside = cells(row)
        alone, given = len(inside) == 1, iter(inside)
        cell = next(given, None)
        while len(line) < WIDEST and (cell is not None or len(line) in below):
            if len(line) in below:
                text, left = below.pop(len(line))
                if left > 1:
                    below[len(line)] = (text, left - 1)
                line.append(text)
                continue
            text = cell_text(cell)
            again = text if len(text) <= REPEATED else ""
            for n in range(1 if alone else span(cell, "colspan")):
                if (down := span(cell, "rowspan")) > 1:
                    below[len(line)] = (again, down - 1)
                line.append(again if n else text)
            cell = next(given, None)
        if any(line):
            yield line


def cells(row: Tree) -> list[Tree]:
    return list(islice(row.iterchildren("td", "th"), WIDEST))


def cell_text(cell: Tree) -> str:
    return " ".join(laid_out(cell, bullets=False).split()).replace(" | ", " / ")


def span(cell: Tree, name: str) -> int:
    return min(max(number(cell.get(name), 1), 1), WIDEST)
