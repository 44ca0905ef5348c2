"""What a goal asks of a text, of which one, and where the answer goes."""

import re
from collections.abc import Iterator, Mapping

from selfstarter.asking.pages_read import pages_read
from selfstarter.asking.view import Count
from selfstarter.core.contract import FileExists, FileMatches, Reproduced, ToolCalled
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.files import is_spoken_of
from selfstarter.goals.names import CODE, files_meant, files_named
from selfstarter.goals.pages import ADDRESS, SEARCHES
from selfstarter.goals.wanted_tables import TABLE
from selfstarter.scaffold.gathered import folder_named
from selfstarter.scaffold.looked_up import without
from selfstarter.texts.reading import is_prose, whole_text
from selfstarter.texts.words import ending, telling

ABOUT_CODE = re.compile(
    r"^(?!.*\b(?:print|output|return|run|count)\w*\b)"
    r".*\b(?:what|why|when|how(?! (?:many|much|long|often)))\b[^.?!]*"
    r"\b(?:does|do|works?|happens?|means?|is meant)\b",
    re.IGNORECASE | re.DOTALL,
)
"""Of a program it is asked what it says, and not what it comes to."""
NOTES = ("txt", "md")
"""Kinds of files that an answer goes into as it is."""
COUNTED = re.compile(
    r"\b(?:how many|number of|count\w*|most (?:common|frequent)|longest|shortest|frequen\w+)\b"
    r"[^.?!]{0,40}\b(?:words?|lines?|characters?|letters?|vowels?|sentences?|paragraphs?)\b",
    re.IGNORECASE,
)
"""Of these a program is right; whoever reads a text does not count its words."""
ASKS_FOR_ONE = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|whether|how)\b"
    r"|\b(?:find|look up|get|extract|determine|work out|note|write|save|put|store) (?:down |out )?"
    r"the\b",
    re.IGNORECASE,
)
MORE_THAN_ONE = re.compile(
    r"\b(?:each|every|all|both|lists?|names of|steps|sort\w*|translat\w+|rewrit\w+|rephras\w+"
    r"|replac\w+|revers\w+|convert\w*|cop(?:y|ied)|renam\w+|summar\w+|poem|story|letters?|essay"
    r"|articles?|reports?|speech|recipes?|posts?|blog|paragraphs?|sentences?|explain|describ\w+"
    r"|outlines?|code|scripts?|programs?|lines|(?:upper|lower) ?case|merge|combin\w+|split"
    r"|markdown|json|csv|addresses|links|urls|numbers|codes|ids|keys|references|tickets)\b"
    r"|\bwhat (?:it|they|the \w+) (?:says?|contains?|holds?|is about)\b",
    re.IGNORECASE,
)
READ_FIRST = re.compile(
    r"^(?:please )?(?:read|open|visit|go to|look (?:at|into)|load|see)(?: the (?:file|page|text))?"
    r" \S+?,? (?:and|then|,)+ (?:then )?",
    re.IGNORECASE,
)
ONE, SHARE = 0.25, 0.5
"""Of the window: most that one text may take, and all of them."""
SAFE = 0.9
"""Of the characters that so many tokens have on average."""
PARTS = re.compile(r"\n[ \t]*\n|\n(?=#)")


def goes_to(state: State) -> str | None:
    """The text that one answer is to be written into; empty: the person is told; None: something
    else is wanted than what a reader answers."""
    goal, checks = state.goal, [c.check for c in state.criteria]
    if COUNTED.search(goal):
        return None
    if state.is_question:
        return ""
    path = state.file_to_make
    plain = all(
        isinstance(check, (FileExists, FileMatches, Reproduced, ToolCalled)) for check in checks
    )
    document = state.sketch is not None and state.sketch.document
    one = ASKS_FOR_ONE.search(goal) and not (MORE_THAN_ONE.search(goal) or TABLE.search(goal))
    fits = plain and one and not document and ending(path) in NOTES
    return path if fits else None


def texts_asked(state: State, hands: Hands) -> Mapping[str, str]:
    """The texts that the goal asks about, by their names: those that it names, the one that it
    speaks of, or the only file; else the pages that were read for it. Of long ones what is to the
    point. Empty: it asks about something else."""
    made = goes_to(state)
    if made is None:
        return {}
    texts = {path: whole_text(path, hands) for path in files_asked(state, made, hands)}
    texts = texts or pages_read(state, hands)
    most = int(hands.model.facts.window * min(ONE, SHARE / max(1, len(texts))))
    count = hands.model.count
    return {name: to_the_point(text, state.goal, most, count) for name, text in texts.items()}


def question(state: State, made: str) -> str:
    """The goal without the errand: where to look is done, and where the answer goes is not for the
    reader, who would write it into the answer."""
    goal = READ_FIRST.sub("", state.wanted) or state.wanted
    if made:
        goal = without(made, goal) or goal
    return goal[:1].upper() + goal[1:]


def files_asked(state: State, made: str, hands: Hands) -> list[str]:
    there = list(state.found)
    paths = [path for path in files_meant(state.goal, there) if path != made]
    named = [name for name in files_named(state.goal) if name != made]
    web = ADDRESS.search(state.goal) or SEARCHES.search(state.goal)
    elsewhere = named or folder_named(state)[0] or web
    if not paths and not elsewhere:
        spoken = [path for path in there if is_spoken_of(path, (), state.goal)]
        paths = spoken if len(spoken) == 1 else there if len(there) == 1 else []
    code = CODE if ABOUT_CODE.search(state.goal) else ()
    return paths if all(is_prose(one, hands) or ending(one) in code for one in paths) else []


def to_the_point(text: str, goal: str, most: int, count: Count) -> str:
    """`text`, or of one with more than `most` tokens the parts that share most of the goal's words,
    in their order."""
    tokens = count(text)
    if tokens <= most:
        return text.strip()
    parts = [part.strip() for part in PARTS.split(text) if part.strip()]
    room, kept = int(len(text) * most / tokens * SAFE), set[int]()
    for n in by_words_shared(parts, goal):
        if len(parts[n]) <= room:
            kept.add(n)
            room -= len(parts[n]) + 2
    return "\n\n".join(parts[n] for n in sorted(kept))


def by_words_shared(parts: list[str], goal: str) -> Iterator[int]:
    """A word that few parts have says more."""
    stems, wanted = [telling(part) for part in parts], telling(goal)
    held = {word: sum(word in one for one in stems) for word in wanted}
    score = [sum(1 / held[word] for word in one & wanted) for one in stems]
    yield from sorted((n for n in range(len(parts)) if score[n]), key=lambda n: -score[n])
