"""Ask the model for the next call, or for the end."""

from collections.abc import AsyncIterator
from typing import Any

from selfstarter.core.contract import Task
from selfstarter.core.events import (
    BudgetReached,
    CallChosen,
    FinishAsked,
    ModelCalled,
    PersonAsked,
    PlanRevised,
    ReplyRejected,
)
from selfstarter.core.hands import Hands
from selfstarter.core.ports import WantedCall
from selfstarter.core.state import State
from selfstarter.moves.absent import without_anything
from selfstarter.moves.answers import as_wanted
from selfstarter.moves.ask import ask, ask_form
from selfstarter.moves.extracts import by_extract
from selfstarter.moves.fenced import BLOCK, END, call_in
from selfstarter.moves.heads import set_head
from selfstarter.moves.lines import by_lines
from selfstarter.moves.looked_up import looking_up
from selfstarter.moves.named_tools import by_reading_tool, nothing_else
from selfstarter.moves.opening import opening
from selfstarter.moves.passages import by_files
from selfstarter.moves.quoting import by_quotes, reading_first
from selfstarter.moves.repairs import by_repair
from selfstarter.moves.view import specs, view

Chosen = (
    ModelCalled
    | BudgetReached
    | CallChosen
    | FinishAsked
    | PlanRevised
    | PersonAsked
    | ReplyRejected
)
NO_CALL = {
    "fenced": "Your reply had no fenced block, so nothing was done. Reply with exactly one block:"
    " ```python, ```file NAME, ```read NAME or ```finish.",
    "native": "Your reply had no tool call, so nothing was done. Call a tool; call `finish` when"
    " every criterion is met.",
}
ENOUGH_PLANNED = (
    "The plan was not revised: tasks were added several times and nothing was done in between. Do"
    " one of the tasks now; the plan can be revised again when something has come of it."
)


async def choose(state: State, hands: Hands) -> AsyncIterator[Chosen]:
    called = state.reply_to("choose")
    first = (without_anything, looking_up, reading_first, nothing_else, set_head)
    looks = first if called is None else ()
    if look := next((call for way in looks if (call := way(state, hands))), None):
        yield look
        return
    ways = (by_reading_tool, by_lines, by_repair, by_files, by_extract, by_quotes)
    form = next((form for way in ways if (form := way(state, hands))), None)
    if called is None and form:
        called = await ask_form(state, hands, form)
        yield called
    elif called is None:
        model, profile = hands.model, hands.profile
        native = profile.protocol == "native"
        called = await ask(
            state,
            hands,
            "choose",
            view(state, profile, model.count, model.facts.window),
            tools=specs(hands.tools, profile, state) if native else (),
            warmth=profile.warmth,
            stop=() if native else (END,),
            prefix="" if native else opening(state, hands),
        )
        yield called
    if isinstance(called, ModelCalled):
        yield form.read(called.text) if form else read_choice(called, state, hands)


def read_choice(called: ModelCalled, state: State, hands: Hands) -> Chosen:
    """What the reply asks for. Text that holds a call is a call; other text is turned back."""
    if called.calls:
        first = called.calls[0]
        wanted = WantedCall(first["tool"], first["args"], first.get("id", ""))
        thought = called.text
    else:
        found = call_in(called.text)
        if found is None:
            return ReplyRejected(purpose="choose", reason=NO_CALL[hands.profile.protocol])
        wanted, thought = found, BLOCK.split(called.text)[0]
    thought = thought.strip()[:600]
    args: dict[str, Any] = dict(wanted.args)
    match wanted.tool:
        case "finish":
            said = str(args.get("summary") or args.get("answer") or thought)
            fenced = hands.profile.protocol == "fenced"
            return FinishAsked(summary=as_wanted(said, state) if fenced else said)
        case "revise_plan":
            if args.get("add") and state.revisions >= hands.profile.rules.revisions:
                return ReplyRejected(purpose="choose", reason=ENOUGH_PLANNED)
            return revision(args, state)
        case "ask_person" if state.started and state.started.attended:
            return PersonAsked(question=str(args.get("question", thought)))
        case tool:
            return CallChosen(
                call_id=f"{state.spent.steps + 1}",
                tool=tool,
                args=args,
                thought=thought,
                provider_id=wanted.id,
            )


def revision(args: dict[str, Any], state: State) -> PlanRevised | ReplyRejected:
    """A diff of the plan, tolerant of shapes: what cannot be read adds nothing."""
    last = max((int(t.id) for t in state.plan if t.id.isdigit()), default=0)
    titles = [
        (str(item.get("title", "")), str(item.get("done_when", "")))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        if isinstance(item, dict)
        else (str(item), "")
        for item in listed(args.get("add"))
    ]
    added = tuple(
        Task(id=str(last + n), title=title[:200], done_when=done_when[:300])
        for n, (title, done_when) in enumerate(titles[:6], 1)
        if title.strip()
    )
    known = {task.id for task in state.plan if task.status in ("todo", "doing")}
    drop = tuple(i for i in map(str, listed(args.get("drop"))) if i in known)
    done = tuple(i for i in map(str, listed(args.get("done"))) if i in known)
    if not (added or drop or done):
        reason = "revise_plan changed nothing: give `add`, or `drop` or `done` with ids of the plan"
        return ReplyRejected(purpose="choose", reason=reason)
    return PlanRevised(reason=str(args.get("reason", ""))[:300], add=added, drop=drop, done=done)


def listed(value: object) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]  # pyright: ignore[reportUnknownArgumentType]
