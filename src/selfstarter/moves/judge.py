"""A judge, where nothing else can look: a model call that sees the work and must quote it.

Who made the work cannot mend a verdict that nobody can read. So the judge is asked again, and where
none of its replies can be used, the criterion is undecided: neither passed nor the maker's fault.
So it is where a judge says of a part that nothing it is shown can decide it: where all else passes,
its maker is told once what the judge would have to see; then the run ends as partly, and the person
reads what is left to look at. None is asked again what one was asked already.
"""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.core.cleaning import in_a_line
from selfstarter.core.contract import REASON, Criterion, Judge
from selfstarter.core.events import BudgetReached, CriterionChecked, ModelCalled, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import json_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.exhibits import as_text, shown_to_judge, work_of
from selfstarter.texts.words import count_words

TRIES = 3
"""Replies of a judge to one question, before it is left undecided."""
SHORT = 400
"""Tokens for the verdict of a small model, which does not think before it writes."""
UNREADABLE = "the judge gave no readable verdict"
UNQUOTED = "it passes without evidence: `evidence` must hold words copied from the work"
UNNAMED = "what cannot be decided must be named: `why` must say what you would have to see"
NOTHING = "there is nothing to read in {path}: it is not there, or it is empty"
UNSAID = "nothing can be quoted where something is absent, so `why` must say what you looked for"
FEWEST_WORDS = 3
"""Of a part of a quote that says anything by being there, and of a reason."""
ABSENCE = re.compile(
    r"(?:(?!(?:and|but|or|an?|some|what|which|where|whether)\b)[^\s,;:]+\s+){0,6}?"
    r"(?:free (?:of|from)|without|no|not|never|none|nothing|nobody|nowhere|avoids?|lacks?|omits?"
    r"|un(?:changed|touched|modified|edited))\b"
    r"(?! (?:more|less|fewer|longer|later|earlier|only|just|doubt))"
    r"(?![^.?!;]*\b(?:missing|missed|left out|omitted|forgotten)\b)",
    re.IGNORECASE,
)
"""The question is whether something is not there, or has not become other: `Is it free of names?`,
`a.md is unchanged`; not so `Is it kind and not too long?`, nor `Is no part missing?`."""
MARK = r"[\"'*_`\s]*"
SAID = re.compile(
    rf"\b(?:passes|verdict)\b{MARK}[:=]{MARK}(true|yes|pass(?:es|ed)?|false|no|fail(?:s|ed)?)\b"
    rf"(?=[\"'*_`}}\t ]*(?:[.;]|,\s*[\"'*_`]*\w+{MARK}:|$))",
    re.IGNORECASE | re.MULTILINE,
)
EVIDENCE = re.compile(
    rf"\bevidence\b{MARK}[:=]\s*(.+?)(?=[\"'*_`,\s]*\b(?:passes|verdict|why)\b|\Z)",
    re.IGNORECASE | re.DOTALL,
)
PASSAGE = re.compile(r"[“„«\"]([^“”„«»\"]{12,})[”»\"]")
APART = re.compile(r"…|\.{3}|[\"“”„«»]|(?:^|\n)\s*\d{1,3}[.)]\s|\n")
"""Where a judge puts passages together that do not stand together."""
ALIKE = str.maketrans("’‘–—|#>", "''--   ", "*_`~")
LIST_MARKS = frozenset("-+•")
QUOTED = 100
"""Characters that are kept of all passages, where it does not pass: its maker has them."""
LINE, SHORT_WHY = 230, 120
"""Of one that passes: passages and reason together, as much as the report shows of it; and of the
reason."""
SHORTEST = 40
"""Of one of several passages."""
BETWEEN = " … "


def as_passages(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Verdict(BaseModel):
    evidence: Annotated[tuple[str, ...], BeforeValidator(as_passages)]
    passes: bool | Literal["unseen"]
    """Unseen: nothing is wrong, but what is shown cannot decide all of it."""
    why: str = ""

    @property
    def passages(self) -> tuple[str, ...]:
        return tuple(passage for passage in map(str.strip, self.evidence) if passage)


class ShortVerdict(BaseModel):  # no docstring: it would be a part of the schema
    model_config = ConfigDict(title="Verdict")
    evidence: str
    passes: bool
    why: str = ""


VERDICT_SCHEMA: dict[str, Any] = Verdict.model_json_schema()
SHORT_SCHEMA: dict[str, Any] = ShortVerdict.model_json_schema()
"""For a small model."""


async def judged(
    criterion: Criterion, check: Judge, state: State, hands: Hands
) -> AsyncIterator[ModelCalled | BudgetReached | ReplyRejected | CriterionChecked]:
    """The verdict; the same again, where one was shown the same."""
    work = await to_thread(work_of, criterion, check, state, hands)  # it may read PDFs
    seen = CriterionChecked(criterion=criterion.id, passed=False, evidence="", round=state.round)
    if check.path and not work:
        yield seen.model_copy(update={"evidence": NOTHING.format(path=check.path)})
        return
    shown = await to_thread(shown_to_judge, criterion, check, work, state, hands)
    about = print_of(shown)
    called = state.reply_to("judge")
    known = state.verdicts.get(about)
    if called is None and known:
        yield known.model_copy(update={"criterion": criterion.id, "round": state.round})
        return
    if called is None:
        called = await ask_judge(shown, state, hands)
        yield called
    if isinstance(called, BudgetReached):
        return
    verdict = read_verdict(called.text, as_text(work, check), check.question)
    if isinstance(verdict, Verdict):
        told = {"passed": verdict.passes is True, "undecided": verdict.passes == "unseen"}
        yield seen.model_copy(update={**told, "evidence": in_words(verdict), "about": about})
    elif state.rejected + 1 < TRIES:
        yield ReplyRejected(purpose="judge", reason=verdict)
    else:
        told = {"undecided": True, "evidence": f"nobody could judge it: {verdict}"}
        yield seen.model_copy(update=told)


def still_holds(criterion: Criterion, check: Judge, state: State, hands: Hands) -> bool:
    """Did a judge let it pass, and is all that it was shown as it was then?"""
    work = work_of(criterion, check, state, hands)
    seen = state.verdicts.get(print_of(shown_to_judge(criterion, check, work, state, hands)))
    return seen is not None and seen.passed


def print_of(shown: str) -> str:
    return sha256(shown.encode("utf-8", "replace")).hexdigest()


async def ask_judge(shown: str, state: State, hands: Hands) -> ModelCalled | BudgetReached:
    again = f"Your last reply could not be used: {state.reason}." if state.rejected else ""
    message = Message("user", f"{shown}\n{again}")
    if hands.profile.drafts_criteria:  # it thinks before it writes
        return await ask(state, hands, "judge", [message], schema=VERDICT_SCHEMA)
    return await ask(state, hands, "judge", [message], schema=SHORT_SCHEMA, max_tokens=SHORT)


def read_verdict(text: str, work: str, question: str) -> Verdict | str:
    """A verdict counts only with a quote that is really in the work, or with none where it does not
    pass, or where something is not to be there and it says why that is so. Else why it cannot be
    used, a clause."""
    verdict = verdict_in(text)
    if verdict is None:
        return UNREADABLE
    if verdict.passes == "unseen" and not verdict.why.strip():
        return UNNAMED
    if verdict.passes is True and not verdict.passages:
        if not ABSENCE.match(question):
            return UNQUOTED
        return verdict if count_words(verdict.why) >= FEWEST_WORDS else UNSAID
    if other := next((one for one in verdict.passages if not is_quoted(one, work)), ""):
        return f"the judge's evidence is not in the work: {' '.join(other.split())[:120]!r}"
    return verdict


def verdict_in(text: str) -> Verdict | None:
    """As JSON, or said in words; None where it is not clear."""
    try:
        return Verdict.model_validate_json(json_in(text))
    except ValidationError:
        said = {found[1][0].lower() in "typ" for found in SAID.finditer(text)}
    if len(said) != 1:
        return None
    labelled = EVIDENCE.search(text)
    quotes = labelled[1] if labelled else " … ".join(PASSAGE.findall(text))
    return Verdict(evidence=(quotes,), passes=said.pop())


def is_quoted(quote: str, work: str) -> bool:
    """Is each passage of it in the work? Layout and Markdown do not matter."""
    parts = [part for found in APART.split(quote) if (part := bare(found).strip(" .,;:!?()[]'-"))]
    telling = [part for part in parts if count_words(part) >= FEWEST_WORDS] or parts
    there = bare(work)
    return bool(telling) and all(part in there for part in telling)


def bare(text: str) -> str:
    words = text.translate(ALIKE).casefold().split()
    return " ".join(word for word in words if word not in LIST_MARKS)


def in_words(verdict: Verdict) -> str:
    """Of one that does not pass the reason comes first and whole: by it the work is mended."""
    if verdict.passes == "unseen":
        return f"nobody could judge all of it: {in_a_line(verdict.why, REASON)}"
    why = in_a_line(verdict.why, SHORT_WHY if verdict.passes else REASON)
    quotes = side_by_side(verdict.passages, LINE - len(why) if verdict.passes else QUOTED)
    first, beside = (quotes, why) if verdict.passes else (why, quotes)
    return f"judge: {first} ({beside})" if first and beside else f"judge: {first or beside}"


def side_by_side(passages: Sequence[str], most: int) -> str:
    """Each cut to an equal share; of many, as many as can be told apart."""
    some = passages[: max(1, most // SHORTEST)]
    each = (most + len(BETWEEN)) // max(1, len(some)) - len(BETWEEN)
    return BETWEEN.join(in_a_line(one, each) for one in some)
