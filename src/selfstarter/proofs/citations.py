"""Do a document's citations lead to something that was there, and does it hold the numbers?"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from posixpath import dirname, normpath
from urllib.parse import unquote

from selfstarter.core.contract import CitationsResolve, Seen
from selfstarter.core.errors import ToolFailed
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.proofs.account import of_the_run
from selfstarter.proofs.derived import results
from selfstarter.proofs.figures import faults, listed, strays, unmarked
from selfstarter.proofs.held import Held, held_in
from selfstarter.proofs.labels import ADDRESS, URL, without_labels

CITATION = re.compile(r"\[([^\[\]\n]{1,200})\](?!\()")
PATHLIKE = re.compile(r"^[\w./ -]+\.\w{1,5}$")
PLACE = re.compile(r"(?:#\S*|:\d+(?:[-–:]\d+)*)$")
"""Of a file: `app.py:42`, `notes.md#how`."""
CITED = re.compile(rf"\[[^\[\]\n]*\]\(<?({ADDRESS})>?[^)\n]*\)|\[<?({ADDRESS})>?\]")
"""An address in brackets, or the target of a link."""
LINK = re.compile(r"(?<!!)\[([^\[\]\n]*)\]\(<?([^()<>\n\"]{1,200}?)>?(?:\s+\"[^\"\n]*\")?\)")
HEADING = re.compile(r"\s*#+ ")
HOW = (
    "Write [path] or [address] in brackets on the line whose numbers it holds; what is worked out"
    " of them is written with how (25 × 7 = 175). A value that you propose stands on a line without"
    " a citation."
)
MOST_LINES = 8
QUOTED = 120
"""Characters of a line."""


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


@dataclass(frozen=True, slots=True)
class Looked:
    """At one line."""

    files: tuple[str, ...] = ()
    pages: int = 0
    wrong: tuple[str, ...] = ()
    number: str = ""
    """The first that is a stray."""
    bare: bool = False
    """Has it figures, and cites nothing that they could be in?"""


def citations_resolve(check: CitationsResolve, state: State, hands: Hands) -> Seen:
    """Each cited file exists and is no work of the run, each cited page was read, and the numbers
    of a citing line occur in what it cites or in the goal, or follow from those. Addresses count
    where the run has read pages at all. All lines that are wrong are named at once."""
    text = hands.files.read(check.path).decode("utf-8", "replace")
    names = [n for n in hands.files.names() if n != check.path]
    reads = bool(hands.captures and hands.captures.urls())
    sources = Sources(check.path, names, state, hands, of_the_run(state), reads)
    look_up = cache(partial(look, sources))
    cited = list(without_labels(unmarked(text), lambda name: bool(resolve(name, names))))
    run = worked_out([line for line, _ in cited], sources, look_up)
    sources = replace(sources, run=run)
    looked = [looked_at(line, sources, look_up) for line, _ in cited]
    told = [
        f"line {n}: {'; '.join(seen.wrong)} (line: {quoted(line, seen.number)!r})"
        for n, (line, seen) in enumerate(zip(text.splitlines(), looked, strict=True), 1)
        if seen.wrong
    ]
    if len(told) > MOST_LINES:
        told[MOST_LINES:] = [f"and {len(told) - MOST_LINES} more lines"]
    citing = [seen for seen, (_, defines) in zip(looked, cited, strict=True) if not defines]
    count = sum(len(seen.files) + seen.pages for seen in citing)
    wanted = max(1, check.at_least)  # a model may ask for none
    if count < wanted:
        told.append(f"{check.path} has {count} citations, at least {wanted} are wanted")
    if told:
        return False, "\n".join([*told, HOW])
    return True, f"{count} citations in {check.path}, {'; '.join(found_of(citing, sources))}"


def found_of(citing: Sequence[Looked], sources: Sources) -> Iterator[str]:
    """What all the citations that hold come to, and what was not looked at."""
    where = "pages and files" if any(seen.pages for seen in citing) else "existing files"
    yield f"all in {where} that hold the numbers"
    files = Counter(resolve(name, sources.names) for seen in citing for name in seen.files)
    own = [n for path, n in files.items() if made_here(path, sources.state, sources.hands)]
    if own:
        yield f"{sum(own)} of them in files that the run wrote"
    if bare := sum(seen.bare for seen in citing):
        yield f"not looked at: {bare} lines with figures and no citation"


def worked_out(
    lines: Sequence[str], sources: Sources, look_up: Callable[[str, bool], Held | str]
) -> Held:
    """What needs no source, and what a citing line shows to follow from what it cites."""
    held = sources.run
    for line in lines:
        there = held
        links = linked(line, sources)
        pages = cited_pages(line, sources.hands) if sources.reads else []
        files = [one for group in CITATION.findall(line) for one in split_citation(group)]
        for name in [*files, *links.values(), *pages]:
            found = look_up(name, name in pages)
            there = there | found if isinstance(found, Held) else there
        held = held | results(beside(line, links), there)
    return held


def looked_at(line: str, sources: Sources, look_up: Callable[[str, bool], Held | str]) -> Looked:
    links = linked(line, sources)
    files = [one for group in CITATION.findall(line) for one in split_citation(group)]
    pages = cited_pages(line, sources.hands) if sources.reads else []
    cited = list(dict.fromkeys([*files, *links.values(), *pages]))
    found = [look_up(name, name in pages) for name in cited]
    wrong = [why for why in found if isinstance(why, str)]
    seen = Looked((*files, *links.values()), len(pages), tuple(dict.fromkeys(wrong)))
    if wrong:
        return seen
    held = sources.run
    for one in found:
        held = held | one if isinstance(one, Held) else held
    said = beside(line, links)
    stray = strays(said, held)
    if not stray or not cited:
        return replace(seen, bare=bool(stray) and not HEADING.match(line))
    why = f"{listed(stray, 'is', 'are')} in none of {', '.join(cited)[:300]}"
    return replace(seen, wrong=("; ".join((why, *faults(stray, said, held))),), number=stray[0])


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


def beside(line: str, links: dict[str, str]) -> str:
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
