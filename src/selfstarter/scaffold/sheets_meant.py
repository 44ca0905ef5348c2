"""The tables that the goal means."""

from collections.abc import Iterable, Sequence

from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.files import is_spoken_of, rows_there
from selfstarter.goals.names import files_meant
from selfstarter.scaffold.gathered import LOGS, folder_named, gathered_sheet, is_about_files
from selfstarter.scaffold.tidy import variable
from selfstarter.texts.reading import whole, whole_text
from selfstarter.texts.sheets import Sheet, of_lines, sheet_of
from selfstarter.texts.words import ending

MOST_LOADED = 3


def sheets_named(state: State, hands: Hands) -> list[Sheet]:
    there = list(state.found)
    named = files_meant(state.goal, there)
    if found := different(sheet_at(path, state.goal, hands) for path in named):
        return found
    if sheet := gathered_sheet(state, hands):
        return [sheet]
    if named or folder_named(state)[0] or is_about_files(state.goal):
        return []
    return sheets_spoken_of(there, state.goal, hands)


def sheets_spoken_of(paths: Sequence[str], goal: str, hands: Hands) -> list[Sheet]:
    """Where the goal names no file: `who has not paid the fee?`, and one table has a column fee."""
    sheets = [sheet for path in rows_there(paths) if (sheet := sheet_at(path, goal, hands))]
    return different(
        sheet
        for sheet in sheets
        if is_spoken_of(sheet.path, [column.name for column in sheet.columns], goal)
    )


def different(sheets: Iterable[Sheet | None]) -> list[Sheet]:
    """The first of each name that a program may have for them."""
    found: dict[str, Sheet] = {}
    for sheet in sheets:
        if sheet:
            found.setdefault(variable(sheet), sheet)
    return list(found.values())[:MOST_LOADED]


def sheet_at(path: str, goal: str, hands: Hands) -> Sheet | None:
    if ending(path) in LOGS:
        return of_lines({path: whole_text(path, hands)})
    data = whole(path, hands)
    return None if data is None else sheet_of(path, data, goal)
