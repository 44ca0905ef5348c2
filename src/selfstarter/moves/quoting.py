"""A question about a text: the text is read first, and the question asked in three ways, so that
agreement of the attempts means something.

The run itself is shown the text and then the question, quotes what bears on it, says what follows,
and answers; its first independent attempt answers outright; the second is shown the question first.
What a small model gets wrong in one way, it tends to get wrong again when asked in the same way.
Tried once with the default model on questions of our own about rules with exceptions: asked for the
answer alone it had 8 of 16 right; on 8 of the harder ones the two other ways had 5 right each, and
agreed on one wrong answer.
"""

from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.core.contract import AnswerGiven
from selfstarter.core.events import CallChosen, FinishAsked, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.answers import as_wanted
from selfstarter.moves.ask import Form, turned_back
from selfstarter.moves.changing import was_read
from selfstarter.moves.gathered import folder_named
from selfstarter.moves.plan import brief, json_in
from selfstarter.moves.reading import is_prose, whole_text
from selfstarter.moves.requirements import files_meant, files_named, is_spoken_of
from selfstarter.moves.view import RESULT, examples
from selfstarter.moves.words import numbers_in
from selfstarter.prompts import prompt

MOST_REJECTED = 2
OUTRIGHT, TEXT_LAST = 1, 2
"""Numbers of the attempts that are asked so."""


class Drawn(BaseModel):
    """In this order: a model that answers first argues for its answer."""

    quotes: list[str] = Field(min_length=1, max_length=3)
    so: str = Field(min_length=1, max_length=300)
    answer: str = Field(min_length=1, max_length=300)


def texts_asked(state: State, hands: Hands) -> list[str]:
    """The texts that the goal asks about: those it names, the one it speaks of, or the only file;
    none: it asks about something else, or they cannot be shown whole."""
    checks = [c.check for c in state.contract.criteria] if state.contract else []
    if not any(isinstance(check, AnswerGiven) for check in checks):
        return []
    there = [path for path, _ in state.scouted.digests] if state.scouted else []
    paths = files_meant(state.goal, there)
    if not paths and not files_named(state.goal) and not folder_named(state)[0]:
        spoken = [path for path in there if is_spoken_of(path, (), state.goal)]
        paths = spoken if len(spoken) == 1 else there if len(there) == 1 else []
    most = int(hands.model.facts.window * RESULT)
    if not all(is_prose(path, hands) for path in paths):
        return []
    return paths if all(hands.model.count(whole_text(p, hands)) <= most for p in paths) else []


def reading_first(state: State, hands: Hands) -> CallChosen | None:
    """The text is read before the model is asked anything; None: there is none, or it was read."""
    fenced = hands.profile.protocol == "fenced" and "read_file" in hands.tools
    paths = texts_asked(state, hands) if fenced else []
    unread = [path for path in paths if not was_read(path, state)]
    if not unread:
        return None
    return CallChosen(
        call_id=f"{state.spent.steps + 1}",
        tool="read_file",
        args={"path": unread[0]},
        thought="The question is about this text.",
        by="harness",
    )


def by_quotes(state: State, hands: Hands) -> Form | None:
    """None: no text is asked about, or it is to be asked outright, or the form has not come off."""
    attempt = state.started.attempt if state.started else 0
    fenced = hands.profile.protocol == "fenced" and state.rejected < MOST_REJECTED
    paths = texts_asked(state, hands) if fenced and attempt != OUTRIGHT else []
    if not paths:
        return None
    texts = {path: whole_text(path, hands).strip() for path in paths}
    name = "question_first" if attempt == TEXT_LAST else "text_first"
    message = prompt(
        name,
        goal=state.wanted,
        text="\n\n".join(texts.values()),
        again=turned_back(state),
    )
    schema: dict[str, Any] = Drawn.model_json_schema()
    messages = (*examples(f"{name}_example"), Message("user", message))
    text = "\n".join(texts.values())
    return Form(messages, schema, lambda reply: answered(reply, text, state))


def answered(reply: str, text: str, state: State) -> FinishAsked | ReplyRejected:
    """The answer; turned back where nothing that is quoted is in the text, or where a number of the
    answer comes from nowhere in what it was drawn from."""
    try:
        told = Drawn.model_validate_json(json_in(reply))
    except ValidationError as error:
        return ReplyRejected(purpose="choose", reason=brief(error))
    quotes = [quote for quote in told.quotes if plain(quote) and plain(quote) in plain(text)]
    if not quotes:
        reason = "none of the quotes is in the text: copy them word for word"
        return ReplyRejected(purpose="choose", reason=reason)
    strange = numbers_in(told.answer) - numbers_in(f"{told.so} {state.goal}")
    if strange - {"0"} and state.rejected < MOST_REJECTED - 1:
        reason = f"the answer says {min(strange)}, which does not follow from what stands before it"
        return ReplyRejected(purpose="choose", reason=reason)
    return FinishAsked(summary=as_wanted(told.answer.strip(), state))


def plain(text: str) -> str:
    """Without what a copy may change."""
    return " ".join(text.split()).casefold()
