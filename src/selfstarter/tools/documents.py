"""A page or a PDF as text, in a process of its own, with limits: a document can be made to take
hours, or all memory, of whoever reads it.

`python -P documents.py html|pdf` reads the bytes from stdin and writes a JSON object a line, each
as soon as it is known.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

from selfstarter.markup import html_text

CPU_S = 10
MEMORY = 2 << 30
MOST_PAGES = 300
MOST_TEXT = 2 << 20
"""Characters that are taken of one document."""


def main(kind: str) -> None:
    with suppress(ValueError, OSError):  # not every system has both
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    data = sys.stdin.buffer.read()
    found = pdf_pages(data) if kind == "pdf" else iter([{"text": html_text(data)[:MOST_TEXT]}])
    for one in found:
        print(json.dumps(one), flush=True)


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
