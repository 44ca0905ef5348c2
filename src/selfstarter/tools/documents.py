"""Documents as text, in a process of its own with limits: one can be made to take hours, or all
memory, of whoever reads it.

`python -P documents.py KIND` reads the bytes from stdin and writes a JSON object a line, each as
soon as it is known: `{"count": n}`, how many parts there are; `{"part": text}` for each; or
`{"wrong": why}`.
"""

import io
import json
import posixpath
import re
import resource
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib import import_module
from time import monotonic
from typing import Any

from selfstarter.markup import Tree, characters, etree, html_text

CPU_S = 10
MEMORY = 2 << 30
MOST_PARTS = 300
MOST_TEXT = 2 << 20
"""Characters that are taken of one document."""
MOST_XML = 16 << 20
"""Bytes of a slide; a small archive can hold a huge one."""
FIRST_ROWS, LONGEST_CELL, LONGEST_SQL = 3, 60, 1_000
"""Of a table of a database: the rest of it is asked for by query."""
TABLE_S, BETWEEN_LOOKS = 1.0, 100
"""For the rows of one table, and after how many of its steps a query looks at the clock: a single
step can take long."""
LONGEST_VALUE = 16 << 20
"""Bytes that a database may make of a value."""
TABLES = (
    "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view')"
    " AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY type, name"
)
HEADERS = ("From", "To", "Cc", "Date", "Subject")
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SHEETS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MOST_CELLS = 12
SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}sldId"
BY_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Part = Mapping[str, int | str]


def main(kind: str) -> None:
    with suppress(ValueError, OSError):  # not every system has both
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for one in parts(kind, sys.stdin.buffer.read()):
        print(json.dumps(one), flush=True)


def parts(kind: str, data: bytes) -> Iterator[Part]:
    """As many as have room. What a reader raises is what is wrong with the document: each is given
    bytes that anybody may have made."""
    room = MOST_TEXT
    try:
        for one in READERS[kind](data):
            part = str(one.get("part", ""))[:room]
            yield one if "part" not in one else {"part": part}
            if (room := room - len(part)) <= 0:
                return
    except Exception as error:
        yield {"wrong": f"{error}"[:200] or type(error).__name__}


def of_page(data: bytes) -> Iterator[Part]:
    yield {"part": html_text(data)}


def of_pdf(data: bytes) -> Iterator[Part]:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(data)).pages
    yield {"count": len(pages)}
    for number, page in enumerate(pages[:MOST_PARTS], 1):
        yield {"part": headed(f"page {number}", page.extract_text().strip())}


def headed(name: str, text: str) -> str:
    return f"# {name}\n{text}" if text else ""


def of_word(data: bytes) -> Iterator[Part]:
    """With its comments; of pictures what is said in their place."""
    mammoth: Any = import_module("mammoth")
    found = mammoth.convert_to_html(
        io.BytesIO(data),
        style_map="comment-reference => sup",
        convert_image=mammoth.images.img_element(lambda _: {}),  # pyright: ignore[reportUnknownLambdaType]
    )
    yield {"part": html_text(found.value.encode())}


def of_sheets(data: bytes) -> Iterator[Part]:
    """Values; rows as `a | b | c`. A program may write formulas and no values: these are named."""
    from python_calamine import CalamineWorkbook

    formulas = uncomputed(data)
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        yield {"count": len(book.sheet_names)}
        for name in book.sheet_names[:MOST_PARTS]:
            rows = (" | ".join(map(shown, row)) for row in book.get_sheet_by_name(name).iter_rows())
            lines = [row.rstrip(" |") for row in rows]
            if cells := formulas.get(name):
                more = f" and {len(cells) - MOST_CELLS} more" if len(cells) > MOST_CELLS else ""
                lines.append(f"[not computed yet: {', '.join(cells[:MOST_CELLS])}{more}]")
            yield {"part": headed(f"sheet {name}", "\n".join(filter(None, lines)))}


def uncomputed(data: bytes) -> Mapping[str, Sequence[str]]:
    """Sheet -> `C2 =A2*B2` of each cell of which no value is stored. Empty where it is no xlsx."""
    found: dict[str, list[str]] = {}
    broken = (zipfile.BadZipFile, KeyError, etree().XMLSyntaxError)
    with suppress(*broken), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name, path in parts_named(archive, "xl/workbook.xml", f"{SHEETS}sheet"):
            cells = ((c, c.find(f"{SHEETS}f")) for c in xml_in(archive, path).iter(f"{SHEETS}c"))
            found[name] = [
                f"{cell.get('r')} ={formula.text or '…'}"
                for cell, formula in cells
                if formula is not None and not cell.findtext(f"{SHEETS}v")
            ]
    return found


def shown(value: str | float | bool | date | time | datetime | timedelta) -> str:
    """A cell, as it is seen: whole numbers without a point, days without an hour."""
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case _:
            return " ".join(str(value).split()).replace(" | ", " / ")


def of_slides(data: bytes) -> Iterator[Part]:
    """In the order in which they are shown; a paragraph a line."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [path for _, path in parts_named(archive, "ppt/presentation.xml", SLIDE)]
        yield {"count": len(names)}
        for number, name in enumerate(names[:MOST_PARTS], 1):
            lines = map(of_paragraph, xml_in(archive, name).iter(f"{DRAWING}p"))
            yield {"part": headed(f"slide {number}", "\n".join(filter(None, lines)))}


def parts_named(archive: zipfile.ZipFile, path: str, element: str) -> list[tuple[str, str]]:
    """(name, path in the archive) of the parts that a document lists, in its order."""
    folder, name = posixpath.split(path)
    named = xml_in(archive, f"{folder}/_rels/{name}.rels")
    targets = {one.get("Id"): posixpath.join(f"/{folder}", one.get("Target", "")) for one in named}
    listed = xml_in(archive, path).iter(element)
    return [(one.get("name", ""), targets[one.get(BY_ID)].lstrip("/")) for one in listed]


def xml_in(archive: zipfile.ZipFile, name: str) -> Tree:
    with archive.open(name) as file:
        data = file.read(MOST_XML)
    return etree().fromstring(data, etree().XMLParser(resolve_entities=False, no_network=True))


def of_paragraph(paragraph: Tree) -> str:
    return "".join(one.text or "" for one in paragraph.iter(f"{DRAWING}t")).strip()


def of_mail(data: bytes) -> Iterator[Part]:
    """Who wrote to whom, what, and which files came with it: those are not read."""
    mail = message_from_bytes(data, policy=policy.default)
    lines = [f"{name}: {mail[name]}" for name in HEADERS if mail[name]]
    body = mail.get_body(("plain", "html"))
    text = words_of(body) if isinstance(body, EmailMessage) else ""
    added = [
        f"[attached, not read: {one.get_filename() or '?'}]" for one in mail.iter_attachments()
    ]
    yield {"part": "\n\n".join(filter(None, ("\n".join(lines), text, "\n".join(added))))}


def words_of(body: EmailMessage) -> str:
    data = body.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    if body.get_content_subtype() == "html":
        return html_text(data, body.get_content_charset(""))
    text = characters(data, body.get_content_charset(""))
    return re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n")).strip()


def of_database(data: bytes) -> Iterator[Part]:
    """Of each table how it was made, how many rows it has, and the first of them. Whoever made it
    may have made it so that a query never ends."""
    with closing(sqlite3.connect(":memory:")) as base:
        base.text_factory = text_of_cell
        base.deserialize(in_one_file(data))
        base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        base.execute("PRAGMA trusted_schema = OFF")
        base.execute("PRAGMA query_only = ON")
        made = base.execute(TABLES).fetchall()
        yield {"count": len(made)}
        for kind, name, sql in made[:MOST_PARTS]:
            late = monotonic() + TABLE_S
            base.set_progress_handler(lambda late=late: monotonic() > late, BETWEEN_LOOKS)
            rows = list(first_rows(base, name)) if kind == "table" else []
            text = "\n".join((cut(" ".join(str(sql).split()), LONGEST_SQL), *rows))
            yield {"part": headed(f"{kind} {name}", text)}


def first_rows(base: sqlite3.Connection, name: str) -> Iterator[str]:
    """With a line on how many there are."""
    table = '"{}"'.format(name.replace('"', '""'))
    try:
        found = base.execute(f"SELECT * FROM {table} LIMIT {FIRST_ROWS}")
        rows = found.fetchall()
        if rows:
            yield " | ".join(column for column, *_ in found.description)
        for row in rows:
            cells = (cut(of_database_cell(value), LONGEST_CELL) for value in row)
            yield " | ".join(cells).rstrip(" |")
        (count,) = base.execute(f"SELECT count(*) FROM {table}").fetchone()
        yield f"[{len(rows)} of {count:,} rows]"
    except (sqlite3.Error, MemoryError) as error:
        yield f"[not read to its end: {error}]"


def text_of_cell(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def of_database_cell(value: str | float | bytes | None) -> str:
    if isinstance(value, bytes):
        return f"[{len(value):,} bytes]"
    return "" if value is None else shown(value)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def in_one_file(data: bytes) -> bytes:
    """Of a database that writes ahead (WAL), too: else it would look for a file beside it. What has
    only been written there is not seen."""
    return data[:18] + b"\1\1" + data[20:]


READERS: Mapping[str, Callable[[bytes], Iterator[Part]]] = {
    "html": of_page,
    "pdf": of_pdf,
    "docx": of_word,
    "sheets": of_sheets,
    "pptx": of_slides,
    "eml": of_mail,
    "sqlite": of_database,
}


if __name__ == "__main__":
    main(sys.argv[1])
