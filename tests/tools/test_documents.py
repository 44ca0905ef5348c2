"""Office files and mails as text: made by what makes them, read through the front door."""

import gzip
import io
import sqlite3
import time
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl import Workbook
from plays import Reply, finish, needs_sandbox, worked, write

from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import Request
from selfstarter.tools.reading import LARGEST, LIMIT, WorkspaceSources, as_text
from selfstarter.tools.workspace import Workspace

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
TYPES = 'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"'


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def a_word_document(body: str) -> bytes:
    """The least that Word opens (ISO/IEC 29500-1)."""
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return zipped(
        {
            "[Content_Types].xml": f'<Types {TYPES}><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships {RELS}><Relationship Id="r1" Type='
            f'"{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        }
    )


def said(text: str, style: str = "") -> str:
    of = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{of}<w:r><w:t>{text}</w:t></w:r></w:p>"


OFFER = a_word_document(
    said("Offer of Nordvik", "Heading1")
    + said("It costs 4,200 euros.")
    + "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>".format(said("Crew"), said("3"))
    + "<w:p><w:del><w:r><w:delText>3,900</w:delText></w:r></w:del><w:ins><w:r><w:t>Valid in May"
    "</w:t></w:r></w:ins></w:p>"
)


def a_workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


def a_presentation(*slides: str, order: Sequence[int] = ()) -> bytes:
    numbers = range(1, len(slides) + 1)
    named = "".join(
        f'<Relationship Id="s{n}" Type="{OFFICE}/slide" Target="slides/slide{n}.xml"/>'
        for n in numbers
    )
    shown = "".join(f'<p:sldId id="{255 + n}" r:id="s{n}"/>' for n in order or numbers)
    return zipped(
        {
            "ppt/_rels/presentation.xml.rels": f"<Relationships {RELS}>{named}</Relationships>",
            "ppt/presentation.xml": f"<p:presentation {P} {R}><p:sldIdLst>{shown}</p:sldIdLst>"
            "</p:presentation>",
            **{
                f"ppt/slides/slide{n}.xml": f"<p:sld {P} {A}><a:p><a:r><a:t>{text}</a:t></a:r>"
                "</a:p></p:sld>"
                for n, text in zip(numbers, slides, strict=True)
            },
        }
    )


def a_mail(text: str, html: str = "", attached: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Åsa <asa@example.org>", "me@example.org", "Größe"
    mail["Date"] = "Tue, 03 Nov 2026 10:00:00 +0100"
    mail.set_content(text, cte="base64")
    if html:
        mail.add_alternative(html, subtype="html")
    if attached:
        mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename=attached)
    return mail.as_bytes()


def test_a_word_document_is_read_with_its_headings_and_tables() -> None:
    assert as_text("a.DOCX", OFFER).strip() == (
        "# Offer of Nordvik\n\nIt costs 4,200 euros.\n\nCrew | 3\n\nValid in May"
    )


def test_a_workbook_is_read_sheet_by_sheet() -> None:
    rows = [
        ["Day", "Net", "Paid"],
        [datetime(2026, 3, 1), 12.5, True],
        [date(2026, 3, 2), 4.0, None],
    ]
    data = a_workbook({"March": rows, "Notes": [[None, "a | b\nc"]], "Empty": []})
    assert as_text("a.xlsx", data) == (
        "# sheet March\nDay | Net | Paid\n2026-03-01 | 12.5 | TRUE\n2026-03-02 | 4\n\n"
        "# sheet Notes\na / b c"
    )


def test_formulas_that_no_program_has_computed_are_named() -> None:
    """openpyxl writes them so, and a spreadsheet program shows what they come to."""
    data = a_workbook({"Sums": [[2, 3, "=A1*B1"]], "More": [["=1+1"]] * 14})
    text = as_text("a.xlsx", data)
    assert "# sheet Sums\n2 | 3\n[not computed yet: C1 =A1*B1]" in text
    assert "A12 =1+1 and 2 more]" in text


def test_slides_are_read_in_the_order_in_which_they_are_shown() -> None:
    data = a_presentation("Last", "First", order=(2, 1))
    assert as_text("a.pptx", data) == "# slide 1\nFirst\n\n# slide 2\nLast"


@pytest.mark.parametrize("size", [1, 5_000], ids=["here", "in a child"])
def test_a_mail_is_read_as_who_wrote_what(size: int) -> None:
    data = a_mail("Für 120 €.\n" * size, "<p>no</p>", attached="offer.pdf")
    text = as_text("a.eml", data)
    assert text.startswith(
        "From: Åsa <asa@example.org>\nTo: me@example.org\nDate: Tue, 03 Nov 2026 10:00:00 +0100\n"
        "Subject: Größe\n\nFür 120 €.\n"
    )
    assert text.endswith("Für 120 €.\n\n[attached, not read: offer.pdf]") and "no<" not in text


def test_of_a_mail_that_is_only_a_page_the_page_is_read() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Plan"
    mail.set_content("<h1>Plan</h1><p hidden>obey</p><p>On Monday</p>", subtype="html")
    assert as_text("a.eml", mail.as_bytes()) == "Subject: Plan\n\n# Plan\n\nOn Monday"


ENDLESS = (
    "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT count(*) FROM n"
)


def a_database(path: Path, *statements: str) -> bytes:
    with closing(sqlite3.connect(path)) as base:
        for statement in statements:
            base.execute(statement)
        base.commit()
    return path.read_bytes()


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_database_is_read_table_by_table(tmp_path: Path, journal: str) -> None:
    data = a_database(
        tmp_path / "a.db",
        f"PRAGMA journal_mode = {journal}",
        "CREATE TABLE 'a \"b' (id INTEGER,\n  name TEXT, photo BLOB)",
        "INSERT INTO 'a \"b' VALUES (1, 'Ann | Bo', x'0102'), (2, NULL, NULL)",
        ENDLESS,
    )
    assert as_text("a.db", data) == (
        "# table a \"b\nCREATE TABLE 'a \"b' (id INTEGER, name TEXT, photo BLOB)\n"
        "id | name | photo\n1 | Ann / Bo | [2 bytes]\n2\n[2 of 2 rows]\n\n"
        f"# view endless\n{ENDLESS}"
    )


def test_a_search_says_what_it_does_not_look_into(workspace: Path, home: Path) -> None:
    rows = [f"INSERT INTO stock VALUES ('bolt {n}')" for n in range(9)]
    a_database(workspace / "stock.db", "CREATE TABLE stock (name)", *rows)
    outcome = worked(
        workspace, home, "Look", call("search_files", text="bolt 8"), there={"a.txt": "a\n"}
    )
    turns = [turn.result for turn in outcome.state.transcript if turn.result]
    assert "(stock.db): ask it by a program" in turns[-1].next_action


def test_a_database_that_would_take_for_ever_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    costly = "length(replace(hex(zeroblob(i)), '0', '11'))"
    columns = ", ".join(f"c{n} AS ({costly})" for n in range(120))
    data = a_database(
        tmp_path / "a.sqlite",
        f"CREATE TABLE costly (i, {columns})",
        "INSERT INTO costly VALUES (1000000)",
        "CREATE TABLE later (a)",
    )
    began = time.monotonic()
    text = as_text("a.sqlite", data)
    assert text.startswith("# table costly\n") and "[not read to its end: interrupted]" in text
    assert text.endswith("# table later\nCREATE TABLE later (a)\n[0 of 0 rows]")
    assert time.monotonic() - began < 9


@pytest.mark.parametrize(
    "data", [b"SQLite format 3\0", b"SQLite format 3\0" + b"broken" * 2_000], ids=["cut", "broken"]
)
def test_a_broken_database_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ToolFailed, match="not an SQLite database that can be read"):
        as_text("a.db", data)


def test_only_a_database_is_read_as_one() -> None:
    assert as_text("a.db", b"words\n") == "words\n"
    with pytest.raises(ToolFailed, match="is not text: binary data"):
        as_text("a.db", bytes(range(256)))


def test_a_run_finds_a_table_and_cites_the_database(workspace: Path, home: Path) -> None:
    a_database(
        workspace / "shop.db",
        "CREATE TABLE orders (id, euros)",
        "INSERT INTO orders VALUES (1, 4200), (2, 310)",
    )
    outcome = worked(
        workspace,
        home,
        "Write note.md on the largest order.",
        call("search_files", text="euros"),
        call("read_file", path="shop.db"),
        write("note.md", "The largest order is of 4,200 euros [shop.db].\n"),
        finish("It is written."),
        there={},
        checks=[{"kind": "citations_resolve", "path": "note.md"}],
        files=["note.md"],
    )
    assert outcome.ending == "done", outcome.report
    results = [turn.result.output for turn in outcome.state.transcript if turn.result]
    *_, read, found = results
    assert "shop.db:3: id | euros" in found and "1 | 4200" in read


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.xls", "a.ods", "a.pptx", "a.pdf"])
@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 broken", b"words", zipped({"a.txt": "words"})],
    ids=["empty", "broken", "text", "another zip"],
)  # fmt: skip
def test_what_only_has_the_name_of_a_document_is_refused_in_words(name: str, data: bytes) -> None:
    with pytest.raises(ToolFailed, match="can be read|no text"):
        as_text(name, data)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    bomb = a_word_document(said("a" * (400 << 20)))
    assert len(bomb) < LIMIT
    with pytest.raises(ToolFailed, match="not a Word document that can be read"):
        as_text("a.docx", bomb)


def test_a_document_may_be_larger_than_a_text(workspace: Path) -> None:
    """Its pictures weigh."""
    with zipfile.ZipFile(io.BytesIO(OFFER)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    heavy = io.BytesIO()
    with zipfile.ZipFile(heavy, "w") as archive:
        for name, text in {**files, "word/media/a.png": "x" * (LIMIT + 1)}.items():
            archive.writestr(name, text)
    (workspace / "offer.docx").write_bytes(heavy.getvalue())
    (workspace / "huge.docx").write_bytes(bytes(LARGEST + 1))
    sources = WorkspaceSources(Workspace(workspace))
    assert "4,200 euros" in sources.text("offer.docx")
    with pytest.raises(ToolFailed, match="longer than"):
        sources.text("huge.docx")


def test_a_run_searches_reads_and_cites_documents(workspace: Path, home: Path) -> None:
    (workspace / "offer.docx").write_bytes(OFFER)
    (workspace / "costs.xlsx").write_bytes(a_workbook({"2026": [["Van", 310], ["Crew", 4200]]}))
    (workspace / "asa.eml").write_bytes(a_mail("The van comes at 8."))
    outcome = worked(
        workspace,
        home,
        "Write note.md on what the move costs.",
        call("search_files", text="van"),
        call("read_file", path="offer.docx"),
        write("note.md", "It costs 4,200 euros [offer.docx].\n\nThe van 310 euros [costs.xlsx].\n"),
        finish("It is written."),
        there={},
        checks=[{"kind": "citations_resolve", "path": "note.md", "at_least": 2}],
        files=["note.md"],
        asked=(asked := list[Request]()),
    )
    assert outcome.ending == "done", outcome.report
    results = [turn.result.output for turn in outcome.state.transcript if turn.result]
    *_, read, found = results
    assert "costs.xlsx:2: Van | 310" in found and "asa.eml:6: The van comes at 8." in found
    assert "# Offer of Nordvik" in read
    contract = next(one for one in asked if one.purpose == "draft")
    assert "It costs 4,200 euros." in str(contract), "what is there is shown before the work"


@needs_sandbox
@pytest.mark.parametrize("total", [4510, 4000])
def test_a_workbook_that_a_run_makes_is_checked_by_what_it_says(
    workspace: Path, home: Path, total: int
) -> None:
    code = f"""from openpyxl import Workbook
book = Workbook()
book.active.append(["Total", {total}])
book.save("total.xlsx")"""
    outcome = worked(
        workspace,
        home,
        "Save the sum of 4200 and 310 in total.xlsx, as `Total | 4510`.",
        call("run_python", code=code),
        finish("It is saved."),
        there={},
        checks=[{"kind": "file_matches", "path": "total.xlsx", "contains": ["Total | 4510"]}],
        files=["total.xlsx"],
    )
    assert (outcome.ending == "done") == (total == 4510), outcome.report


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


def test_a_packed_log_is_read_searched_and_cited_to_its_end(workspace: Path, home: Path) -> None:
    lines = [f"2026-10-13 20:{n // 60 % 60:02}:{n % 60:02}.250 GET /{n}" for n in range(70_000)]
    (workspace / "a.log").write_text("\n".join([*lines, "took 987654 ms"]))
    more = b"\nat 23:59:58.125 took 876543 ms"
    packed = gzip.compress("\n".join(lines).encode()) + gzip.compress(more)
    (workspace / "b.log.gz").write_bytes(packed)
    (workspace / "c.log.gz").write_bytes(b"\x1f\x8b broken")
    sources = WorkspaceSources(Workspace(workspace))
    assert sources.text("b.log.gz").startswith("2026-10-13 20:00:00.250 GET /0\n")
    with pytest.raises(ToolFailed, match="no gzip archive that can be read"):
        sources.text("c.log.gz")

    def told(name: str, note: str) -> str:
        outcome = worked(
            workspace,
            home,
            f"Write {name} on the slowest request.",
            write(name, note),
            finish("It is written."),
            there={},
            checks=[{"kind": "citations_resolve", "path": name}],
            files=[name],
        )
        return "" if outcome.ending == "done" else outcome.report

    assert not told("a.md", "It took 987654 ms [a.log], at 20:00:07.250.\n")
    assert not told("b.md", "It took 876543 ms at 23:59:58.125 [b.log.gz].\n")
    assert "876544 is in none of b.log.gz" in told("c.md", "It took 876544 ms [b.log.gz].\n")
