"""What a person says in mid-run may change what done means: only by their own words, quoted."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.asking.loose_json import brief, object_in
from selfstarter.core.contract import (
    Contract,
    Criterion,
    FileExists,
    FileMatches,
    Judge,
    ToolCalled,
)
from selfstarter.core.events import BudgetReached, ContractAmended, ModelCalled, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Message
from selfstarter.core.state import Spoken, State
from selfstarter.goals.criteria import criteria_for, unproven
from selfstarter.goals.names import files_named
from selfstarter.goals.tools import tools_forbidden
from selfstarter.moves.draft import in_workspace, never_passes
from selfstarter.moves.drafted import CRITERIA_SCHEMA, TEXTS, criteria_in
from selfstarter.prompts import prompt

Amended = ModelCalled | BudgetReached | ReplyRejected | ContractAmended
INSTEAD = re.compile(r"\b(instead|rather than|no longer|forget|not (in|to|as|into)|skip)\b", re.I)


class Amendment(BaseModel):
    quote: str = Field(default="", max_length=500)
    drop: list[str] = Field(default_factory=list[str], max_length=20)


AMENDMENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"quote": {"type": "string"}, "drop": TEXTS, "add": CRITERIA_SCHEMA},
    "required": ["quote", "drop", "add"],
}


async def amend(state: State, hands: Hands) -> AsyncIterator[Amended]:
    """Weigh all that was said since the contract was last looked at."""
    contract = state.contract
    if contract is None:
        return
    words = "\n".join(one.text for one in state.unweighed)
    if not hands.profile.drafts_criteria:
        yield by_the_words(words, state, contract)
        return
    if state.rejected >= hands.profile.rules.draft_tries:
        yield ContractAmended(contract=contract)
        return
    called = state.reply_to("amend")
    if called is None:
        called = await ask_for_amendment(state, hands, contract)
        yield called
    if isinstance(called, ModelCalled):
        yield read_amendment(called.text, state, contract, words)


async def ask_for_amendment(
    state: State, hands: Hands, contract: Contract
) -> ModelCalled | BudgetReached:
    text = prompt(
        "amend",
        goal=state.goal,
        criteria="\n".join(f"- {c.id}: {c.text}" for c in contract.criteria),
        said="\n".join(map(in_context, state.unweighed)),
        again=f"Your last reply was unusable: {state.reason}" if state.rejected else "",
    )
    return await ask(
        state, hands, "amend", [Message("user", text)], schema=AMENDMENT_SCHEMA, max_tokens=800
    )


def in_context(spoken: Spoken) -> str:
    return f"To the question “{spoken.question}”: {spoken.text}" if spoken.question else spoken.text


def read_amendment(
    text: str, state: State, contract: Contract, words: str
) -> ContractAmended | ReplyRejected:
    """A change that the person's own words do not hold is none: a model would love to drop the
    criterion that it cannot meet."""
    try:
        said = object_in(text)
        reply = Amendment.model_validate(said)
    except ValidationError as error:
        return ReplyRejected(purpose="amend", reason=brief(error))
    wanted, unusable = criteria_in(said.get("add")) if said else ((), ())
    if unusable:
        return ReplyRejected(purpose="amend", reason=unusable[0])
    quote = plain(reply.quote)
    if not reply.drop and not wanted:
        return by_the_words(words, state, contract)
    if not quote or quote not in plain(words):
        return ReplyRejected(purpose="amend", reason="`quote` is not what the person said")
    if broken := [f"{c.text!r}: {why}" for c in wanted if (why := never_passes(c.check))]:
        return ReplyRejected(purpose="amend", reason=broken[0])
    added = [
        Criterion(id=f"s{len(state.said)}.{n}", text=c.text, check=in_workspace(c.check, state))
        for n, c in enumerate(wanted, 1)
    ]
    return amended(contract, set(reply.drop), added, words, reply.quote.strip(), len(state.said))


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
) -> ContractAmended:
    """A contract without any criterion would pass whatever was done: then the words are one."""
    kept = [c for c in contract.criteria if c.id not in dropped]
    if not [c for c in kept if not c.invariant] and not added:
        check = Judge(question=f"Does this do what the person wants now: {words}")
        added = [Criterion(id=f"s{number}.1", text=words, check=check)]
    new_files = {c.check.path for c in added if isinstance(c.check, (FileExists, FileMatches))}
    return ContractAmended(
        contract=contract.model_copy(
            update={
                "criteria": (*kept, *added),
                "protects": tuple(p for p in contract.protects if p[0] not in new_files),
                "open_ended": contract.open_ended and unproven(added),
            }
        ),
        quote=quote,
        dropped=tuple(c.text for c in contract.criteria if c.id in dropped),
        added=tuple(c.text for c in added),
    )


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
