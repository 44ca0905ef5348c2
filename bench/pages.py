"""`make bench-pages`: how well the text of a page is found, beside each library on its own.

PAGES=PATH names saved pages with what is their text, in one of two layouts (neither is part of this
project):

* `ground-truth.json` (name to `articleBody`) and `html/NAME.html.gz`, as in scrapinghub's
  article-extraction-benchmark: F1 of the words taken four by four, as that benchmark counts;
* `evaldata.json` (address to `file`, texts `with` and `without`) and the pages in `cache/` or
  `eval/`, as in the tests of trafilatura: F1 of the texts that are there, and should be or not.

The last line is for programs.
"""

import gzip
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from statistics import mean
from typing import Any

from selfstarter.markup import characters, laid_out, parsed
from selfstarter.web.extract import main_text, of_html

Counts = tuple[float, float, float]
"""(right, too much, missing)"""
MARKS = re.compile(r"[*_#`|\\]")
"""Of Markdown: no words, and in the way of finding a text."""


@dataclass(frozen=True)
class Saved:
    html: bytes
    judge: Callable[[str], Counts]


@dataclass
class Score:
    counts: list[Counts] = field(default_factory=list[Counts])
    empty: set[int] = field(default_factory=set[int])
    """Numbers of the pages in which it found nothing."""
    seconds: float = 0.0


def main(environ: Mapping[str, str]) -> int:
    folder = Path(environ.get("PAGES", ""))
    if not environ.get("PAGES") or not folder.is_dir():
        print("PAGES=PATH must name a folder of saved pages (see bench/pages.py).", file=sys.stderr)
        return 2
    pages = list(saved(folder))
    if not pages:
        print(f"{folder} has neither ground-truth.json nor evaldata.json.", file=sys.stderr)
        return 2
    scores = {name: Score() for name in ways()}
    for number, page in enumerate(pages):
        for name, way in ways().items():
            began = time.perf_counter()
            text = way(page.html)
            scores[name].seconds += time.perf_counter() - began
            scores[name].counts.append(page.judge(text))
            if not text.strip():
                scores[name].empty.add(number)
        if number % 100 == 99:
            print(f"  {number + 1} of {len(pages)} pages", file=sys.stderr, flush=True)
    show(scores, len(pages))
    return 0


def ways() -> dict[str, Callable[[bytes], str]]:
    found: dict[str, Callable[[bytes], str]] = {
        "ours": ours,
        "trafilatura": plain_trafilatura,
        "all that is visible": everything,
    }
    with suppress(ImportError):
        found["readability"] = readability_of(import_module("readability"))
    return found


def ours(html: bytes) -> str:
    """As `read_page` shows it, without the process around it."""
    found: dict[str, Any] = {}
    for one in of_html(html):
        found |= one
    return main_text(found)


def plain_trafilatura(html: bytes) -> str:
    """As it comes: plain text, and no element taken out before."""
    from trafilatura import extract

    return extract(characters(html), include_comments=False) or ""


def everything(html: bytes) -> str:
    return laid_out(parsed(characters(html)))


def readability_of(library: Any) -> Callable[[bytes], str]:
    def text(html: bytes) -> str:
        page = library.Document(characters(html)).summary()
        return laid_out(parsed(page))

    return text


# ── the two layouts ──────────────────────────────────────────────────────────────────────────


def saved(folder: Path) -> Iterator[Saved]:
    if (folder / "ground-truth.json").is_file():
        truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
        for name, page in sorted(truth.items()):
            html = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
            yield Saved(html, by_fours(page["articleBody"]))
    if (folder / "evaldata.json").is_file():
        for page in json.loads((folder / "evaldata.json").read_text("utf-8")).values():
            places = [folder / place / page["file"] for place in ("cache", "eval")]
            if file := next((place for place in places if place.is_file()), None):
                yield Saved(file.read_bytes(), by_texts(page["with"], page["without"]))


def by_fours(truth: str) -> Callable[[str], Counts]:
    wanted = fours(truth)

    def judge(text: str) -> Counts:
        got = fours(text)
        right, much, less = (got & wanted).total(), (got - wanted).total(), (wanted - got).total()
        all_of_them = right + much + less or 1
        return right / all_of_them, much / all_of_them, less / all_of_them

    return judge


def fours(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3)) if words)


def by_texts(wanted: list[str], unwanted: list[str]) -> Callable[[str], Counts]:
    def judge(text: str) -> Counts:
        there = bare(text)
        right = sum(bare(one) in there for one in wanted)
        return right, sum(bare(one) in there for one in unwanted), len(wanted) - right

    return judge


def bare(text: str) -> str:
    return " ".join(MARKS.sub("", text).split())


# ── what came of it ──────────────────────────────────────────────────────────────────────────


def show(scores: Mapping[str, Score], count: int) -> None:
    print(f"{count} pages\n")
    print("| way | F1 | precision | recall | empty | empty, another is not | ms/page |")
    print("|---|---|---|---|---|---|---|")
    by_name: dict[str, float] = {}
    for name, score in scores.items():
        others = [other.empty for each, other in scores.items() if each != name]
        alone = sum(any(n not in other for other in others) for n in score.empty)
        f1, precision, recall = measures(score.counts)
        by_name[name] = round(f1, 4)
        print(
            f"| {name} | {f1:.3f} | {precision:.3f} | {recall:.3f} | {len(score.empty)} | {alone} |"
            f" {1000 * score.seconds / count:.0f} |"
        )
    best = max(value for name, value in by_name.items() if name != "ours")
    print(
        f"\nbench-pages: {json.dumps(by_name | {'behind_best': round(best - by_name['ours'], 4)})}"
    )


def measures(counts: list[Counts]) -> tuple[float, float, float]:
    """F1 of the mean precision and the mean recall of the pages that have them."""
    precision = mean(r / (r + much) if r + much else 0.0 for r, much, _ in counts if r + much)
    recall = mean(r / (r + less) for r, _, less in counts if r + less)
    return 2 * precision * recall / (precision + recall), precision, recall


if __name__ == "__main__":
    sys.exit(main(os.environ))
