"""A question about a text: the text is read first, and the question asked in three ways, so that
agreement of the attempts means something.

The run itself is shown the text and then the question, quotes what bears on it, says what follows,
and answers; its first independent attempt answers outright; the second is shown the question first.
What a small model gets wrong in one way, it tends to get wrong again when asked in the same way.
Tried once with the default model on questions of our own about rules with exceptions: asked for the
answer alone it had 8 of 16 right; on 8 of the harder ones the two other ways had 5 right each, and
agreed on one wrong answer.
"""

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.view import examples
from selfstarter.core.events import CallChosen, FinishAsked, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import brief, json_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.prompts import prompt
from selfstarter.scaffold.answers import as_wanted
from selfstarter.scaffold.changing import was_read
from selfstarter.scaffold.forms import writing
from selfstarter.scaffold.looked_up import fetched
from selfstarter.scaffold.texts_meant import goes_to, question, texts_asked
from selfstarter.texts.words import numbers_in

MOST_REJECTED = 2
OUTRIGHT, TEXT_LAST = 1, 2
"""Numbers of the attempts that are asked so."""


ALONE, IN_A_SENTENCE = "the answer, in a few words", "the answer, in one sentence"


class Outright(BaseModel):
    answer: str = Field(min_length=1, max_length=300)


class Drawn(BaseModel):
    """In this order: a model that answers first argues for its answer."""

    quotes: list[str] = Field(min_length=1, max_length=3)
    so: str = Field(min_length=1, max_length=300)
    answer: str = Field(min_length=1, max_length=300)


def reading_first(state: State, hands: Hands) -> CallChosen | None:
    """The text is read before the model is asked anything; None: there is none, or it was read."""
    texts = texts_asked(state, hands) if "read_file" in hands.tools else dict[str, str]()
    found = state.found
    unread = [name for name in texts if name in found and not was_read(name, state)]
    if not unread:
        return None
    return fetched(state, "read_file", {"path": unread[0]}, "The question is about this text.")


def by_quotes(state: State, hands: Hands) -> Form | None:
    """None: no text is asked about, or the form has not come off."""
    made = goes_to(state)
    spent = state.rejected >= MOST_REJECTED or (made and (state.misses or state.starts_over))
    if spent:
        return None
    texts = texts_asked(state, hands)
    attempt = state.started.attempt if state.started else 0
    outright = attempt == OUTRIGHT
    if not texts:
        return None
    made = made or ""
    text = "\n\n".join(texts.values())
    name = "question_first" if attempt == TEXT_LAST else "outright" if outright else "text_first"
    message = prompt(
        name,
        goal=question(state, made),
        text=text,
        answer=ALONE if made else IN_A_SENTENCE,
        again=turned_back(state),
    )
    form = Outright if outright else Drawn
    shown = () if outright else examples(f"{name}_example")
    return Form(
        (*shown, Message("user", message)),
        form.model_json_schema(),
        lambda reply: answered(reply, form, text, made, state),
    )


def answered(
    reply: str, form: type[Outright | Drawn], text: str, made: str, state: State
) -> FinishAsked | CallChosen | ReplyRejected:
    """The answer, written where it goes; turned back where it rests on nothing."""
    try:
        told = form.model_validate_json(json_in(reply))
    except ValidationError as error:
        return ReplyRejected(purpose="choose", reason=brief(error))
    if isinstance(told, Drawn) and (reason := unfounded(told, text, state)):
        return ReplyRejected(purpose="choose", reason=reason)
    if not made:
        return FinishAsked(summary=as_wanted(told.answer.strip(), state))
    return writing(made, told.answer.strip() + "\n", state)


def unfounded(told: Drawn, text: str, state: State) -> str:
    """Why the answer does not hold: nothing that is quoted is in the text, or a number of it comes
    from nowhere in what it was drawn from. Empty: it may."""
    if not any(plain(quote) and plain(quote) in plain(text) for quote in told.quotes):
        return "none of the quotes is in the text: copy them word for word"
    strange = numbers_in(told.answer) - numbers_in(f"{told.so} {state.goal}")
    if strange - {"0"} and state.rejected < MOST_REJECTED - 1:
        return f"the answer says {min(strange)}, which does not follow from what stands before it"
    return ""


def plain(text: str) -> str:
    """Without what a copy may change."""
    return " ".join(text.split()).casefold()
