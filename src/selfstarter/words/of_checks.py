"""What a check is and what it has found, in the person's language.

Events have it in English, for models read it too. So it is recognised by the sentence that it was
made of; what a model wrote itself stays as it is.
"""

import re
from collections.abc import Sequence
from functools import cache

from selfstarter.words import N_, _

CRITERIA = (
    N_("{path} exists and is not empty"),
    N_("{path} exists and is valid {kind}"),
    N_("{path} exists"),
    N_("{path} holds a table"),
    N_("{path} is there"),
    N_("{path} is changed"),
    N_("{path} is still valid {kind}"),
    N_("{path} is otherwise as it was"),
    N_("{path} has at most {n} words"),
    N_("{path} names {texts}"),
    N_("{path} runs with what the goal gives it"),
    N_("each fact in {path} names its file, and the numbers are in that file"),
    N_("all that {path} asks for is done"),
    N_("the tests pass"),
    N_("the folder has changed"),
    N_("something in the folder is changed"),
    N_("files lie in other places, none is lost"),
    N_("the question is answered from what was observed"),
    N_("the question is answered from what was observed, with the {kind}"),
    N_("what was made is what the goal wants"),
    N_("a second, independent attempt gives the same {texts}"),
    N_("{path} is called"),
)
EVIDENCE = (
    N_("{path} has {n} bytes"),
    N_("{path} is as it was"),
    N_("{path} differs"),
    N_("{path} is empty"),
    N_("there is no file {path}"),
    N_("nothing has changed"),
    N_("changed: {texts}"),
    N_("every content is still there; {n} moved, {m} new"),
    N_("{path} has {n} words, at least {m} are wanted"),
    N_("{path} has {n} words, at most {m} are wanted"),
    N_("{path} does not mention {texts}"),
    N_("{path} is not valid {kind}: {texts}"),
    N_("{n} citations in {path}, all in existing files that hold the numbers"),
    N_("{n} citations in {path}, all in pages and files that hold the numbers"),
    N_("{n} of them in files that the run wrote"),
    N_("not looked at: {n} lines with figures and no citation"),
    N_("answered: {texts}"),
    N_("a call of it came back well"),
    N_("judge: {texts}"),
    N_("nobody could judge it: {texts}"),
    N_("nobody could judge all of it: {texts}"),
    N_("exit status {n}"),
    N_("exit status {n}: {texts}"),
    N_("it printed nothing"),
)
FOUND_IN = (
    N_("{n} words"),
    N_("{n} rows below the head"),
    N_("{n} columns"),
    N_("valid {kind}"),
    N_("contains {texts}"),
    N_("the columns {texts}"),
    N_("{n} records"),
    N_("at least {n} records"),
    N_("the values of {path}"),
    N_("at most {n} decimals"),
    N_("plain numbers in {texts}"),
    N_("no line twice"),
    N_("no head"),
    N_("at least {n} words"),
    N_("at most {n} words"),
    N_("all else as it was"),
)
"""What of a text was looked at: several stand behind its name."""
HOLES = {"path": r"\S+", "kind": r"[\w ]+", "n": r"[\d,]+", "m": r"[\d,]+", "texts": r".+"}


def retold(text: str) -> str:
    """Of a criterion, or as the evidence for it."""
    if known := made_of((*CRITERIA, *EVIDENCE), text):
        return known
    path, colon, found = text.partition(": ")
    first, *more = found.split(", ")
    if colon and (said := made_of(FOUND_IN, first)):
        return f"{path}: {', '.join([said, *(made_of(FOUND_IN, one) or one for one in more)])}"
    return "; ".join(made_of(EVIDENCE, part) or part for part in text.split("; "))


def made_of(sentences: Sequence[str], text: str) -> str:
    """The same in the person's language; empty: it was made of none of these."""
    for sentence in sentences:
        if found := form_of(sentence).fullmatch(text):
            return _(sentence, **found.groupdict())
    return ""


@cache
def form_of(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    said = (
        f"(?P<{part}>{HOLES[part]})" if n % 2 else re.escape(part) for n, part in enumerate(parts)
    )
    return re.compile("".join(said), re.DOTALL)
