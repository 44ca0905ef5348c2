"""A text with a passage for each file of a folder, or that sums up a text or a page: the model
fills in one passage for each, and the harness puts them under their names.

Left to write a program for it, a small model copies the files; left to write it all at once, it
leaves some out. Here no file can be left out, and a number that the file does not have is not
written.
"""

import json
import re
from collections.abc import Mapping

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.pages_read import pages_read
from selfstarter.asking.view import examples
from selfstarter.core.cleaning import storable
from selfstarter.core.contract import AnswerGiven, CitationsResolve, FileChanged
from selfstarter.core.events import CallChosen, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import json_in
from selfstarter.core.orders import order_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.goals.names import files_meant
from selfstarter.goals.orders import asked_for
from selfstarter.goals.prose import most_words
from selfstarter.goals.wanted_tables import TABLE
from selfstarter.prompts import prompt
from selfstarter.scaffold.forms import all_of, writing
from selfstarter.scaffold.gathered import folder_named, is_about_files, of_one_kind
from selfstarter.scaffold.takings import wants
from selfstarter.texts.reading import PROSE, is_prose, whole_text
from selfstarter.texts.words import ending, stray_number, telling

EACH = re.compile(r"\b(?:each|every|per|all|which of (?:them|these|those|the))\b", re.IGNORECASE)
SUMS_UP = re.compile(
    r"\b(?:summar\w+|overview|digest|gist|(?:main|key) points|abstract|recap)\b", re.IGNORECASE
)
HERE = re.compile(r"\b(?:this|the) folder\b|\b(?:notes|files|texts|documents)\b", re.IGNORECASE)
MOST_FILES = 20
SHARE = 0.55
"""Of the window, for the texts; the rest is for the task and the passages."""
WORDS, ALONE_WORDS, FEWEST_WORDS = 60, 120, 12
"""Of a passage, where the goal sets no limit; of the only one; and at least."""
LONGEST_WORD = 8
"""Characters that a word takes on average, at most."""
SENTENCE = re.compile(r"(?<=[.!?])\s+")


def by_files(state: State, hands: Hands) -> Form | None:
    """None: it is no such work, or has not come off."""
    if state.misses or state.starts_over:
        return None
    path, texts = passages_wanted(state, hands)
    if not path:
        return None
    limit = most_words(state.goal)
    usual = WORDS if len(texts) > 1 else ALONE_WORDS
    words = max(FEWEST_WORDS, limit // len(texts) - 3 if limit else usual)
    text = shown(texts, hands)
    if not text:
        return None
    message = prompt(
        "passages",
        goal=state.wanted,
        texts=text,
        length=f"in at most {words} words",
        again=turned_back(state),
    )
    passage = {"type": "string", "minLength": 8, "maxLength": words * LONGEST_WORD}
    return Form(
        (*examples("passages_example"), Message("user", message)),
        all_of(dict.fromkeys(texts, passage)),
        lambda reply: filled_in(reply, path, texts, state),
    )


def passages_wanted(state: State, hands: Hands) -> tuple[str, dict[str, str]]:
    """(the text to be made, each file that it is about and what stands in it); ("", {}): the goal
    wants no such text."""
    checks = [criterion.check for criterion in state.criteria]
    path = state.file_to_make
    other = any(isinstance(check, (AnswerGiven, FileChanged, CitationsResolve)) for check in checks)
    goal = state.goal
    other_kind = (
        TABLE.search(goal) or wants(goal) or "number" in asked_for(goal) or is_about_files(goal)
    )
    if other or other_kind or ending(path) not in ("md", "txt"):
        return "", {}
    texts = texts_of_folder(state, hands) if EACH.search(goal) else {}
    if not texts and SUMS_UP.search(goal):
        texts = texts_named(path, state, hands)
    return (path, texts) if texts else ("", {})


def texts_named(made: str, state: State, hands: Hands) -> dict[str, str]:
    """The texts that the goal names, else the pages that were read for it, else all of the folder
    that it speaks of."""
    there = list(state.found)
    paths = [path for path in files_meant(state.goal, there) if path != made]
    if not paths and (pages := pages_read(state, hands)):
        return dict(pages)
    if not paths and HERE.search(state.goal) and len(there) <= MOST_FILES:
        paths = there
    prose = all(is_prose(path, hands) for path in paths)
    return {path: whole_text(path, hands) for path in paths} if prose else {}


def texts_of_folder(state: State, hands: Hands) -> dict[str, str]:
    """Each text of the one folder that the goal names, by its name; empty: it names none, or the
    folder holds other files, or too many."""
    folder, inside = folder_named(state)
    _, same = of_one_kind(inside, state.goal) if folder else ("", [])
    if not 1 < len(same) <= MOST_FILES or ending(same[0]) not in PROSE:
        return {}
    return {one.rpartition("/")[2]: whole_text(one, hands) for one in same}


def shown(texts: Mapping[str, str], hands: Hands) -> str:
    """All of them, each under its name; empty: they do not fit."""
    text = "\n\n".join(f"== {name}\n{text.strip()}" for name, text in texts.items())
    return text if hands.model.count(text) <= hands.model.facts.window * SHARE else ""


def filled_in(
    reply: str, path: str, texts: Mapping[str, str], state: State
) -> CallChosen | ReplyRejected:
    """The text, each passage under the name of its file; turned back where one says nothing that is
    in its file."""
    try:
        passages = storable(json.loads(json_in(reply)))
    except (ValueError, RecursionError):
        passages = None
    if not isinstance(passages, dict):
        return ReplyRejected(purpose="choose", reason="the reply is not the JSON asked for")
    title = path.rpartition("/")[2].rpartition(".")[0].replace("_", " ").replace("-", " ")
    mark = "#" if ending(path) == "md" else ""
    parts = [f"{mark} {title.capitalize()}".strip()]
    for name, text in texts.items():
        said = SENTENCE.split(str(passages.get(name, "")).strip())  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        kept = " ".join(
            one for one in said if one and not stray_number(one, text, name) and not order_in(one)
        )
        if not telling(kept) & telling(text) - telling(state.goal):
            reason = f"the passage of {name} says nothing that is in {name}"
            return ReplyRejected(purpose="choose", reason=reason)
        parts.append(f"{mark * 2} {name}\n\n{kept}".strip() if len(texts) > 1 else kept)
    return writing(path, "\n\n".join(parts) + "\n", state)
