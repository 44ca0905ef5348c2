"""How a small model's next reply begins: what it would get wrong, the harness writes for it."""

import re
from collections.abc import Iterator, Sequence

from selfstarter.core.contract import AnswerGiven, FileChanged, FileMatches, TestsPass
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.changing import CODE, changing, was_read
from selfstarter.moves.fenced import FENCE
from selfstarter.moves.gathered import LOGS, gathered, gathered_sheet, is_about_files, taken_out
from selfstarter.moves.looked_up import looked_up
from selfstarter.moves.reading import whole, whole_text
from selfstarter.moves.requirements import (
    FREE_TEXT,
    TABLE,
    clauses,
    files_named,
    only_asks,
    outputs,
)
from selfstarter.moves.scout import few_values
from selfstarter.moves.sheets import Sheet, of_lines, sheet_of
from selfstarter.moves.tidy import joins, program, told, variable
from selfstarter.moves.view import IN_LINE, RESULT, error_in, full_turns
from selfstarter.moves.words import ending

MOST_REMARKS, MOST_ABOUT, LONGEST_REMARK = 16, 9, 400
MOST_LOADED = 3
PROSE, PROSE_WORDS = ("txt", "md", "rst", "text"), 5
"""Kinds of texts, and how many words a line has on average where it is no list."""


def opening(state: State, hands: Hands) -> str:
    """How a small model's reply begins.

    What the goal needs of the web comes first. A text or a program: with the file that is to be
    made. Where a program makes the result: with the goal's own words and what is known of its
    tables as comments, and the tables read; asked to name the requirements itself, the model turns
    some into their opposite, and asked to mend a part, it mends it alone. Where a question was
    asked and a program printed something: with the answer; left alone, the model starts on another
    task.
    """
    if fetched := looked_up(state, hands):
        return fetched
    checks = [c.check for c in state.contract.criteria] if state.contract else []
    last = next(iter(state.transcript), None)
    printed = last and last.result and last.result.status == "ok" and last.result.output.strip()
    if any(isinstance(check, AnswerGiven) for check in checks):
        if read := text_read(state, hands):
            return read
        if printed:
            return f"{FENCE}finish\n"
    taken = taken_out(state, hands)
    tables = [] if taken else sheets_named(state, hands)
    if path := written_out(state, tables):
        return f"{FENCE}file {path}\n"
    about = [line for table in tables for line in told(table, state.goal)]
    about += [*known(tables, state.goal), *joins(tables)]
    remarks = [
        " ".join(remark.split())
        for remark in (
            *clauses(state.goal),
            *about[:MOST_ABOUT],
            *wanted(state),
            *failing(state),
            *last_time(state, tables),
        )
    ]
    by_hand = any(isinstance(check, (FileChanged, TestsPass)) for check in checks)
    by_hand = by_hand and not (FileChanged(path="") in checks and is_about_files(state.goal))
    too_many = len(remarks) > MOST_REMARKS or max(map(len, remarks)) > LONGEST_REMARK
    comments = "" if too_many else "".join(f"# {remark}\n" for remark in remarks)
    if by_hand:
        return changing(checks, comments, state, hands)
    if too_many:
        return FENCE
    # Code too: left to begin it, the model may go on with comments to the end.
    reading = program(tables, state.goal)
    code = f"{reading}{next_line(state, tables)}" if reading else taken or gathered(state, hands)
    return f"{FENCE}python\n{comments}{code or 'import'}"


def text_read(state: State, hands: Hands) -> str:
    """A question about a text is answered by reading it, not by a program that looks for words: the
    text first, then the answer. Empty: the goal names no text, or none that can be shown whole."""
    there = [path for path, _ in state.scouted.digests] if state.scouted else []
    paths = [name for name in files_named(state.goal) if name in there]
    if not paths or not all(is_prose(path, hands) for path in paths):
        return ""
    unread = [path for path in paths if not was_read(path, state)]
    return f"{FENCE}read {unread[0]}\n" if unread else f"{FENCE}finish\n"


def is_prose(path: str, hands: Hands) -> bool:
    if ending(path) not in PROSE:
        return False
    text = whole_text(path, hands)
    lines = [line.split() for line in text.splitlines() if line.strip()]
    wordy = sum(map(len, lines)) >= PROSE_WORDS * len(lines) > 0
    return wordy and hands.model.count(text) <= hands.model.facts.window * RESULT


def next_line(state: State, tables: Sequence[Sheet]) -> str:
    """What a small model does first with its tables where a row is wanted for each of a kind: left
    alone, it writes the sums into a column of the table it has, under the old name."""
    criteria = state.contract.criteria if state.contract else ()
    looks = [c.check for c in criteria if isinstance(c.check, FileMatches)]
    per = next((check for check in looks if check.one_per), None)
    if per is None:
        return "".join(f"{line}\n" for line in counting(state, tables))
    wanted = next((check.columns for check in looks if check.columns), ())
    new = [name for name in wanted if name.lower() != per.one_per and name.isidentifier()]
    numbers = [c.name for table in tables for c in table.columns if c.kind == "number"]
    how = next((how for how, said in HOW.items() if re.search(said, state.goal, re.I)), "")
    of = repr(numbers[0]) if len(numbers) == 1 else "COLUMN"
    of = repr(column_named(per.one_per, tables)) if how == "count" else of
    made = f".agg({new[0]}=({of}, {how!r}))" if len(new) == 1 and how else ""
    falling = any(check.order == "falling" for check in looks)
    made += f".sort_values({new[0]!r}, ascending=False)" if made and falling else ""
    groups = f"groupby({column_named(per.one_per, tables)!r}, as_index=False)"
    only = "".join(f"{line}\n" for line in picked(tables, state.goal, per.one_per))
    return f"\n{only}# one row for each {per.one_per}: {groups}{made}\n"


def counting(state: State, tables: Sequence[Sheet]) -> Iterator[str]:
    """Where it is asked what is there most often: left alone, a small model writes the counts into
    a column of the table that it counts."""
    words = COUNTED.sub("", state.goal).lower()
    found = [
        (table, column)
        for table in tables
        for column in table.usable
        if column.kind == "text" and re.search(rf"\b{re.escape(column.name.lower())}s?\b", words)
    ]
    asked = COUNTED.search(state.goal) and only_asks(state.goal)
    if not asked or len(found) != 1:
        return
    ((table, column),) = found
    yield ""
    yield from picked([table], state.goal, column.name.lower())
    yield f"print({variable(table)}[{column.name!r}].value_counts())"


COUNTED = re.compile(
    r"\b(?:most|least) (?:often|common|frequent(?:ly)?)\b|\bhow (?:often|many times)\b"
    r"|\b(?:most|fewest) (?:lines|entries|rows|times|requests|errors|failures)\b",
    re.IGNORECASE,
)


def picked(sheets: Sequence[Sheet], goal: str, group: str) -> Iterator[str]:
    """Where the goal names one of the values that a column has: lines that leave the rows which are
    meant. Told of it in a comment, a small model adds up all of them."""
    for sheet in sheets:
        for column in sheet.usable:
            values = few_values(column.cells)
            named = [v for v in values if re.search(rf"\b{re.escape(v)}\b", goal, re.IGNORECASE)]
            if len(named) == 1 < len(values) and column.name.lower() != group:
                name = variable(sheet)
                yield f"# only the {column.name} {named[0]!r} is asked for"
                yield f"{name} = {name}[{name}[{column.name!r}] == {named[0]!r}]"


def column_named(name: str, tables: Sequence[Sheet]) -> str:
    """The column as the table spells it."""
    names = [column.name for table in tables for column in table.columns]
    return next((one for one in names if one.lower() == name), name)


HOW = {
    "mean": r"\b(averages?|means?)\b",
    "count": r"\b(counts? (the|how|of)|how many|number of)\b",
    "sum": r"\b(add\w*|sums?|totals?)\b",
}


def written_out(state: State, tables: Sequence[Sheet]) -> str:
    """The one file to make, where it is a program, or a text that no table goes into."""
    there = dict(state.scouted.digests) if state.scouted else {}
    made = outputs(state.goal, state.sketch, there) if state.sketch else ()
    if len(made) != 1:
        return ""
    kind = ending(made[0])
    text = state.sketch is not None and state.sketch.document and kind in FREE_TEXT
    drawn = bool(tables) or bool(TABLE.search(state.goal))
    return made[0] if kind in CODE or (text and not drawn) else ""


def known(sheets: Sequence[Sheet], goal: str) -> Iterator[str]:
    """What the columns hold that a program must heed.

    The values of a column only where the goal speaks of one: named without need, they are taken
    for a condition.
    """
    words = goal.lower()
    for sheet in sheets:
        if sheet.headless:
            kinds = ", ".join(f"{c.name} ({c.kind})" for c in sheet.columns)
            yield f"{sheet.path} has no head; its columns: {kinds}"
        for column in sheet.columns:
            said = [column.doubt] if column.doubt else []
            values = few_values(column.cells)
            if named := [value for value in values if value.lower() in words]:
                only = f" (the goal names {listed(named)} only)" if named != values else ""
                said.append(f"its values are {listed(values)}{only}")
            if column.blank and column.name not in sheet.absent:
                said.append(f"{column.blank} blank")
            if said:
                yield f"{column.name}: {', '.join(said)}"


def listed(values: Sequence[str]) -> str:
    return ", ".join(repr(value) for value in values)


def wanted(state: State) -> tuple[str, ...]:
    """What the contract asks of the table to be made."""
    criteria = state.contract.criteria if state.contract else ()
    looks = [(c.text, c.check) for c in criteria if isinstance(c.check, FileMatches)]
    return tuple(text for text, check in looks if check.columns or check.order)


def failing(state: State) -> Iterator[str]:
    """What the tests said before any work."""
    for criterion in state.contract.criteria if state.contract else ():
        told = [line[1:].strip() for line in criterion.before.splitlines() if line[:2] == "E "]
        if told:
            yield f"a test says: {told[0][:200]}"


def last_time(state: State, sheets: Sequence[Sheet]) -> Iterator[str]:
    """What was wrong with the last program.

    Of an error that came before, the line that made it is not shown again: a small model copies
    it. What the tables hold is told in its place.
    """
    turns = [turn for turn in full_turns(state) if not turn.from_person]
    if not turns or full_turns(state)[-1].from_person:
        return
    *before, last = turns
    if not (last.call and last.result and last.result.status == "permanent"):
        if last.note:
            yield f"An earlier program did not do it. {last.note}"
        return
    error = error_in(last)
    again = state.starts_over > 0 or any(
        kind_of(error_in(turn)) == kind_of(error)
        for turn in before
        if turn.result and turn.result.status == "permanent"
    )
    yield f"An earlier program failed: {error.partition(IN_LINE)[0] if again else error}"
    if again or "KeyError" in error:
        yield from map(shape, sheets)


def kind_of(error: str) -> str:
    return error.partition(":")[0]


def shape(sheet: Sheet) -> str:
    """The columns of a table, and of each one value."""
    held = (f"{c.name} (like {c.full[0][:20]!r})" if c.full else c.name for c in sheet.columns[:12])
    return f"{variable(sheet)} has the columns {', '.join(held)}"


# ── the tables that the goal names ───────────────────────────────────────────────────────────


def sheets_named(state: State, hands: Hands) -> list[Sheet]:
    there = [path for path, _ in state.scouted.digests] if state.scouted else []
    paths = [name for name in files_named(state.goal) if name in there]
    found: dict[str, Sheet] = {}
    for path in paths:
        sheet = sheet_at(path, state.goal, hands)
        if sheet:
            found.setdefault(variable(sheet), sheet)
    if not found and (sheet := gathered_sheet(state, hands)):
        return [sheet]
    return list(found.values())[:MOST_LOADED]


def sheet_at(path: str, goal: str, hands: Hands) -> Sheet | None:
    if ending(path) in LOGS:
        return of_lines({path: whole_text(path, hands)})
    data = whole(path, hands)
    return None if data is None else sheet_of(path, data, goal)
