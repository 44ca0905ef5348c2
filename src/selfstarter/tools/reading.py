"""How a source becomes text for a model: pages without their markup, tables row by row."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import Files, Result
from selfstarter.tools.statements import DELIMITERS, statements, table_statements

if TYPE_CHECKING:
    from resiliparse.parse.html import ElementNode, HTMLTree

LIMIT = 2 << 20
"""Bytes read of one source."""
PAGE = 8_000
"""Characters shown at once."""
MAGIC = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a zip archive (or an Office document, which is one)",
    b"\x1f\x8b": "a gzip archive",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
}
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


@dataclass(frozen=True, slots=True)
class WorkspaceSources:
    """Port `Sources` on the files of a workspace."""

    files: Files

    def text(self, path: str) -> str:
        return as_text(path, self.files.read(path, LIMIT))

    def statements(self, path: str) -> Sequence[str]:
        data = self.files.read(path, LIMIT)
        delimiter = DELIMITERS.get(suffix(path))
        if delimiter:
            return table_statements(plain_text(path, data), delimiter)
        return statements(as_text(path, data))


def as_text(path: str, data: bytes) -> str:
    """The text of a file. Raises ToolFailed: it holds none, or what is needed is not installed."""
    match suffix(path):
        case "pdf":
            return pdf_text(path, data)
        case "html" | "htm" | "xhtml":
            return html_text(data)
        case _:
            return plain_text(path, data)


def suffix(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2].lower()


def plain_text(path: str, data: bytes) -> str:
    """The characters of a text file, as they are. Raises ToolFailed: it is not a text file."""
    if kind := binary_kind(data):
        raise ToolFailed(
            f"{path} is not text: {kind}, {len(data):,} bytes read.",
            next_action="Open it with a program (run_python) that knows this format.",
        )
    return decoded(data)


def binary_kind(data: bytes) -> str:
    """What kind of binary file begins like this; empty for text."""
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            return kind
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "binary data" if b"\0" in data[: 64 << 10] and not wide else ""


def decoded(data: bytes) -> str:
    """UTF-8, or what its first bytes announce, or what Windows wrote before Unicode."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        if len(data) - error.start < 4 and not before.isascii():  # cut in two by a reading limit
            return before.decode("utf-8-sig")
        return data.decode("cp1252", "replace")


# ── lines ────────────────────────────────────────────────────────────────────────────────────


def lines_of(text: str) -> list[str]:
    """Lines as editors and tracebacks count them: a form feed ends none."""
    found = text.replace("\r\n", "\n").split("\n")
    return found if found[-1] else found[:-1]


def page(name: str, text: str, start: int, most: int, note: str = "") -> Result:
    """`most` lines of `text` from `start` (from 1), fewer if they are long; where to go on."""
    found = lines_of(text)
    if not found:
        return Result("empty", f"{name} is empty.")
    if start > len(found):
        return Result("empty", f"{name} has only {len(found):,} lines.")
    shown = fitting(found[start - 1 : start - 1 + most])
    last = start - 1 + len(shown)
    head = f"[{name}: lines {start:,}-{last:,} of {len(found):,}{note}]"
    more = f"For more: start={last + 1}." if last < len(found) else ""
    return Result("ok", "\n".join([head, *shown]), next_action=more)


def fitting(found: list[str]) -> list[str]:
    """The first lines that fit on a page, at least one; a longer one is cut."""
    room = PAGE
    for n, line in enumerate(found):
        if (room := room - len(line) - 1) < 0:
            cut = f"{line[:PAGE]} [{len(line) - PAGE:,} more characters in this line]"
            return found[:n] or [cut if len(line) > PAGE else line]
    return found


# ── pages ────────────────────────────────────────────────────────────────────────────────────


def html_text(data: bytes) -> str:
    """All visible text of a page: headings as `# …`, tables as `a | b | c`, lists with bullets.

    Of a collection only `values()` is looped over: going by index takes quadratic time.
    """
    from resiliparse.extract.html2text import (  # pyright: ignore[reportMissingModuleSource]
        extract_plain_text,
    )
    from resiliparse.parse.encoding import (  # pyright: ignore[reportMissingModuleSource]
        detect_encoding,
    )
    from resiliparse.parse.html import HTMLTree

    named = detect_encoding(data, from_html_meta=True)
    tree = HTMLTree.parse_from_bytes(data, named or "utf-8", "replace")
    if tree.document is None:
        return ""
    title = (tree.title or "").strip()
    for level in range(1, 7):
        for heading in tree.document.query_selector_all(f"h{level}").values():
            mark_heading(tree, heading, level)
    for table in tree.document.query_selector_all("table").values():
        if is_grid(table):
            spell_out(tree, table)
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


def spell_out(tree: "HTMLTree", table: "ElementNode") -> None:
    """Put preformatted lines in the place of a table."""
    block = tree.create_element("pre")
    if block is None or table.parent is None:
        return
    caption = table.query_selector("caption")
    lines = [cell_text(caption)] if caption else []
    lines += [" | ".join(row) for row in rows(table)]
    block.text_content = "\n".join(lines)
    table.parent.replace_child(block, table)


def rows(table: "ElementNode") -> Iterator[list[str]]:
    """The cells' texts; a cell that spans rows or columns stands in each of them."""
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
            for _ in range(1 if alone else span(cell, "colspan")):
                if (down := span(cell, "rowspan")) > 1:
                    below[len(line)] = (text, down - 1)
                line.append(text)
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
    from resiliparse.extract.html2text import (  # pyright: ignore[reportMissingModuleSource]
        extract_plain_text,
    )

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


def pdf_text(path: str, data: bytes) -> str:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise ToolFailed(
            f"{path} is a PDF, and the package that reads PDF files (pypdf) is not installed.",
            next_action="Work without it, and say in your summary that it could not be read.",
        ) from error
    try:
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ToolFailed(f"{path} is not a PDF that can be read: {error}.") from error
    text = "\n\n".join(f"# page {n}\n{page.strip()}" for n, page in enumerate(pages, 1))
    if not any(page.strip() for page in pages):
        raise ToolFailed(f"{path} has {len(pages)} pages and no text: they are scanned images.")
    return text
