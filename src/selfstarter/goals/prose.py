"""What a goal says of a text: how long it may be, which sources it must name, what a change leaves
alone. Pure, and no model needed."""

import re
from collections.abc import Iterable, Iterator

from selfstarter.core.contract import FileMatches
from selfstarter.texts.words import telling

MOST_WORDS = (
    r"\b(?:at most|under|below|(?:less|fewer|no more|not more) than|up to|maximum(?: of)?|max\.?)"
    r" (\d[\d,]*) words\b|\b(\d[\d,]*) words (?:at most|or (?:less|fewer)|max)"
)
MOST_SOURCES = 20
NAMES_FILE = (
    r"\b(?:each|every)\b.*\b(?:names? of the (?:\w+ )?file|file(?:'s)? ?name)"
    r"|\b(?:names? of the (?:\w+ )?file|file(?:'s)? ?name)s?\b.*\b(?:each|every)\b"
)
FIGURE = r"(?:figures?|numbers?|claims?|amounts?|prices?|statistics?)"
SOURCE = r"(?:sources?|citations?|references?)"
EVERY = rf"(?<!not )\b(?:every|each)(?: single)?(?: of the)?(?: \w+)? {FIGURE}\b"
EVERY_FIGURE = re.compile(
    rf"{EVERY}[^.;:\n]{{0,30}}"
    r"\b(?:with (?:its|a|their)|has|have|needs?|gets?|carr(?:y|ies)|names?|cites?)"
    rf"\b[^.;:\n]{{0,20}}\b{SOURCE}\b"
    rf"|{EVERY}[^.;:\n]{{0,20}}\b(?:cited|sourced|referenced)\b"
    rf"|\b(?:cit(?:e|es|ing)|{SOURCE} (?:for|of|behind|beside))\b(?: \w+){{0,4}}? {EVERY}"
    rf"|\bno {FIGURE} (?:without|lacking) (?:\w+ )?{SOURCE}\b",
    re.IGNORECASE,
)
SIFTS = (
    r"\b(?:only|without|except|exclud\w+|skip\w*|ignor\w+|leave out|match\w*"
    r"|(?:that|which|who) (?:mention|contain|have|has|are|is|do|does|need)\w*)\b"
)
LONGEST = 64 << 10
"""Bytes of a file whose lines are counted on."""
LEAVES_REST = (
    r"\b(?:everything else|nothing else|(?:the|all) (?:rest|others?)|all other"
    r"|other (?:lines|keys|settings|entries|values|sections|parts)|rest of (?:the|it))\b"
)
UNCOMMENTS = r"\b(?:remove|delete|strip|drop|rewrite|translate|change)\b[^.;,]*\bcomments?\b"
SECTION = re.compile(r"\[+[^\[\]]+\]+\s*(?:[#;].*)?|[A-Za-z_][\w. -]*:\s*(?:#.*)?")
"""`[server]`, or `server:` at the left margin."""
COMMENT = re.compile(r"(?:^\s*|\s)(?:#|;|//|--|<!--).*")


def of_text(goal: str, path: str, existing: Iterable[str]) -> Iterator[tuple[str, FileMatches]]:
    """(criterion, check) of the one text that the goal wants."""
    if most := most_words(goal):
        yield f"{path} has at most {most} words", FileMatches(path=path, max_words=most)
    sources = [name for name in existing if name.partition("/")[0] in folders_named(goal)]
    if 1 < len(sources) <= MOST_SOURCES and names_each_source(goal):
        names = tuple(name.rpartition("/")[2] for name in sources)
        yield f"{path} names {', '.join(names)}", FileMatches(path=path, contains=names)


def most_words(goal: str) -> int:
    """How long a text may be; 0: the goal does not say."""
    limit = re.search(MOST_WORDS, goal, re.IGNORECASE)
    return int((limit[1] or limit[2]).replace(",", "")) if limit else 0


def names_each_source(goal: str) -> bool:
    """`for each meeting, with the name of the file`: so none of them may be missing."""
    wanted = re.search(NAMES_FILE, goal, re.IGNORECASE | re.DOTALL)
    return bool(wanted) and not re.search(SIFTS, goal, re.IGNORECASE)


def sources_every_figure(goal: str) -> bool:
    """`every figure with its source`, `cite each number`."""
    return bool(EVERY_FIGURE.search(goal))


def folders_named(goal: str) -> set[str]:
    """`the notes folder`, `the folder notes`."""
    before = re.findall(r"\b([\w-]+) folder\b", goal, re.IGNORECASE)
    return {*before, *re.findall(r"\bfolder ([\w-]+)", goal, re.IGNORECASE)}


def left_alone(goal: str, text: str) -> tuple[str, ...]:
    """Of a file in which the goal changes something and leaves the rest alone: each comment, and
    where it names a section, the lines of all others, but for a key that it names and no section
    that it names holds."""
    if not re.search(LEAVES_REST, goal, re.IGNORECASE) or len(text) > LONGEST:
        return ()
    said, kept = telling(goal), list[str]()
    lines = list(by_section(text))
    named = {head for head, _ in lines if telling(head) & said}
    meant = {word for head, line in lines if head in named for word in telling(key_of(line))}
    for head, line in lines:
        comment = COMMENT.search(line)
        # What stands above the first section may be meant too.
        elsewhere = named and head and head not in named and line.strip()
        if elsewhere and not (telling(key_of(line)) & said) - meant:
            kept.append(line.rstrip())
        elif comment and not re.search(UNCOMMENTS, goal, re.IGNORECASE):
            kept.append(comment[0].strip())
    return tuple(kept)


def by_section(text: str) -> Iterator[tuple[str, str]]:
    """(heading of its section, line) of each line; above the first section there is no heading."""
    head = ""
    for line in text.splitlines():
        head = line if SECTION.fullmatch(line) else head
        yield head, line


def key_of(line: str) -> str:
    return re.split(r"[=:]", line, maxsplit=1)[0]
