"""Ask the model for the next call, or for the end; of several in one reply, take the next."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from posixpath import normpath
from typing import Any

from pydantic import ValidationError

from selfstarter.asking.ask import ask, ask_form
from selfstarter.asking.fenced import BLOCK, END, call_in
from selfstarter.asking.view import has_just_spoken, specs
from selfstarter.asking.written_calls import unread
from selfstarter.core.arguments import named_for
from selfstarter.core.budget import is_spent, left
from selfstarter.core.contract import Task
from selfstarter.core.events import (
    BudgetReached,
    BudgetWarned,
    CallChosen,
    CallsDropped,
    Dispute,
    FinishAsked,
    ModelCalled,
    NextCall,
    PersonAsked,
    PlanRevised,
    ReplyRejected,
)
from selfstarter.core.gate import WRITES
from selfstarter.core.hands import Hands
from selfstarter.core.ports import WantedCall
from selfstarter.core.state import State, Turn
from selfstarter.moves.payable import shown_next
from selfstarter.proofs.account import shown_whole
from selfstarter.proofs.in_short import cut, shortened
from selfstarter.scaffold.answers import as_wanted
from selfstarter.scaffold.opening import opening
from selfstarter.scaffold.ways import form_for, unasked

Chosen = (
    ModelCalled
    | NextCall
    | CallsDropped
    | BudgetReached
    | BudgetWarned
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
    " every criterion is met, with the answer if one is wanted.",
}
UNREAD = (
    "Nothing was done: your reply holds a call as text that cannot be read ({why}). Call the tool,"
    ' or write <tool_call>{{"name": "…", "arguments": {{…}}}}</tool_call> with JSON.'
)
CUT = "Your reply was cut off after {tokens:,} tokens, so {what}. {how}"
SMALLER: Mapping[str, str] = {
    "run_python": "Make it several smaller programs: names live on between calls.",
    "run_shell": "Make it several smaller commands, or a file that is written in parts and run.",
    "edit_file": "Make it several smaller edits.",
    "finish": "Say it in fewer words; what is long stands in a file.",
}
IN_PARTS = (
    "Say it in smaller parts: a long file is begun with `write_file` and continued with `append`."
)
STEPLESS = ("finish", "revise_plan", "ask_person")
NO_STEP = "No step was left for a call, so nothing was done: only `finish` was."
CALLED = 60
"""Characters that are shown of what a call that was not run was to be given."""
THOUGHT: Mapping[str, int] = {"native": 4_000, "fenced": 600}
"""Characters of what is said beside a call that are kept."""
ANNOUNCES = re.compile(
    r"\A\W*(?:(?:ok|okay|sure|great|alright)\b\W*)?(?:i(?:['’]ll| will|['’]m| am)|let me|let['’]s"
    r"|first,|next,|now,? i)\b|[:…]\s*\Z",
    re.IGNORECASE,
)
"""Begins, or ends, what is said before a call."""
SAID = 12_000
"""Characters that are kept of a reply without a call, so that it need not be said again."""
NOTHING = re.compile(
    r"\W*(?:(?:none|nothing)(?: (?:is|was))?(?: (?:missing|left|open))?|n/?a|no|null)?\W*", re.I
)
"""Said by a model that fills in every field."""
ENOUGH_PLANNED = (
    "The plan was not revised: tasks were added several times and nothing was done in between. Do"
    " one of the tasks now; the plan can be revised again when something has come of it."
)


async def choose(state: State, hands: Hands) -> AsyncIterator[Chosen]:
    if (state.queued or state.cut_off) and not state.unread:
        yield dropped(state, hands) or NextCall()
        return
    called = state.reply_to("choose")
    if called is None and (certain := unasked(state, hands)):
        yield certain
        return
    form = form_for(state, hands)
    if called is None and form:
        called = await ask_form(state, hands, form)
        yield called
    elif called is None:
        profile = hands.profile
        native = profile.protocol == "native"
        tools = specs(hands.tools, profile, state) if native else ()
        shown = shown_next(state, hands, tools)
        if isinstance(shown, BudgetWarned):
            yield shown
            return
        called = await ask(
            state,
            hands,
            "choose",
            shown,
            tools=tools,
            warmth=profile.warmth,
            stop=() if native else (END,),
            prefix="" if native else opening(state, hands),
        )
        yield called
    if isinstance(called, ModelCalled):
        yield form.read(called.text) if form else read_choice(called, state, hands)


def dropped(state: State, hands: Hands) -> CallsDropped | None:
    """The rest of a reply was meant for a world in which its first calls went well and nobody
    spoke; what only reads does no harm, nor a file beside one that could not be written. Of a reply
    that was cut off, the last call is not whole."""
    if state.cut_off and not state.queued:
        reason = cut_text(state.cut_off, "its last call was not whole")
        return CallsDropped(calls=(called_in_short(state.cut_off.calls[-1]),), reason=reason)
    since = list(takewhile(lambda turn: turn.n > state.queued_at, state.transcript))
    if has_just_spoken(state):
        reason = "The person has spoken in between."
    elif any(turn.call is None and not turn.of_reply for turn in since):
        reason = "Something has come in between."
    elif not left(state, "steps") and state.queued[0]["tool"] not in STEPLESS:
        reason = is_spent("steps", state.limits.steps)
    elif not is_harmless(state.queued[0], hands) and hampers(
        failures(since), state.queued[0], hands
    ):
        reason = "A call before them failed."
    else:
        return None
    return CallsDropped(calls=tuple(map(called_in_short, state.queued)), reason=reason)


def cut_text(called: ModelCalled, what: str) -> str:
    tool = called.calls[-1]["tool"] if called.calls else ""
    return CUT.format(tokens=called.output, what=what, how=SMALLER.get(tool, IN_PARTS))


def failures(turns: Iterable[Turn]) -> list[CallChosen]:
    return [
        turn.call
        for turn in turns
        if turn.call and turn.result and turn.result.status not in ("ok", "empty")
    ]


def is_harmless(next_: Mapping[str, Any], hands: Hands) -> bool:
    """Does it only read, or change a plan without calling anything done?"""
    if next_["tool"] == "revise_plan":
        return not next_["args"].get("done")
    tool = hands.tools.get(next_["tool"])
    return tool is not None and tool.effect == "read"


def hampers(failed: Sequence[CallChosen], next_: Mapping[str, Any], hands: Hands) -> bool:
    """May the next call rest on one that failed? A file is written whole or not at all, so another
    one can be written all the same: its text need not be said again."""
    paths = [file_written(call.tool, call.args) for call in failed]
    own = file_written(next_["tool"], as_named(next_["tool"], next_["args"], hands)[0])
    return bool(failed) and (not own or own in paths or not all(paths))


def file_written(tool: str, args: Mapping[str, Any]) -> str:
    """Empty: the call writes none, or it is not known which."""
    path = args.get("path")
    return normpath(path).casefold() if tool in WRITES and isinstance(path, str) and path else ""


def called_in_short(call: Mapping[str, Any]) -> str:
    """`write_file("report.md", …)`"""
    args = call["args"]
    first = next(iter(args.values()), "")
    shown = cut(str(first), CALLED)
    shown = f'"{shown}"' if isinstance(first, str) and first else shown
    return f"{call['tool']}({shown}{', …' if len(args) > 1 else ''})"


def read_choice(called: ModelCalled, state: State, hands: Hands) -> Chosen:
    """What the reply asks for. Text that holds a call is a call; of other text, only one that was
    asked for is the answer."""
    protocol = hands.profile.protocol
    if called.cut and protocol == "native" and len(called.calls) < 2:
        reason = cut_text(called, "nothing of it was done")
        return ReplyRejected(purpose="choose", reason=reason, said=called.text[:SAID], cut=True)
    if called.calls:
        first = called.calls[0]
        wanted = WantedCall(first["tool"], first["args"], first.get("id", ""))
        thought = called.text
    elif protocol == "fenced":
        found = call_in(called.text)
        if not found:
            return ReplyRejected(purpose="choose", reason=NO_CALL[protocol])
        wanted, thought = found, BLOCK.split(called.text)[0]
    elif wrong := unread(called.text, hands.tools):
        said = called.text.strip()[:SAID]
        return ReplyRejected(purpose="choose", reason=UNREAD.format(why=wrong), said=said)
    elif is_answer(called.text, state):
        wanted, thought = WantedCall("finish", {"summary": called.text.strip()}), ""
    else:
        said = called.text.strip()[:SAID]
        return ReplyRejected(purpose="choose", reason=NO_CALL[protocol], said=said)
    thought = shortened(thought.strip(), THOUGHT[protocol])
    args: dict[str, Any] = dict(wanted.args)
    match wanted.tool:
        case "finish":
            said = str(args.get("summary") or args.get("answer") or thought)
            if protocol == "fenced":
                return FinishAsked(summary=as_wanted(said, state))
            missing = str(args.get("missing") or "").strip()
            return FinishAsked(
                summary=said,
                missing="" if NOTHING.fullmatch(missing) else missing,
                disputed=tuple(disputes_in(args.get("disputed"))),
                by="model",
                thought=thought,
                provider_id=wanted.id,
            )
        case "revise_plan":
            if args.get("add") and state.planned >= hands.profile.rules.revisions:
                return ReplyRejected(purpose="choose", reason=ENOUGH_PLANNED)
            return revision(args, state)
        case "ask_person" if state.attended:
            return PersonAsked(question=str(args.get("question", thought)))
        case _ if not left(state, "steps"):
            return ReplyRejected(purpose="choose", reason=NO_STEP)
        case tool:
            args, renamed = as_named(tool, args, hands)
            return CallChosen(
                call_id=f"{state.spent.steps + 1}",
                tool=tool,
                args=args,
                thought=thought,
                provider_id=wanted.id,
                renamed=tuple(renamed),
            )


def as_named(tool: str, args: Mapping[str, Any], hands: Hands) -> tuple[dict[str, Any], list[str]]:
    """The arguments as the tool calls them: the gate, the view and the report go by their names."""
    known = hands.tools.get(tool)
    return named_for(known, args) if known else (dict(args), [])


def disputes_in(value: object) -> Iterator[Dispute]:
    """What can be read of it."""
    for one in listed(value):
        with suppress(ValidationError):
            yield Dispute.model_validate(one)


def is_answer(text: str, state: State) -> bool:
    """Is text without a call what was asked for? Not what only says what comes next, and not
    before anything was looked into, unless it was turned back once and told so."""
    begun = state.spent.steps > 0 or state.rejected > 0 or shown_whole(state)
    return state.is_question and begun and bool(text.strip()) and not ANNOUNCES.search(text)


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
