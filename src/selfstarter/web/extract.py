"""A page's bytes to its text, in a process of its own: markup can be made to hang or to blow up
whoever parses it.

Reads a JSON line `{"kind": "html" | "pdf", "charset": …, "url": …}` and then the bytes from stdin;
writes a JSON object a line as soon as each is known, so that what hangs takes nothing else along.
"""

import io
import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from selfstarter.core.orders import READ
from selfstarter.markup import Tree, characters, etree, laid_out, parsed
from selfstarter.web.unseen import Unseen, take_out, take_unseen

Found = Iterator[Mapping[str, Any]]

CPU_S = 20
MEMORY = 2 << 30
MOST_LINKS = 300
LONGEST_LINK = 500
MOST_PAGES = 300
UNREAD = "//script | //style | //template"
SHORT = 250
"""Characters: less is hardly a text."""
PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "citation_publication_date",
    "citation_date", "parsely-pub-date", "publication_date", "publishdate", "pubdate",
    "dcterms.issued", "dcterms.date", "dc.date.issued", "dc.date", "date",
)  # fmt: skip
CHANGED = ("article:modified_time", "og:updated_time", "dcterms.modified", "datemodified")
"""Names of `meta` elements, in the order in which they are believed."""
IN_DATA = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
CODE = re.compile(r"((?<![\\`])(`+)(?!`).+?(?<!`)\2(?!`))", re.DOTALL)
ESCAPED = re.compile(r"(\\+)([*_`~<\[\]])")
ESCAPED_START = re.compile(r"^( {0,3}(?:\d{1,9})?)\\([#>+.)-])", re.MULTILINE)


def main() -> None:
    with suppress(ValueError, OSError):  # not every system has both
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    head = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    found = of_pdf(data) if head["kind"] == "pdf" else of_html(data, head["charset"])
    for one in found:
        print(json.dumps(one), flush=True)


def of_html(data: bytes, charset: str = "") -> Found:
    tree = parsed(characters(data, charset))
    if tree is None:
        return
    yield {"date": date_of(tree)}
    unseen = list(visible(tree))
    yield {"unseen": "\n".join(text for _, text in unseen)[:READ]}
    yield {"hidden": "\n".join(text for how, text in unseen if how == "hidden")[:READ]}
    yield {"links": links(tree)}
    html = etree().tostring(tree, encoding="unicode", method="html")
    yield {"title": title_of(html)}
    yield {"trafilatura": by_trafilatura(html)}
    yield {"whole": laid_out(tree, hides=False)}


def visible(tree: Tree) -> Iterator[tuple[Unseen, str]]:
    """Leave only what a person would see, and a model may read; gives the texts that are not, as
    `take_unseen` does."""
    for element in tree.xpath(UNREAD):
        take_out(element)
    yield from take_unseen(tree)


def main_text(found: Mapping[str, Any]) -> str:
    """What trafilatura takes for it; all that is visible where that is hardly any."""
    best, whole = str(found.get("trafilatura") or ""), str(found.get("whole") or "")
    return whole if len(best) < SHORT < len(whole) else best


def by_trafilatura(html: str) -> str:
    from trafilatura import extract

    # It decodes what it gives once more.
    html = html.replace("&amp;", "&amp;amp;")
    found = extract(html, output_format="markdown", include_comments=False, include_tables=True)
    return unescaped(found or "").strip()


def unescaped(markdown: str) -> str:
    """The characters as they stand on the page: a model copies `a_b`, and not `a\\_b`. Code has no
    escapes."""
    parts = CODE.split(markdown)  # text, code, its ticks, text, …
    plain = (ESCAPED_START.sub(r"\1\2", ESCAPED.sub(halved, part)) for part in parts[::3])
    return "".join(word for pair in zip(plain, [*parts[1::3], ""], strict=True) for word in pair)


def halved(escape: re.Match[str]) -> str:
    """Each backslash of the page's own was doubled, and one put before the character."""
    return "\\" * (len(escape[1]) // 2) + escape[2]


def title_of(html: str) -> str:
    from trafilatura import extract_metadata

    # The date is not wanted, and to look for it in every word can take seconds.
    return extract_metadata(html, extensive=False).title or ""


def date_of(tree: Tree) -> str:
    """When the page says that it was published, else changed, YYYY-MM-DD; empty: it does not say,
    or it says several. A year in its text is no date of it, nor is one of its many entries'."""
    named: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        named.setdefault(name.lower(), day(str(meta.get("content") or "")))
    data = "\n".join(script.text or "" for script in tree.iter("script") if is_data(script))
    times = [str(one.get("datetime") or "".join(one.itertext())) for one in tree.iter("time")]
    return (
        next((named[name] for name in PUBLISHED if named.get(name)), "")
        or the_one(map(day, IN_DATA.findall(data)))
        or the_one(map(day, times))
        or next((named[name] for name in CHANGED if named.get(name)), "")
    )


def is_data(script: Tree) -> bool:
    return script.get("type", "").strip().lower() == "application/ld+json"


def the_one(days: Iterable[str]) -> str:
    found = {one for one in days if one}
    return found.pop() if len(found) == 1 else ""


def day(text: str) -> str:
    found = DAY.search(text)
    with suppress(ValueError):
        return date(int(found[1]), int(found[3]), int(found[4])).isoformat() if found else ""
    return ""


def links(tree: Tree) -> list[tuple[str, str]]:
    """(href as it stands, words), those within the main part of the page first."""
    base = tree.find(".//base[@href]")
    places = [*tree.iter("main"), *tree.iter("article"), tree]
    found: dict[str, str] = {}
    for place in places:
        for anchor in place.iter("a"):
            href = str(anchor.get("href") or "").strip()
            words = " ".join("".join(anchor.itertext()).split())[:100]
            if 0 < len(href) <= LONGEST_LINK and not href.startswith("#") and words:
                found.setdefault(href, words)
            if len(found) >= MOST_LINKS:
                break
    first = [("", str(base.get("href")))] if base is not None else []
    return [*first, *found.items()]


def of_pdf(data: bytes) -> Found:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        count = len(reader.pages)
        yield {"title": str((reader.metadata and reader.metadata.title) or ""), "count": count}
        for number, page in enumerate(reader.pages[:MOST_PAGES], 1):
            yield {"page": number, "text": page.extract_text().strip()}
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        yield {"wrong": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    main()
