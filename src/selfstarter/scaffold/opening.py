"""How a small model's next reply begins: what it would get wrong, the harness writes for it."""

import re
from collections.abc import Iterator, Sequence

from selfstarter.asking.fenced import FENCE
from selfstarter.asking.pages_read import pages_read
from selfstarter.asking.view import IN_LINE, error_in, full_turns
from selfstarter.core.contract import FileChanged, FileExists, FileMatches, TestsPass
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.criteria import FALLBACK, FREE_TEXT
from selfstarter.goals.files import outputs
from selfstarter.goals.names import CODE, clauses
from selfstarter.goals.orders import COMPOSED, SPLIT, open_ended
from selfstarter.goals.programs import is_given_something
from selfstarter.goals.wanted_tables import TABLE
from selfstarter.scaffold.changing import changing
from selfstarter.scaffold.first_lines import as_called, first_lines
from selfstarter.scaffold.gathered import gathered, is_about_files, lines_named, taken_out
from selfstarter.scaffold.markdown import rendered
from selfstarter.scaffold.replacements import replacements
from selfstarter.scaffold.sheets_meant import sheets_named
from selfstarter.scaffold.texts_meant import goes_to, texts_asked
from selfstarter.scaffold.tidy import joins, program, told, variable
from selfstarter.texts.few_values import values_meant
from selfstarter.texts.sheets import Sheet
from selfstarter.texts.words import ending, mentions

MOST_REMARKS, MOST_ABOUT, LONGEST_REMARK = 16, 9, 400
BY_HEART = re.compile(
    r"\b(?:with|containing|saying|says?) (?:only )?(?:the |these |this )?"
    r"(?:words?|text|lines?|sentence|message|content)\b"
    r"|[\"“][^\"”]+[\"”]|\bhello\b"
    r"|\b(?:capital|opposite|synonym|antonym|meaning|definition|plural) of\b",
    re.IGNORECASE,
)
"""Where there is no file to read: words that are dictated, or that everybody knows. A program makes
them worse; all else a program finds out better than a small model."""
PROPOSES = "# What could be done here\n\n1."
"""Who wants nothing that can be named is offered something to choose from."""
READS = "import sys\n"
"""Left alone, a small model puts what it was shown into the program, and reads nothing."""


def opening(state: State, hands: Hands) -> str:
    """How a small model's reply begins.

    A text or a program: with the file that is to be made. Where a program makes the result: with
    the goal's own words and what is known of its tables as comments, and the tables read; asked to
    name the requirements itself, the model turns some into their opposite, and asked to mend a
    part, it mends it alone. Where a question was asked and a program printed something: with the
    answer; left alone, the model starts on another task.
    """
    checks = [c.check for c in state.criteria]
    last = next(iter(state.transcript), None)
    printed = last and last.result and last.result.status == "ok" and last.result.output.strip()
    if texts_asked(state, hands):
        path = goes_to(state)
        return f"{FENCE}file {path}\n" if path else f"{FENCE}finish\n"
    if state.is_question and printed:
        return f"{FENCE}finish\n"
    taken = taken_out(state, hands)
    tables = [] if taken else sheets_named(state, hands)
    of_the_web = not tables and bool(pages_read(state, hands))
    if path := written_out(state, tables, of_the_web):
        reads = ending(path) == "py" and is_given_something(state.goal)
        begins = READS if reads else PROPOSES if path == FALLBACK else ""
        return f"{FENCE}file {path}\n{begins}"
    called = as_called(state, tables)
    about = [line for table in called for line in told(table, state.goal)]
    about += [*known(called, state.goal), *joins(called, state.goal)]
    remarks = [
        " ".join(remark.split())
        for remark in (
            *clauses(state.goal),
            *about[:MOST_ABOUT],
            *wanted(state),
            *failing(state),
            *last_time(state, called),
        )
    ]
    by_hand = any(isinstance(check, (FileChanged, TestsPass)) for check in checks)
    if is_about_files(state.goal) or SPLIT.search(state.goal):
        by_hand = by_hand and all(check.path for check in checks if isinstance(check, FileChanged))
    too_many = len(remarks) > MOST_REMARKS or max(map(len, remarks)) > LONGEST_REMARK
    comments = "" if too_many else "".join(f"# {remark}\n" for remark in remarks)
    if by_hand:
        return changing(checks, comments, state, hands)
    if too_many:
        return FENCE
    # Code too: left to begin it, the model may go on with comments to the end.
    raw = any(isinstance(check, FileMatches) and check.values_of for check in checks)
    reading = program(tables, state.goal, raw)
    code = f"{reading}{first_lines(state, tables)}" if reading else taken
    code = replacements(state, hands) or code or gathered(state, hands)
    code = code or rendered(state) or lines_named(state, hands)
    code = new_folders(state) + code
    return f"{FENCE}python\n{comments}{code or 'import'}"


def new_folders(state: State) -> str:
    """A small model opens `out/sums.csv` for writing where there is no folder `out`."""
    made = outputs(state.goal, state.sketch, state.found) if state.sketch else ()
    wanted = {path.rpartition("/")[0]: None for path in made if "/" in path and "*" not in path}
    lines = [
        f"os.makedirs({folder!r}, exist_ok=True)\n"
        for folder in wanted
        if not any(path.startswith(f"{folder}/") for path in state.known_files)
    ]
    return "import os\n" * bool(lines) + "".join(lines)


def written_out(state: State, tables: Sequence[Sheet], of_the_web: bool) -> str:
    """The one file to make, where it is a program, or a text that no table goes into, or what goes
    into it stands on a page that was read: no program comes to that. Where the goal names no result
    at all, the text that stands for one."""
    there = state.found
    made = outputs(state.goal, state.sketch, there) if state.sketch else ()
    checks = [c.check for c in state.criteria]
    if not made and FileExists(path=FALLBACK) in checks:
        return FALLBACK
    if len(made) != 1:
        return ""
    kind = ending(made[0])
    document = state.sketch is not None and state.sketch.document and kind in FREE_TEXT
    free = open_ended(state.goal) or COMPOSED.search(state.goal)
    free = free or (not there and BY_HEART.search(state.goal))
    text = document or (free and kind in ("txt", *FREE_TEXT))
    drawn = bool(tables) or bool(TABLE.search(state.goal))
    return made[0] if kind in CODE or (text and not drawn) or of_the_web else ""


def known(sheets: Sequence[Sheet], goal: str) -> Iterator[str]:
    """What the columns hold that a program must heed.

    The values of a column only where the goal speaks of one: named without need, they are taken
    for a condition.
    """
    for sheet in sheets:
        if sheet.headless:
            kinds = ", ".join(f"{c.name} ({c.kind})" for c in sheet.columns)
            yield f"{sheet.path} has no head; its columns: {kinds}"
        for column in sheet.columns:
            said = [column.doubt] if column.doubt else []
            values = values_meant(column.cells)
            if named := [value for value in values if mentions(value, goal)]:
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
    looks = [(c.text, c.check) for c in state.criteria if isinstance(c.check, FileMatches)]
    return tuple(text for text, check in looks if check.columns or check.order)


def failing(state: State) -> Iterator[str]:
    """What the tests said before any work."""
    for criterion in state.criteria:
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
        only_printed = last.call and last.call.tool in PROGRAMS and unmade(state)
        if last.note:
            yield f"An earlier program did not do it. {last.note}"
        elif only_printed:
            yield f"An earlier program only printed something. This one writes {only_printed}."
        return
    error = error_in(last)
    if (made := unmade(state)) and repr(made) in error:
        yield f"{made} is not there yet: this program writes it."
    again = state.starts_over > 0 or any(
        kind_of(error_in(turn)) == kind_of(error)
        for turn in before
        if turn.result and turn.result.status == "permanent"
    )
    yield f"An earlier program failed: {error.partition(IN_LINE)[0] if again else error}"
    if again or "KeyError" in error:
        yield from map(shape, sheets)


def unmade(state: State) -> str:
    """The one file that is to be made, where it is not there yet."""
    path = state.file_to_make
    return "" if "*" in path or state.known_files.get(path) else path


def kind_of(error: str) -> str:
    return error.partition(":")[0]


def shape(sheet: Sheet) -> str:
    """The columns of a table, and of each one value."""
    held = (f"{c.name} (like {c.full[0][:20]!r})" if c.full else c.name for c in sheet.columns[:12])
    return f"{variable(sheet)} has the columns {', '.join(held)}"
