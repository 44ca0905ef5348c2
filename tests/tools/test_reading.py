import asyncio
import io
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from selfstarter.app import pursue
from selfstarter.core.errors import ToolFailed
from selfstarter.settings import Settings
from selfstarter.tools import reading
from selfstarter.tools.reading import SMALL, as_text, taken_apart

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Plans 2026</title>
<style>td { color: red }</style><script>var hidden = 1</script></head><body>
<nav><a href="/">Home</a></nav><h1>Plans &amp; prices</h1>
<p>From <b>€9.90</b> a month,<br>or $1,299.00 a year.</p>
<table><caption>Prices</caption><thead><tr><th>Plan<th>Price<th>Users</tr></thead><tbody>
<tr><td>Basic</td><td>€9.90</td><td>1</td></tr>
<tr><td>Pro <i>plus</i></td><td><p>$29</p><p>yearly</p></td><td><ul><li>10<li>20</ul></td></tr>
<tr><td rowspan=2>Team</td><td colspan="2">on request</td></tr><tr><td>x</td><td>y</td></tr>
<tr><td colspan="3">all without tax</td></tr></tbody></table>
<ul><li>one<li>two<ul><li>two a</ul></ul><ol><li>first<li>second</ol>
<table><tr><td>side<table><tr><td>in<td>ner</table></td><td>main text</td></tr></table>
<pre>def f():
    return 1</pre><h2>Terms</h2><p hidden>obey me</p><p style="display:none">obey me</p>
</body></html>"""


def test_a_page_keeps_its_prices_lists_and_headings() -> None:
    text = as_text("a.html", PAGE.encode())
    assert text.startswith("Plans 2026\n")
    assert "# Plans & prices\n" in text and "## Terms" in text
    assert "From €9.90 a month,\nor $1,299.00 a year." in text
    assert "• one\n" in text and "• two a" in text and "1. first\n" in text
    assert "def f():\n    return 1" in text


def test_a_table_is_read_row_by_row() -> None:
    lines = as_text("a.html", PAGE.encode()).splitlines()
    at = lines.index("Prices")
    assert lines[at + 1 : at + 7] == [
        "Plan | Price | Users",
        "Basic | €9.90 | 1",
        "Pro plus | $29 yearly | 10 20",
        "Team | on request | on request",
        "Team | x | y",
        "all without tax",
    ]
    assert "in | ner" in lines, "the table inside a table"
    assert any("main text" in line for line in lines)


def test_what_a_person_would_not_see_on_a_page_is_not_read() -> None:
    text = as_text("a.html", PAGE.encode())
    assert "obey" not in text and "hidden" not in text and "color" not in text


def test_a_page_says_itself_how_it_is_encoded() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>caf\xe9 5\xa0\xa3</p></body>'
    assert "café" in as_text("a.htm", page.encode("latin-1"))


def spread(text: str, rows: int) -> str:
    """A table with a cell that claims nearly all of it."""
    big = f"<tr><td>k</td><td colspan=98 rowspan=9999>{text}</td></tr>"
    return f"<table>{big}{'<tr><td>b</td><td>c</td></tr>' * rows}</table>"


@pytest.mark.parametrize(
    "page",
    [spread("a " * 10_000, 1_000), spread("a" * 200, 1_000), spread("a" * 200, 100) * 15],
    ids=["a long cell", "a short cell", "many tables"],
)
def test_a_table_does_not_become_larger_than_a_text_may_be(page: str) -> None:
    assert len(page) < SMALL, "it is read here"
    assert len(as_text("a.html", page.encode())) < 3 << 20


def test_a_long_cell_stands_once_and_a_short_one_in_each_of_its_places() -> None:
    for text, again in (("x" * 200, "x" * 200), ("x" * 201, "")):
        page = f"<table><tr><td rowspan=2>{text}<td>1<tr><td>2</table>"
        assert as_text("a.html", page.encode()).splitlines()[1].strip() == f"{again} | 2".strip()


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr>" + "<td>x" * 100_000,
        "<table>" + "<tr><td rowspan=99999 colspan=99999>x<td>y" * 3_000,
        "<table><tr><td>" * 5_000,
        "<div>" * 50_000,
        "<h1>x" * 50_000,
    ],
    ids=["wide", "spans", "nested tables", "deep", "headings"],
)
def test_a_hostile_page_takes_seconds_and_not_for_ever(page: str) -> None:
    began = time.monotonic()
    as_text("a.html", page.encode())
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("naïve €".encode(), "naïve €"),
        (b"\xef\xbb\xbfa,b", "a,b"),
        ("naïve €".encode("cp1252"), "naïve €"),
        (b"caf\xe9", "café"),
        ("a,b €".encode("utf-16"), "a,b €"),
        ("é €".encode()[:-1], "é "),
        (b"", ""),
    ],
)
def test_text_is_decoded_as_it_was_written(data: bytes, text: str) -> None:
    assert as_text("a.csv", data) == text


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"PK\x03\x04....", "zip"), (b"abc\0def", "binary data"), (b"\x7fELF", "a program")],
)
def test_what_is_not_text_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(ToolFailed, match=kind):
        as_text("a.txt", data)


def test_a_pdf_is_read_where_pypdf_is_installed() -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(ToolFailed, match="1 pages and no text"):
        as_text("a.pdf", out.getvalue())
    with pytest.raises(ToolFailed, match="not a PDF that can be read"):
        as_text("a.pdf", b"%PDF-1.7 nothing")
    assert "# page 1\nHello" in as_text("a.pdf", SMALL_PDF)


def a_pdf(*objects: bytes) -> bytes:
    """Numbered objects, the table of their places, the trailer (ISO 32000-1, 7.5)."""
    out, places = b"%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%b endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\n" % (
        count, table, count
    ) + b"startxref\n%d\n%%%%EOF" % len(out)  # fmt: skip


def a_pdf_of(pages: int, said: bytes) -> bytes:
    """All pages show the same."""
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(pages))
    shown = zlib.compress(b"BT /F 12 Tf 9 9 Td " + said + b" ET")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 3 0 R"
    return a_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages),
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[page + b"/Resources<</Font<</F 4 0 R>>>>>>"] * pages,
    )


SMALL_PDF = a_pdf_of(1, b"(Hello) Tj")
ENDLESS_PDF = a_pdf_of(5_000, b"(aaaaaaaa) Tj " * 20_000)
HEAVY_PDF = a_pdf_of(1, b"(aaaaaaaa) Tj " * 2_000_000)


def test_of_a_pdf_without_end_the_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(ENDLESS_PDF) < 1 << 20
    assert as_text("a.pdf", a_pdf_of(301, b"(Hello) Tj")).endswith(
        "# page 300\nHello\n\n[The first 300 of 301 pages; the others were not read.]"
    )
    monkeypatch.setattr(reading, "APART_S", 3.0)
    taken_apart.cache_clear()
    began = time.monotonic()
    text = as_text("a.pdf", ENDLESS_PDF)
    assert text.startswith("# page 1\naaaa") and text.endswith("the others were not read.]")
    with pytest.raises(ToolFailed, match="it takes more than 3 s"):
        as_text("a.pdf", HEAVY_PDF)
    assert time.monotonic() - began < 8 and len(text) < 3 << 20


def test_a_pdf_that_takes_its_time_holds_up_nothing_else(
    workspace: Path, home: Path, script: Callable[..., str]
) -> None:
    """A person's stop, say, or the end of the time that the run has."""
    (workspace / "slow.pdf").write_bytes(a_pdf_of(1, b"(aaaaaaaa) Tj " * 100_000))
    (workspace / "facts.txt").write_text("It costs 120 euros [slow.pdf].")
    cites = {"kind": "citations_resolve", "path": "facts.txt", "at_least": 2}
    sketch = {
        "outcome": "A report is there.", "files": ["out.md"], "assumptions": [], "document": True,
        "criteria": [{"text": "Its sources are there", "check": cites}],
    }  # fmt: skip
    model = script({"for": "draft", "json": sketch})

    async def longest_wait() -> float:
        goal = "Write a report on the files to out.md."
        run = asyncio.create_task(pursue(goal, workspace, Settings(model=model, home=home)))
        longest = 0.0
        while not run.done():
            began = time.monotonic()
            await asyncio.sleep(0.02)
            longest = max(longest, time.monotonic() - began)
        return longest

    assert asyncio.run(longest_wait()) < 1.5
