"""What a person reads on a page, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.markup import characters, html_text, laid_out, parsed


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one  \n two<br>three<p>four", "one two\nthree\n\nfour"),
        ("<h2>Head <i>line</i></h2>words<h3> </h3>", "## Head line\n\nwords"),
        ("<ul><li>a<li><p>b</p>c<ul><li>d</ul></ul>e", "• a\n  • b\n\n    c\n    • d\ne"),
        ("<ol start=3><li>x<li>y</ol>", "3. x\n  4. y"),
        ("<pre>\n  a  b\n\n    c\n</pre>d", "a  b\n\n    c\nd"),
        ("a<span hidden>no</span>b<s style='display : NONE'>no</s>c<script>no</script>d", "abcd"),
        ("<table><tr><td>a<td>b<tr hidden><td>no<td>no<tr><td><td>c | d", "a | b\n | c / d"),
        ("<table><tr><td>left<td><h3>Right</h3></table>", "left\n\n### Right"),
        ("<img alt='A chart'><svg><text>10 %</text></svg>", "A chart10 %"),
        ("<form><label>Name</label><input value=v><button>Go</button></form>", "Name"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_page_is_laid_out_as_it_is_seen(html: str, text: str) -> None:
    assert html_text(html.encode()).strip("\n") == text.strip("\n")


def test_what_is_hidden_is_shown_where_it_was_looked_at_before() -> None:
    page = parsed("<body><div style='display:none'>shown by a program</div></body>")
    assert (laid_out(page), laid_out(page, hides=False)) == ("", "shown by a program")


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"caf\xe9 \x80", "iso-8859-1", "café €"),
        (b'<meta charset="windows-1251">\xcf', "", "П"),
        (b'<meta http-equiv=x content="text/html; charset=koi8-r">\xf0', "", "П"),
        (b'<meta charset="koi8-r">\xcf', "cp1251", "П"),
        (b'<meta charset="punycode">caf\xc3\xa9', "", "café"),
        (b"\xef\xbb\xbf<meta charset=koi8-r>caf\xc3\xa9", "", "café"),
        (b"caf\xc3\xa9", "no such", "café"),
    ],
)  # fmt: skip
def test_the_server_says_the_charset_then_the_page_then_its_looks(
    data: bytes, charset: str, text: str
) -> None:
    assert characters(data, charset).endswith(text)


PIECES = (
    "<p>", "</p>", "<ul>", "</ul>", "<li>", "<ol>", "<pre>", "</pre>", "<h1>", "<b>", "</b>",
    "<br>", "<table>", "<tr>", "<td>", "</table>", "\n", "&", "word", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_markup_is_read_and_no_word_is_lost_or_doubled(pieces: list[str]) -> None:
    assert html_text("".join(pieces).encode()).count("word") == pieces.count("word")
