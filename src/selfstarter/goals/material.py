"""Texts that a goal draws on and that are nobody's to change: where a new document is to be written
out of them, and no word of the goal could mean a change of what is there. In doubt they are free.
Pure."""

import re
from collections.abc import Iterable, Sequence

from selfstarter.core.contract import Sketch
from selfstarter.goals.files import (
    BEGINS_ORDER,
    DATA,
    NAMES_A_THING,
    PUTS,
    is_spoken_of,
    new_globs,
    new_names,
    outputs,
    to_be_left,
)
from selfstarter.goals.names import is_called
from selfstarter.goals.orders import DOCUMENT, WHOLE_FILES
from selfstarter.texts.words import ending

DOCUMENTS = ("md", "txt", "rst", "docx", "pptx", "json")
TEXTS = (*DOCUMENTS, "html", "htm", "odt", "rtf", "eml", "gz", "db", "sqlite", "sqlite3")
OF_A_PROJECT = frozenset(
    "py pyi ipynb js mjs cjs jsx ts tsx vue css scss less sh bash bat ps1 rb go rs java kt c h cc"  # noqa: SIM905
    " cpp hpp cs php swift scala lua pl r jl ex hs sql tf yml yaml toml".split()
)
"""Endings of files beside which a text may be a part of the work: of a program, of a site."""
FREE = re.compile(r"(?:^|/)(?:\.[^/]*|(?:readme|changelog|todo|index|contents)\b[^/]*)$", re.I)
"""What is kept up beside any work."""
MENDS = re.compile(
    r"\b(?:edit|change|changing|bump|fix|repair|correct|update|modify|append|extend|refactor"
    r"|improve|rename|move|delete|remove|replace|insert|add|sort|tidy|organi[sz]e|clean|split"
    r"|merge|normali[sz]e|(?:re)?format|re-?write|re-?work|re-?do|re-?structure|re-?phrase|revise"
    r"|mend|proofread|polish|shorten|simplify|migrate|adapt|adjust|mark|tag|annotate|fill"
    r"|complete|link|clarify|archive|tick|check off|cross off|strike|sync\w*|translate"
    r"|anonymi[sz]e|redact|de-?duplicate|number)\b",
    re.IGNORECASE,
)
KEPT_UP = re.compile(
    r"\bup to date\b|\bin place\b|\bconsistent\b|\bin (?:order|sync|line)\b"
    r"|\bmake\s+(?:the|my|our|these|those|them|it|all|every|each)\b",
    re.IGNORECASE,
)


def material(goal: str, sketch: Sketch, existing: Iterable[str]) -> Sequence[str]:
    """Paths of those texts: none where programs lie beside them, or are to be made."""
    known = dict.fromkeys(existing, "")
    made = (*outputs(goal, sketch, known), *new_globs(goal, known))
    of_documents = all(ending(path) in (*DATA, *DOCUMENTS) for path in made)
    told = bool(new_names(goal, sketch, known) or new_globs(goal, known) or DOCUMENT.search(goal))
    if not (made and told and of_documents and PUTS.search(goal)) or orders_a_change(goal):
        return ()
    if any(ending(path) in OF_A_PROJECT for path in known):
        return ()
    return [
        path
        for path in known
        if ending(path) in TEXTS and not FREE.search(path) and f"{path}-wal" not in known
    ]


def orders_a_change(said: str) -> bool:
    """Could a word of it mean that something which is there is to be another? `our move` is none of
    those."""
    words = list(MENDS.finditer(said))
    ordered = any(not is_a_thing(said[: word.start()]) for word in words)
    return ordered or bool(KEPT_UP.search(said) or WHOLE_FILES.search(said))


def is_a_thing(before: str) -> bool:
    """Does what stands before a word make a noun of it?"""
    return bool(NAMES_A_THING.search(before)) and not BEGINS_ORDER.search(before)


def set_free(path: str, said: str) -> bool:
    """Does a person who speaks while the work goes on want this file of theirs changed?"""
    spoken = is_called(path, said) or is_spoken_of(path, (), said)
    ours = ending(path) in (*DATA, *TEXTS) and path not in to_be_left(said, [path])
    return ours and spoken and orders_a_change(said)
