"""What a person says in mid-run may change what done means: only by their own words, quoted."""

import re
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.asking.begun import begun
from selfstarter.asking.brought import tools_to_check
from selfstarter.core.contract import (
    Check,
    Contract,
    Criterion,
    FileExists,
    FileMatches,
    Judge,
    ToolCalled,
)
from selfstarter.core.events import BudgetReached, ContractAmended, ModelCalled, ReplyRejected
from selfstarter.core.hands import Hands, brought
from selfstarter.core.loose_json import brief, object_in, unreadable
from selfstarter.core.ports import Message
from selfstarter.core.state import Spoken, State
from selfstarter.goals.criteria import criteria_for, unproven
from selfstarter.goals.material import set_free
from selfstarter.goals.names import files_named
from selfstarter.goals.tools import tools_forbidden
from selfstarter.moves.drafted import TEXTS, DraftedCriterion, criteria_in, criteria_schema
from selfstarter.moves.scout import files_shown, look_around
from selfstarter.moves.terms import (
    absent_programs,
    as_looked_at,
    as_meant,
    judged_now,
    stays,
    trivial,
)
from selfstarter.moves.usable import hopeless, in_workspace, lost_failures, once_more, turned_down
from selfstarter.prompts import prompt
from selfstarter.proofs.checks import by_now
from selfstarter.proofs.in_short import each_in_short

Amended = ModelCalled | BudgetReached | ReplyRejected | ContractAmended
INSTEAD = re.compile(r"\b(instead|rather than|no longer|forget|not (in|to|as|into)|skip)\b", re.I)


class Amendment(BaseModel):
    quote: str = ""
    drop: list[str] = Field(default_factory=list[str], max_length=20)


def amendment_schema(tools: bool) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"quote": {"type": "string"}, "drop": TEXTS, "add": criteria_schema(tools)},
        "required": ["quote", "drop", "add"],
    }


async def amend(state: State, hands: Hands) -> AsyncIterator[Amended]:
    """Weigh all that was said since the contract was last looked at."""
    contract = state.contract
    if contract is None:
        return
    if not hands.profile.drafts_criteria:
        yield by_the_words(said_now(state), state, contract)
        return
    if state.rejected >= hands.profile.rules.draft_tries:
        yield ContractAmended(contract=contract)
        return
    called = state.reply_to("amend")
    if called is None:
        called = await ask_for_amendment(state, hands, contract)
        yield called
    if isinstance(called, ModelCalled):
        yield await read_amendment(called, state, hands, contract)


def said_now(state: State) -> str:
    return "\n".join(one.text for one in state.unweighed)


async def ask_for_amendment(
    state: State, hands: Hands, contract: Contract
) -> ModelCalled | BudgetReached:
    seen = look_around(state.wanted, hands, state.goal_read.path if state.goal_read else "")
    again, after = once_more(state, "reply")
    wanted = zip(contract.criteria, each_in_short(contract.criteria), strict=True)
    text = prompt(
        "amend",
        goal=state.goal,
        begun=begun(state),
        files=files_shown(seen.listing, seen.heads, hands),
        tools=tools_to_check(state, hands),
        criteria="\n".join(f"- {one.id}: {one.text} ({check})" for one, check in wanted),
        said="\n".join(map(in_context, state.unweighed)),
        checks=prompt("checks"),
        again=again,
    )
    schema = amendment_schema(bool(brought(hands, state)))
    return await ask(state, hands, "amend", [Message("user", text), *after], schema=schema)


def in_context(spoken: Spoken) -> str:
    return f"To the question “{spoken.question}”: {spoken.text}" if spoken.question else spoken.text


async def read_amendment(
    called: ModelCalled, state: State, hands: Hands, contract: Contract
) -> ContractAmended | ReplyRejected:
    """A change that the person's own words do not hold is none: a model would love to drop the
    criterion that it cannot meet. What cannot be used is named once more, as of a draft; at its
    last try, a judge looks at what the person said."""
    words, said = said_now(state), object_in(called.text, ended=not called.cut)
    if said is None:
        return ReplyRejected(purpose="amend", reason=unreadable(called.text, called.cut))
    try:
        reply = Amendment.model_validate(said)
    except ValidationError as error:
        return ReplyRejected(purpose="amend", reason=brief(error))
    wanted, unread = criteria_in(said.get("add"))
    quote = plain(reply.quote)
    if not reply.drop and not wanted and not unread:
        return by_the_words(words, state, contract)
    if not quote or quote not in plain(words):
        return ReplyRejected(purpose="amend", reason="`quote` is not what the person said")
    added, unfit = await as_it_stands(wanted, state, hands)
    wrong = [*unread, *(f"{text!r}: {why}" for text, why in unfit.items())]
    lost = lost_failures(c for c in wanted if c.text not in unfit)
    if (told := [*wrong, *lost]) and state.rejected + 1 < hands.profile.rules.draft_tries:
        return turned_down("amend", told, called.text)
    dropped, quoted, number = set(reply.drop), reply.quote.strip(), len(state.said)
    return amended(contract, dropped, added, words, quoted, number, unchecked=bool(wrong))


async def as_it_stands(
    wanted: Sequence[DraftedCriterion], state: State, hands: Hands
) -> tuple[list[Criterion], dict[str, str]]:
    """(those that can be used; of each other one its text, and why). What holds in the midst of the
    work is to hold at its end too, and proves nothing by itself."""
    unfit = await hopeless(wanted, state.sketch.files if state.sketch else (), state, hands)
    checks = [(c.text, in_workspace(c.check, state)) for c in wanted if c.text not in unfit]
    found = [
        as_meant(Criterion(id=f"s{len(state.said)}.{n}", text=text, check=check), (), state, hands)
        for n, (text, check) in enumerate(checks, 1)
    ]
    for criterion, names in (await absent_programs(found, state, hands)).items():
        unfit[criterion.text] = f"{', '.join(names)} is not installed here"
    began, added = time.monotonic(), list[Criterion]()
    for criterion in (c for c in found if c.text not in unfit):
        now = await judged_now(criterion, by_now(state, began), hands, (criterion.id,))
        if now is None and (why := tells_nothing(criterion.check)):
            unfit[criterion.text] = why
        else:
            added += as_looked_at(now or criterion.model_copy(update={"invariant": True}))
    return added, unfit


def tells_nothing(check: Check) -> str:
    """Why a check that nobody keeps is none, even in the midst of the work; empty: it is one."""
    if stays(check):
        return f"there is no {check.path} that could stay as it is"
    return "it passes whatever is done" if trivial(check) else ""


def by_the_words(words: str, state: State, contract: Contract) -> ContractAmended:
    """Without a model's help: files that the words name are wanted too, or, where they say so,
    in place of those wanted before; a tool that they say not to call is not."""
    existing = state.found
    tools = tools_forbidden(words, state.tools_to_call)
    unwanted = [
        c.id for c in contract.criteria if isinstance(c.check, ToolCalled) and c.check.tool in tools
    ]
    if unwanted:
        return amended(contract, set(unwanted), (), words, words, len(state.said))
    wanted = {named for c in contract.criteria if (named := path_of(c))}
    if not any(name not in existing and name not in wanted for name in files_named(words)):
        return ContractAmended(contract=contract)
    sketch = state.sketch.model_copy(update={"files": ()}) if state.sketch else None
    found = criteria_for(words, sketch, None, existing, 0, {}, {}) if sketch else ()
    added = [c.model_copy(update={"id": f"s{len(state.said)}.{c.id}"}) for c in found]
    dropped = [c.id for c in contract.criteria if INSTEAD.search(words) and path_of(c)]
    return amended(contract, set(dropped), added, words, words, len(state.said))


def path_of(criterion: Criterion) -> str:
    return str(getattr(criterion.check, "path", ""))


def amended(
    contract: Contract,
    dropped: set[str],
    added: Sequence[Criterion],
    words: str,
    quote: str,
    number: int,
    unchecked: bool = False,
) -> ContractAmended:
    """A contract without any criterion that is still to be met would pass whatever was done: then
    the words are one. So they are where a part of them is `unchecked`."""
    kept = [c for c in contract.criteria if c.id not in dropped]
    if unchecked or all(c.invariant for c in (*kept, *added)):
        check = Judge(question=f"Does this do what the person wants now: {words}")
        added = [*added, Criterion(id=f"s{number}.words", text=words, check=check)]
    new = (c.check for c in added if not c.invariant)
    new_files = {check.path for check in new if isinstance(check, (FileExists, FileMatches))}
    return ContractAmended(
        contract=contract.model_copy(
            update={
                "criteria": (*kept, *added),
                "protects": tuple(
                    (path, was)
                    for path, was in contract.protects
                    if path not in new_files and not set_free(path, words)
                ),
                "open_ended": contract.open_ended and unproven(added),
            }
        ),
        quote=quote,
        dropped=tuple(c.text for c in contract.criteria if c.id in dropped),
        added=tuple(c.text for c in added),
    )


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
