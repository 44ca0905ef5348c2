"""A finish request is looked into: every criterion, cheapest first; then done, or back to work."""

import csv
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256

from selfstarter.asking.ask import ask_form
from selfstarter.core.budget import left, working_time_s
from selfstarter.core.contract import (
    AnswerGiven,
    CommandPasses,
    Contract,
    Criterion,
    Judge,
    Reproduced,
    ToolCalled,
)
from selfstarter.core.events import (
    AttemptMade,
    BudgetReached,
    CallChosen,
    CriterionChecked,
    FinishAsked,
    FinishRejected,
    Limits,
    ModelCalled,
    ReplyRejected,
    RunEnded,
)
from selfstarter.core.hands import Hands
from selfstarter.core.said import N_
from selfstarter.core.state import State
from selfstarter.goals.absent import never_there
from selfstarter.goals.answers import said
from selfstarter.goals.criteria import unproven
from selfstarter.goals.orders import ASKS
from selfstarter.moves.judge import judged
from selfstarter.proofs.account import not_run, untrue
from selfstarter.proofs.checks import look
from selfstarter.proofs.exam import edited_exam
from selfstarter.proofs.hollow import QUOTED, word_for_nothing
from selfstarter.proofs.in_short import in_short
from selfstarter.scaffold.named_tools import calling, told
from selfstarter.texts.reading import HEAD, text_of
from selfstarter.texts.tables import from_markdown
from selfstarter.texts.words import NUMBER, ending, literals, numbers_in, plain

COST = {"command_passes": 1, "tests_pass": 2, "judge": 3, "reproduced": 4, "tool_called": 5}
"""Order of looking; every kind that is not here comes first."""
PROSE_WORDS = 40
DATA = frozenset("csv tsv json jsonl toml yaml yml ini cfg conf xml sql md".split())  # noqa: SIM905
"""Endings of files that two attempts can give alike, however many words they hold. Of Markdown only
those are compared that hold a table."""
WHOLE = "."
OPEN = N_("Nothing here can check whether this is what was meant: look yourself.")
NEVER_THERE = "{names} is not there, so what was made without it cannot be what was meant."
FOUND_NOTHING = (
    "The account says {word}, so something was looked for and not found. Print what the input"
    " really looks like, mend that, and finish with the value."
)
BE_TRUE = "Do it, or finish with an account that is true."
REFUSED = 2
"""Times that an account is refused for a number alone."""
NOT_CALLED = N_("All else passes, but a tool that the goal names was not called well.")
UNDECIDED = "All else passes, but nobody could judge this, so look yourself: {texts}."
MISSING = N_("It says itself what could not be done.")
WAY_OUT = "What cannot be done here at all, make nothing up for: say it in `missing` of `finish`."
PASSED = N_("Every criterion passes.")
UNCHECKED = N_("The model says so; nothing was checked.")
NOT_REPRODUCED = N_("Independent attempts came to different results, so look at this one yourself.")

Checked = (
    CriterionChecked
    | AttemptMade
    | ModelCalled
    | BudgetReached
    | FinishRejected
    | CallChosen
    | FinishAsked
    | ReplyRejected
    | RunEnded
)


async def check(state: State, hands: Hands) -> AsyncIterator[Checked]:
    """One criterion a move; after the last, the verdict. A crash repeats at most one look."""
    contract = state.contract
    if contract is None or state.finish is None:
        return
    if not hands.profile.checks:
        yield RunEnded(ending="done", answer=state.finish.account, reason=UNCHECKED)
        return
    absent = never_there(state, hands)
    without = NEVER_THERE.format(names=", ".join(absent))
    if absent and not state.ledger.made:
        yield RunEnded(ending="partly", answer=state.finish.account, reason=without)
        return
    account = state.finish.account
    if (word := nothing_in(state, hands)) and not state.finish.missing:
        yield FinishRejected(failures=FOUND_NOTHING.format(word=word))
        return
    waiting = [c for c in in_order(contract) if not looked_at(c, state)]
    missed = [c for c in contract.criteria if looked_at(c, state) and not state.checks[c.id].passed]
    undecided = [c for c in missed if state.checks[c.id].undecided]
    failed = [c for c in missed if c not in undecided]
    besides = [c for c in failed if not isinstance(c.check, ToolCalled)]
    unseen = [c for c in waiting if not isinstance(c.check, Reproduced)]
    last = waiting and isinstance(waiting[0].check, (Judge, ToolCalled))
    # One failure at a time is enough for a small model; a bigger one has few attempts to lose.
    most = COST["tests_pass"] if hands.profile.drafts_criteria else 0
    worth = waiting and (not besides or COST.get(waiting[0].check.kind, 0) <= most)
    if worth and not last:
        async for event in examine(waiting[0], state, hands):
            yield event
    elif edited := edited_exam(contract, state, hands):
        besides_it = (failures_text(failed, state, hands),) if failed else ()
        yield FinishRejected(failures="\n".join((edited, *besides_it)))
    elif better := outvoted(besides, state):
        yield FinishRejected(failures=failures_text(failed, state, hands))
        yield better
    elif besides and all(isinstance(criterion.check, Reproduced) for criterion in besides):
        # Another try of the same model would be one more opinion, not a proof.
        yield RunEnded(ending="partly", answer=account, reason=NOT_REPRODUCED)
    elif besides and state.finish.missing and unseen:  # the person reads of each how it stands
        async for event in examine(unseen[0], state, hands):
            yield event
    elif besides and state.finish.missing:
        yield RunEnded(ending="partly", answer=account, reason=MISSING)
    elif besides:
        yield FinishRejected(failures=failures_text(failed, state, hands))
    elif (wrong := untrue(state, hands)) and not remarked(state):
        yield FinishRejected(failures=f"{wrong} {BE_TRUE}")
    elif waiting:
        async for event in examine(waiting[0], state, hands):
            yield event
    elif failed and hands.profile.owns_plan:  # it was tried: what is made stays as it is
        yield RunEnded(ending="partly", answer=account, reason=NOT_CALLED)
    elif failed and state.finish.missing:
        yield RunEnded(ending="partly", answer=account, reason=MISSING)
    elif failed:
        yield FinishRejected(failures=failures_text(failed, state, hands))
    elif undecided:
        texts = "; ".join(criterion.text for criterion in undecided)
        reason = UNDECIDED.format(texts=texts)
        yield RunEnded(ending="partly", answer=account, reason=reason)
    elif absent:
        yield RunEnded(ending="partly", answer=account, reason=without)
    elif undone := await no_longer(contract, state, hands):
        for found in undone:
            yield found
    elif contract.open_ended or only_written(contract, state, hands):
        yield RunEnded(ending="partly", answer=told(state), reason=OPEN)
    else:
        reason = f"{PASSED} {wrong}" if wrong else PASSED
        yield RunEnded(ending="done", answer=account, reason=reason)


def remarked(state: State) -> bool:
    """Is a number that nobody knows from where it comes to be remarked on, and not refused again?
    Where the goal asks for nothing, right work should not be lost for it."""
    refused = sum(turn.note.endswith(BE_TRUE) for turn in state.transcript)
    asked = state.is_question or ASKS.search(state.wanted)
    return refused >= REFUSED and not asked and not not_run(state)


def nothing_in(state: State, hands: Hands) -> str:
    """A program's word for nothing, where a value belongs. A bigger model says of code, in quotes,
    what it gives, and accounts for more than a value where nothing was asked."""
    said = state.finish.summary if state.finish else ""
    heads = state.scouted.heads if state.scouted else ""
    if not hands.profile.owns_plan:
        said = QUOTED.sub(" ", said) if state.is_question else ""
    return word_for_nothing(said, state.goal, heads)


def in_order(contract: Contract) -> list[Criterion]:
    return sorted(contract.criteria, key=lambda c: COST.get(c.check.kind, 0))


def looked_at(criterion: Criterion, state: State) -> bool:
    seen = state.checks.get(criterion.id)
    return seen is not None and seen.round == state.round


async def examine(criterion: Criterion, state: State, hands: Hands) -> AsyncIterator[Checked]:
    passed, evidence = False, ""
    match criterion.check:
        case Reproduced():
            if more := await another_attempt(criterion.check, state, hands):
                yield more
                return
            passed, evidence = reproduced(criterion.check, state, hands)
        case Judge() as check:
            async for event in judged(criterion, check, state, hands):
                yield event
            return
        case ToolCalled(tool=name) if form := calling(name, state, hands):
            called = state.reply_to("choose")
            if called is None:
                called = await ask_form(state, hands, form)
                yield called
            if isinstance(called, ModelCalled):
                yield form.read(called.text)
            return
        case other:
            passed, evidence = await look(other, state, hands)
    yield CriterionChecked(
        criterion=criterion.id, passed=passed, evidence=evidence, round=state.round
    )


async def no_longer(contract: Contract, state: State, hands: Hands) -> list[CriterionChecked]:
    """Those that passed, cost nothing to look at, and do not pass any more: a check that took its
    time, or somebody else, has changed what they are about."""
    free = [c for c in contract.criteria if c.check.kind not in COST]
    seen = [(c, *await look(c.check, state, hands)) for c in free]
    return [
        CriterionChecked(criterion=c.id, passed=False, evidence=evidence, round=state.round)
        for c, passed, evidence in seen
        if not passed
    ]


def failures_text(failed: list[Criterion], state: State, hands: Hands) -> str:
    large = hands.profile.drafts_criteria
    runs = {c.id: f" ({in_short(c)})" for c in failed if isinstance(c.check, CommandPasses)}
    lines = [
        f"- {c.text}{runs.get(c.id, '') if large else ''}: {state.checks[c.id].evidence}"
        for c in failed
    ]
    told = "Not finished. These checks failed:\n" + "\n".join(lines) + "\nMend this, then finish."
    return f"{told} {WAY_OUT}" if large else told


# ── agreement of independent attempts ────────────────────────────────────────────────────────


async def another_attempt(check: Reproduced, state: State, hands: Hands) -> AttemptMade | None:
    """One more attempt where the votes so far do not decide; None when they do, or cannot."""
    votes = [vote_of(check, made, state) for made in state.attempts]
    mine = result_of(check, state, hands)
    decided = mine in votes or prose(check.path, mine) or len(votes) >= hands.profile.attempts
    limits = attempt_limits(state)
    if decided or hands.attempt is None or state.contract is None or limits is None:
        return None
    number = len(state.attempts) + 1
    made = await hands.attempt(state.contract, number, limits)
    spent = made.spent
    return AttemptMade(
        number=number,
        answer=made.answer,
        files=tuple(
            (path, data[:HEAD].decode("utf-8", "replace")) for path, data in made.files.items()
        ),
        input=spent.input,
        output=spent.output,
        cost_usd=None if spent.unknown_cost else spent.cost_usd,
        calls=spent.calls,
        steps=spent.steps,
        denied=spent.denied,
        retries=spent.retries,
        lost=spent.lost,
    )


def attempt_limits(state: State) -> Limits | None:
    """What one attempt may use: half of the tokens and the money that are left, and a few steps
    more than the first took. None: not even a step is left."""
    steps = min(int(left(state, "steps")), state.spent.steps - state.spent.attempt_steps + 3)
    tokens, time_s = (
        int(left(state, "tokens")) // 2,
        working_time_s(state.limits) - state.spent.time_s,
    )
    if steps < 1 or tokens < 1 or time_s <= 0:
        return None
    cost_usd = None if state.limits.cost_usd is None else left(state, "cost") / 2
    return Limits(steps=steps, tokens=tokens, cost_usd=cost_usd, time_s=time_s)


def reproduced(check: Reproduced, state: State, hands: Hands) -> tuple[bool, str]:
    mine = result_of(check, state, hands)
    if prose(check.path, mine):
        return True, "written text: no second attempt can give the same words"
    votes = [vote_of(check, made, state) for made in state.attempts]
    what = "files" if check.path == WHOLE else check.path or "answer"
    if mine and mine in votes:
        return (
            True,
            f"{votes.count(mine)} of {len(votes)} independent attempts gave the same {what}",
        )
    if not votes and attempt_limits(state) is None:
        return False, "nothing is left to pay an independent attempt to compare with"
    shown = " | ".join(repr(vote[:120]) for vote in votes)
    return False, f"no independent attempt gave the same {what}; they gave {shown}"


def result_of(check: Reproduced, state: State, hands: Hands) -> str:
    """What is compared, in its `normal` form."""
    if not check.path:
        return answered(state.finish.summary if state.finish else "", state)
    if check.path == WHOLE:
        changed = (path for path, sha in state.ledger.artefacts.items() if sha)
        return normal(listing((path, text_of(path, hands)) for path in changed))
    return normal(text_of(check.path, hands))


def answered(answer: str, state: State) -> str:
    """Where only a number was asked for, the numbers that are not the goal's own; else what the
    answer says beside its sentence, or the text that it is."""
    checks = [c.check for c in state.criteria]
    asks = [check.asks for check in checks if isinstance(check, AnswerGiven)]
    numbers = [plain(one.replace(",", "")) for one in NUMBER.findall(answer)]
    own = [one for one in numbers if one not in numbers_in(state.goal)]
    if numbers and asks == [("number",)]:
        return " ".join(own or numbers)
    return normal(answer) if prose("", answer) else said(answer, state.goal) or normal(answer)


def only_written(contract: Contract, state: State, hands: Hands) -> bool:
    """Is all that could be compared a written text, which no attempt can repeat?"""
    compared = [c.check for c in contract.criteria if isinstance(c.check, Reproduced)]
    written = [one.path for one in compared if prose(one.path, result_of(one, state, hands))]
    return bool(written) and unproven(contract.criteria, written)


def listing(files: Iterable[tuple[str, str]]) -> str:
    """Names and contents in a form that can be compared and shown."""
    return "\n".join(f"{path} {sha256(normal(text).encode()).hexdigest()[:8]}"
                     for path, text in sorted(files))  # fmt: skip


def vote_of(check: Reproduced, made: AttemptMade, state: State) -> str:
    if check.path == WHOLE:
        return normal(listing(made.files))
    return normal(file_of(check, made)) if check.path else answered(made.answer, state)


def file_of(check: Reproduced, made: AttemptMade) -> str:
    return dict(made.files).get(check.path, "")


def normal(text: str) -> str:
    """Two results agree that differ only in blanks, line ends, the layout of JSON or of a Markdown
    table and the text around it, the quotes of CSV, how a number is written, or the sentence around
    the same numbers and names."""
    if text.lstrip().startswith(("{", "[")):
        with suppress(ValueError, RecursionError):
            return json.dumps(json.loads(text, parse_int=float), sort_keys=True)
    drawn = from_markdown(text)
    rows = (drawn.head, *drawn.rows) if drawn else rows_of(text)
    text = "\n".join(",".join(map(as_number, row)) for row in rows)
    text = "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())
    sentence = " " in text and "\n" not in text and len(text.split()) <= PROSE_WORDS
    return " ".join(literals(text)) or text if sentence else text


def rows_of(text: str) -> Iterator[list[str]]:
    """As CSV where it is, else the lines as they are."""
    try:
        yield from list(csv.reader(text.strip().splitlines(), strict=True))
    except csv.Error:
        yield from ([line] for line in text.strip().splitlines())


def as_number(cell: str) -> str:
    try:
        return f"{float(cell):.6g}"
    except ValueError:
        return cell.strip()


def prose(path: str, text: str) -> bool:
    if ending(path) in DATA:
        return False
    lines = text.splitlines() or [""]
    words = len(text.split())
    return words > PROSE_WORDS and words / len(lines) >= 8


def outvoted(failed: list[Criterion], state: State) -> CallChosen | None:
    """Where all other attempts agree on another result, theirs is taken: the majority of three."""
    for criterion in failed:
        if not isinstance(criterion.check, Reproduced) or criterion.check.path in ("", WHOLE):
            continue
        votes = [file_of(criterion.check, made) for made in state.attempts]
        if len(votes) > 1 and votes[0] and len({normal(vote) for vote in votes}) == 1:
            return CallChosen(
                call_id=f"vote-{state.round}",
                tool="write_file",
                args={"path": criterion.check.path, "content": votes[0]},
                thought="Two independent attempts agree on another result, so theirs is taken.",
                by="harness",
            )
    return None
