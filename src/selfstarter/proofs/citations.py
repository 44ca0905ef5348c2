"""Do a document's citations lead to something that was there, and does it hold the numbers?"""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from posixpath import dirname, normpath
from urllib.parse import unquote

from selfstarter.core.contract import CitationsResolve, Seen
from selfstarter.core.decoding import DOCUMENTS, decoded, unpacked
from selfstarter.core.errors import ToolFailed
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.proofs.account import of_the_run
from selfstarter.proofs.derived import miscounted, results
from selfstarter.proofs.figures import faults, listed, strays, unmarked
from selfstarter.proofs.held import Held, held_in
from selfstarter.proofs.labels import ADDRESS, URL, without_labels
from selfstarter.texts.words import ending

CITATION = re.compile(r"\[([^\[\]\n]{1,200})\](?!\()")
PATHLIKE = re.compile(r"^[\w./ -]+\.\w{1,5}$")
PLACE = re.compile(r"(?:#\S*|:\d+(?:[-–:]\d+)*)$")
"""Of a file: `app.py:42`, `notes.md#how`."""
CITED = re.compile(rf"\[[^\[\]\n]*\]\(<?({ADDRESS})>?[^)\n]*\)|\[<?({ADDRESS})>?\]")
"""An address in brackets, or the target of a link."""
LINK = re.compile(r"(?<!!)\[([^\[\]\n]*)\]\(<?([^()<>\n\"]{1,200}?)>?(?:\s+\"[^\"\n]*\")?\)")
HEADING = re.compile(r"\s*#+ ")
CELL = re.compile(r"(?<!\\)\|")
"""What parts the cells of a row."""
HOW = (
    "Write [path] or [address] in brackets on the line whose numbers it holds; what is worked out"
    " of them is written with how (25 × 7 = 175)."
)
PROPOSED = "A value that you propose stands on a line without a citation."
EVERY = "No line with figures is without a citation, but for what is worked out of cited ones."
MOST_LINES, MOST_NUMBERED = 8, 20
"""Lines that are told with what is wrong, and those that are only numbered."""
QUOTED = 120
"""Characters of a line."""
READ, FAR, KEPT = 2 << 20, 64 << 20, 2
"""Bytes of a file that are read for all numbers, those in which one is looked for, and how many
files are kept so."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the lines of a document may cite."""

    path: str
    """The document's own."""
    names: Sequence[str]
    """Of all other files."""
    state: State
    hands: Hands
    run: Held
    """What needs no source."""
    reads: bool
    """Has the run read pages?"""
    shown: Held
    """What the lines that cite say, and what is worked out of it."""
    rest: Callable[[str], bytes]
    """Of a file, what lies behind its beginning, read once for lines that stand together."""


@dataclass(frozen=True, slots=True)
class Cited:
    """By a line, or by cells of it."""

    files: tuple[str, ...]
    links: Mapping[str, str]
    """Link -> file of the workspace."""
    pages: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys([*self.files, *self.links.values(), *self.pages]))


@dataclass(frozen=True, slots=True)
class Looked:
    """At one line."""

    files: tuple[str, ...] = ()
    pages: int = 0
    wrong: tuple[str, ...] = ()
    number: str = ""
    """The first that is a stray, or the sum that is wrong."""
    bare: str = ""
    """Which figures have no source, as it cites nothing that they could be in."""


def citations_resolve(check: CitationsResolve, state: State, hands: Hands) -> Seen:
    """Each cited file exists and is no work of the run, each cited page was read, and the numbers
    of a citing line occur in what it cites or in the goal, or follow from those; sums on other
    lines come to what they say. Addresses count where the run has read pages at all. All lines that
    are wrong are named at once."""
    text = decoded(hands.files.read(check.path))[0]
    names = [n for n in hands.files.names() if n != check.path]
    reads = bool(hands.captures and hands.captures.urls())
    run = of_the_run(state)
    rest = lru_cache(KEPT)(partial(rest_of, hands))
    sources = Sources(check.path, names, state, hands, run, reads, run, rest)
    look_up = cache(partial(look, sources))
    cited = list(without_labels(unmarked(text), lambda name: bool(resolve(name, names))))
    lines = [line for line, _ in cited]
    sources = replace(sources, run=worked_out(lines, sources, look_up))
    sources = replace(sources, shown=shown_on(lines, sources, look_up))
    looked = [looked_at(line, sources, look_up) for line in lines]
    wrong = {
        n: f"{'; '.join(found)} (line: {quoted(line, seen.number)!r})"
        for n, (line, seen, (_, defines)) in enumerate(
            zip(text.splitlines(), looked, cited, strict=True), 1
        )
        if (found := wrong_with(seen, check.every_figure and not defines))
    }
    told = [f"line {n}: {why}" for n, why in [*wrong.items()][:MOST_LINES]]
    if others := [*wrong][MOST_LINES:]:
        told.append(f"and so on in {numbered(others)}")
    citing = [seen for seen, (_, defines) in zip(looked, cited, strict=True) if not defines]
    count = sum(len(seen.files) + seen.pages for seen in citing)
    wanted = max(1, check.at_least)  # a model may ask for none
    if count < wanted:
        told.append(f"{check.path} has {count} citations, at least {wanted} are wanted")
    if told:
        return False, "\n".join([*told, f"{HOW} {EVERY if check.every_figure else PROPOSED}"])
    return True, f"{count} citations in {check.path}, {'; '.join(found_of(citing, sources))}"


def numbered(lines: Sequence[int]) -> str:
    """`line 9`, `lines 9, 10 and 7 more`."""
    named = ", ".join(map(str, lines[:MOST_NUMBERED]))
    more = f" and {len(lines) - MOST_NUMBERED} more" if len(lines) > MOST_NUMBERED else ""
    return f"line{'s' if len(lines) > 1 else ''} {named}{more}"


def wrong_with(seen: Looked, every_figure: bool) -> tuple[str, ...]:
    return (*seen.wrong, seen.bare) if every_figure and seen.bare else seen.wrong


def found_of(citing: Sequence[Looked], sources: Sources) -> Iterator[str]:
    """What all the citations that hold come to, and what was not looked at."""
    where = "pages and files" if any(seen.pages for seen in citing) else "existing files"
    yield f"all in {where} that hold the numbers"
    files = Counter(resolve(name, sources.names) for seen in citing for name in seen.files)
    own = [n for path, n in files.items() if made_here(path, sources.state, sources.hands)]
    if own:
        yield f"{sum(own)} of them in files that the run wrote"
    if bare := sum(bool(seen.bare) for seen in citing):
        yield f"not looked at: {bare} lines with figures and no citation"


def worked_out(
    lines: Sequence[str], sources: Sources, look_up: Callable[[str, bool], Held | str]
) -> Held:
    """What needs no source, and what a line shows to follow from what it cites."""
    held = sources.run
    for line in lines:
        for said, cited in apart(line, sources):
            there = held_by(cited, held, look_up)
            held = held | results(beside(said, cited.links), there)
    return held


def shown_on(
    lines: Sequence[str], sources: Sources, look_up: Callable[[str, bool], Held | str]
) -> Held:
    """What the lines that cite say, and what any line shows to follow from it."""
    said = [beside(one, cited.links) for one in lines if (cited := cited_in(one, sources)).names]
    return worked_out(lines, replace(sources, run=sources.run | held_in(*said)), look_up)


def looked_at(line: str, sources: Sources, look_up: Callable[[str, bool], Held | str]) -> Looked:
    cited = cited_in(line, sources)
    if not cited.names:
        return without_source(line, sources)
    found = [look_up(name, name in cited.pages) for name in cited.names]
    seen = Looked((*cited.files, *cited.links.values()), len(cited.pages))
    if wrong := [why for why in found if isinstance(why, str)]:
        return replace(seen, wrong=tuple(dict.fromkeys(wrong)))
    said, held = beside(line, cited.links), held_by(cited, sources.run, look_up)
    if stray := further_on(strays(said, held), cited, sources):
        why = "; ".join((nowhere(stray, cited), *faults(stray, said, held)))
        return replace(seen, wrong=(why,), number=stray[0])
    for cells, own in by_source(line, sources):
        elsewhere = strays(said, held_by(own, sources.run, look_up))
        inside = strays(beside("|".join(cells), own.links), Held())
        stray = [number for number in elsewhere if number in inside]
        if stray := further_on(stray, own, sources):
            number = seen.number or stray[0]
            seen = replace(seen, wrong=(*seen.wrong, nowhere(stray, own)), number=number)
    return seen


def further_on(stray: Sequence[str], cited: Cited, sources: Sources) -> Sequence[str]:
    """Those that do not stand, as they are written, in the rest of a cited file either: of a large
    one, only the beginning was read for all its numbers. A document is read whole."""
    paths = (path for name in cited.names if (path := resolve(name, sources.names)))
    for path in paths if stray else ():
        if ending(path) in DOCUMENTS and ending(path) != "gz":
            continue
        stray = [one for one in stray if not stands_in(one, sources.rest(path))]
    return stray


def rest_of(hands: Hands, path: str) -> bytes:
    try:
        data = hands.files.read(path, FAR)
        return (unpacked(data, FAR) if ending(path) == "gz" else data)[READ:]
    except (ToolFailed, zlib.error):
        return b""


def stands_in(number: str, data: bytes) -> bool:
    return bool(re.search(rb"(?<![\d.,])%b(?!\d|[.,]\d)" % re.escape(number.encode()), data))


def without_source(line: str, sources: Sources) -> Looked:
    """A line that cites nothing: it may have numbers of its own, and they are to add up."""
    said = beside(line, {})
    wrong = dict(miscounted(said))
    stray = [] if HEADING.match(line) else strays(said, sources.shown)
    number = next(iter([*wrong, *stray]), "")
    told = tuple(f"{formula[:QUOTED]} comes to {result:,.10g}" for formula, result in wrong.items())
    bare = f"{listed(stray, 'stands', 'stand')} on a line without a citation" if stray else ""
    return Looked(wrong=told, number=number, bare=bare)


def nowhere(stray: Sequence[str], cited: Cited) -> str:
    return f"{listed(stray, 'is', 'are')} in none of {', '.join(cited.names)[:300]}"


def held_by(cited: Cited, held: Held, look_up: Callable[[str, bool], Held | str]) -> Held:
    """What is held anyway, and what those that can be looked up hold."""
    for name in cited.names:
        found = look_up(name, name in cited.pages)
        held = held | found if isinstance(found, Held) else held
    return held


def cited_in(line: str, sources: Sources) -> Cited:
    files = [one for group in CITATION.findall(line) for one in split_citation(group)]
    pages = cited_pages(line, sources.hands) if sources.reads else []
    return Cited(tuple(files), linked(line, sources), tuple(pages))


def apart(line: str, sources: Sources) -> Iterator[tuple[str, Cited]]:
    """The line with what it cites. Of a row whose cells cite for themselves: without the cells that
    cite otherwise, for each, and without all of them, with all that it cites."""
    groups = list(by_source(line, sources))
    if not groups:
        yield line, cited_in(line, sources)
        return
    cells = CELL.split(line)
    citing = [cell for cell in cells if cited_in(cell, sources).names]
    for own, cited in groups:
        yield "|".join(c for c in cells if c in own or c not in citing), cited
    yield "|".join(c for c in cells if c not in citing), cited_in(line, sources)


def by_source(line: str, sources: Sources) -> Iterator[tuple[list[str], Cited]]:
    """The cells of a row of a table that cite for themselves, those of the same sources together;
    none where all of them cite the same."""
    edged = line.strip().startswith("|") or line.strip().endswith("|")
    groups: dict[frozenset[str], list[str]] = {}
    for cell in CELL.split(line) if edged else ():
        if names := cited_in(cell, sources).names:
            groups.setdefault(frozenset(names), []).append(cell)
    for cells in groups.values() if len(groups) > 1 else ():
        yield cells, cited_in("|".join(cells), sources)


def look(sources: Sources, name: str, is_page: bool) -> Held | str:
    """What a citation holds, or why it is none."""
    hands = sources.hands
    path = "" if is_page else resolve(name, sources.names)
    if path and written_here(path, sources.state, hands):
        return f"{path} was written in this run: cite what it was drawn from"
    if path:
        there = text_or_none(hands.sources.text, path) or ""
        return held_in(path, there, *printed_of(path, sources.state, hands))
    found = text_of(name, hands)
    if found is not None:
        return held_in(found)
    if is_page:
        return f"the cited page {name[:200]} was not read in this run"
    return f"the cited file {name!r} does not exist"


def printed_of(path: str, state: State, hands: Hands) -> Iterator[str]:
    """What a program printed that names the file: a total of many rows stands in none of them."""
    name = path.rpartition("/")[2]
    for turn in state.transcript if hands.profile.reckons else ():
        ran = turn.call and turn.call.tool in PROGRAMS and turn.call.args
        if ran and turn.result and turn.result.status == "ok" and name in str(ran):
            yield turn.result.output


def linked(line: str, sources: Sources) -> dict[str, str]:
    """Link -> file of the workspace. A text may lead to what the run has made besides: that is no
    source, and is left alone."""
    found: dict[str, str] = {}
    for link in LINK.finditer(line):
        target = PLACE.sub("", unquote(link[2].strip()))
        beside_it = normpath(f"{dirname(sources.path)}/{target}").lstrip("/")
        path = next((p for p in (beside_it, normpath(target)) if p in sources.names), "")
        if path and not written_here(path, sources.state, sources.hands):
            found[link[0]] = path
    return found


def beside(line: str, links: Mapping[str, str]) -> str:
    """What the line says, without what it cites."""
    for link, path in links.items():
        text = link[1 : link.index("]")]
        names_it = f"/{path}".endswith(f"/{text.strip('`').removeprefix('./')}")
        line = line.replace(link, " " if names_it else text)
    return CITATION.sub(" ", URL.sub(" ", line))


def quoted(line: str, number: str) -> str:
    """As much of it as is shown, the number in it."""
    at = max(0, line.find(number) - QUOTED // 2) if len(line.strip()) > QUOTED else 0
    return line[at:].strip()[:QUOTED]


def split_citation(group: str) -> Iterator[str]:
    """`[a.csv, b.html:12]` is two; `[x]`, `[1]` and link texts are none."""
    parts = [PLACE.sub("", part.strip().strip("`")) for part in re.split(r"[,;]", group)]
    return (part for part in parts if PATHLIKE.match(part))


def resolve(name: str, names: Sequence[str]) -> str:
    """The workspace path that a citation means; a bare file name is enough where it is unique."""
    name = name.removeprefix("./")
    if name in names:
        return name
    tails = [path for path in names if path.endswith("/" + name)]
    return tails[0] if len(tails) == 1 else ""


def written_here(path: str, state: State, hands: Hands) -> bool:
    """Not so a file that the goal wants: that one is looked at by itself."""
    return path.rpartition("/")[2] not in state.goal and made_here(path, state, hands)


def made_here(path: str, state: State, hands: Hands) -> bool:
    """Not so a file that the run only moved, or that a person has changed since."""
    made = state.ledger.artefacts.get(path)
    return bool(made) and made == hands.files.digest(path) and made not in state.found.values()


def cited_pages(line: str, hands: Hands) -> list[str]:
    """Addresses in brackets and targets of links, and others if they were read: a text may also
    name an address."""
    cited = [one or other for one, other in CITED.findall(line)]
    bare = [url.rstrip(".,;:!?'\"") for url in URL.findall(line)]
    return list(dict.fromkeys([*cited, *(url for url in bare if text_of(url, hands))]))


def text_of(url: str, hands: Hands) -> str | None:
    """Of a page, or of a passage from the person's own folders, if this run has read it."""
    return text_or_none(hands.captures.text, url) if hands.captures else None


def text_or_none(text: Callable[[str], str], name: str) -> str | None:
    try:
        return text(name)
    except ToolFailed:
        return None
