"""Agreement of independent attempts, where nothing else can tell."""

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256

from selfstarter.core.budget import left, working_time_s
from selfstarter.core.contract import AnswerGiven, Contract, Criterion, Reproduced, Seen
from selfstarter.core.decoding import decoded
from selfstarter.core.events import AttemptMade, CallChosen, Limits
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.criteria import unproven
from selfstarter.proofs.same_answer import said
from selfstarter.texts.reading import HEAD, text_of
from selfstarter.texts.tables import from_markdown
from selfstarter.texts.words import NUMBER, count_words, ending, literals, numbers_in, plain

PROSE_WORDS = 40
DATA = frozenset("csv tsv json jsonl toml yaml yml ini cfg conf xml sql md".split())  # noqa: SIM905
"""Endings of files that two attempts can give alike, however many words they hold. Of Markdown only
those are compared that hold a table."""
WHOLE = "."


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
        files=tuple((path, decoded(data[:HEAD])[0]) for path, data in made.files.items()),
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


def reproduced(check: Reproduced, state: State, hands: Hands) -> Seen:
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
    sentence = " " in text and "\n" not in text and count_words(text) <= PROSE_WORDS
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
    words = count_words(text)
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
