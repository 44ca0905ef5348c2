"""Does a view hold what the next step needs? A cheap look, by text and without a model. Pure."""

from collections.abc import Iterator

from selfstarter.asking.ask import SMALLEST_ANSWER, tokens_of
from selfstarter.asking.view import specs, view
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Message
from selfstarter.core.profile import Profile
from selfstarter.core.state import State


def probe(state: State, hands: Hands) -> tuple[str, ...]:
    """What the view of `state` lacks, a few words each; empty when it lacks nothing."""
    profile, model = hands.profile, hands.model
    messages = view(state, profile, model.count, model.facts.window)
    shown = flat("\n".join(text_of(message) for message in messages))
    missing = [name for name, text in needed(state, profile) if flat(text) not in shown]
    tools = specs(hands.tools, profile, state) if profile.protocol == "native" else ()
    size = tokens_of(messages, model.count, tools)
    if size + SMALLEST_ANSWER > model.facts.window:
        missing.append(f"room for an answer ({size} of {model.facts.window} tokens are taken)")
    return tuple(missing)


def needed(state: State, profile: Profile) -> Iterator[tuple[str, str]]:
    """(name, text): goal, criteria, the task at hand, all that was settled, the handles of kept
    results that are shown as a line."""
    yield "the goal", state.goal
    for criterion in state.criteria:
        yield f"criterion {criterion.id}", criterion.text
    if state.task and len(state.plan) > 1:
        yield f"task {state.task.id}", f"{state.task.id} {state.task.title}"
        if profile.owns_plan:
            yield f"how task {state.task.id} is done", state.task.done_when
    for one in state.settled:
        yield f"{one.kind} after step {one.after}", one.text
    for turn in state.transcript:
        if turn.n <= state.drop_before:
            break
        if turn.result and turn.result.spilled:
            yield f"the kept result {turn.result.spilled}", turn.result.spilled


def text_of(message: Message) -> str:
    return f"{message.text} {dict(message.call.args)}" if message.call else message.text


def flat(text: str) -> str:
    return " ".join(text.split())
