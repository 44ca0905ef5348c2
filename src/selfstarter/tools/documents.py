"""Pages and PDFs as text; as a program, in a process of its own, with limits: a document can be
made to take hours, or all memory, of whoever reads it.

`python -P documents.py html|pdf` reads the bytes from stdin and writes a JSON object a line, each
as soon as it is known. No import of ours: it starts for each document.
"""

import io
import json
import re
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resiliparse.parse.html import ElementNode, HTMLTree

CPU_S = 10
MEMORY = 2 << 30
MOST_PAGES = 300
MOST_TEXT = 2 << 20
"""Characters that are taken of one document."""
HIDDEN = (
    "script",
    "style",
    "template",
    "[hidden]",
    "[style*='display:none']",
    "[style*='display: none']",
    "[style*='visibility:hidden']",
)
"""What a person would not see on the page, a model does not read."""
WIDEST = 100
"""Columns of a table at most, whatever a colspan claims."""
REPEATED = 200
"""Characters of a cell that stands in each row and column that it spans; a longer one stands
once."""


def main(kind: str) -> None:
    with suppress(ValueError, OSError):  # not every system has both
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    data = sys.stdin.buffer.read()
    found = pdf_pages(data) if kind == "pdf" else iter([{"text": html_text(data)[:MOST_TEXT]}])
    for one in found:
        print(json.dumps(one), flush=True)


def html_text(data: bytes) -> str:
    """All visible text of a page: headings as `# …`, tables as `a | b | c`, lists with bullets.

    Of a collection only `values()` is looped over: going by index takes quadratic time.
    """
    from resiliparse.extract.html2text import extract_plain_text  # pyright: ignore[reportMissingModuleSource]
    from resiliparse.parse.encoding import detect_encoding  # pyright: ignore[reportMissingModuleSource]
    from resiliparse.parse.html import HTMLTree

    named = detect_encoding(data, from_html_meta=True)
    tree = HTMLTree.parse_from_bytes(data, named or "utf-8", "replace")
    if tree.document is None:
        return ""
    title = (tree.title or "").strip()
    for level in range(1, 7):
        for heading in tree.document.query_selector_all(f"h{level}").values():
            mark_heading(tree, heading, level)
    room = MOST_TEXT
    for table in tree.document.query_selector_all("table").values():
        if is_grid(table):
            room -= spell_out(tree, table, room)
    text = extract_plain_text(tree, preserve_formatting=True, skip_elements=HIDDEN)
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()
    return text if title in text[:400] else f"{title}\n\n{text}"


def mark_heading(tree: "HTMLTree", heading: "ElementNode", level: int) -> None:
    mark = tree.create_text_node("#" * level + " ")
    if mark is not None and (heading.text_content or "").strip():
        heading.insert_before(mark, heading.first_child)


def is_grid(table: "ElementNode") -> bool:
    """Rows of data, not a page laid out with a table."""
    holds_more = table.query_selector("table, h1, h2, h3, h4, h5, h6, pre, form")
    if holds_more is not None:
        return False
    return any(len(cells(row)) > 1 for row in table.query_selector_all("tr").values())


def spell_out(tree: "HTMLTree", table: "ElementNode", room: int) -> int:
    """Put preformatted lines in the place of a table; how many characters they are.

    `room`: when they are more than this, the rest is left out."""
    block = tree.create_element("pre")
    if block is None or table.parent is None:
        return 0
    caption = table.query_selector("caption")
    lines = [cell_text(caption)] if caption else []
    size = sum(map(len, lines))
    for row in rows(table):
        if size > room:
            lines.append("[the rest of this table is left out: it is too long]")
            break
        lines.append(" | ".join(row))
        size += len(lines[-1])
    block.text_content = "\n".join(lines)
    table.parent.replace_child(block, table)
    return size


def rows(table: "ElementNode") -> Iterator[list[str]]:
    """The cells' texts; a short one that spans rows or columns stands in each of them."""
    below: dict[int, tuple[str, int]] = {}
    """Column -> text and number of the rows that it still fills."""
    for row in table.query_selector_all("tr").values():
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
            assert cell is not None
            text = cell_text(cell)
            again = text if len(text) <= REPEATED else ""
            for n in range(1 if alone else span(cell, "colspan")):
                if (down := span(cell, "rowspan")) > 1:
                    below[len(line)] = (again, down - 1)
                line.append(again if n else text)
            cell = next(given, None)
        if any(line):
            yield line


def cells(row: "ElementNode") -> list["ElementNode"]:
    """At most WIDEST; sibling by sibling, for `children` takes quadratic time."""
    found: list[ElementNode] = []
    child = row.first_element_child
    while child is not None and len(found) < WIDEST:
        if child.tag in ("td", "th"):
            found.append(child)
        child = child.next_element_sibling
    return found


def cell_text(cell: "ElementNode") -> str:
    from resiliparse.extract.html2text import extract_plain_text  # pyright: ignore[reportMissingModuleSource]

    if cell.first_element_child is None:
        text = cell.text_content or ""
    else:
        text = extract_plain_text(
            cell.html, preserve_formatting=True, list_bullets=False, skip_elements=HIDDEN
        )
    return " ".join(text.split()).replace(" | ", " / ")


def span(cell: "ElementNode", name: str) -> int:
    text = cell.getattr(name) or ""
    return min(int(text), WIDEST) if re.fullmatch(r"[1-9]\d{0,4}", text) else 1


def pdf_pages(data: bytes) -> Iterator[Mapping[str, int | str]]:
    """How many there are, then each one's text; or what is wrong with it."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    room = MOST_TEXT
    try:
        pages = PdfReader(io.BytesIO(data)).pages
        yield {"count": len(pages)}
        for page in pages[:MOST_PAGES]:
            text = page.extract_text().strip()[:room]
            yield {"page": text}
            if (room := room - len(text)) <= 0:
                return
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        yield {"wrong": f"{error}"[:200]}


if __name__ == "__main__":
    main(sys.argv[1])
