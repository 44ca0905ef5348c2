"""The first look: what lies in the workspace, so that no model has to ask for it."""

import re
from asyncio import to_thread
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from selfstarter.asking.view import cut_to
from selfstarter.core.decoding import DATABASE, DOCUMENTS, WIDE, binary_kind, decoded, document_kind
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import GoalRead, WorkspaceScouted
from selfstarter.core.hands import Hands
from selfstarter.core.ports import MOST_LISTED
from selfstarter.core.state import State
from selfstarter.goals.goal_file import goal_read
from selfstarter.goals.mentions import mentions_of
from selfstarter.goals.names import files_named, is_named
from selfstarter.goals.orders import TESTS
from selfstarter.moves.repository import repository_of
from selfstarter.texts.columns import Column
from selfstarter.texts.few_values import few_values
from selfstarter.texts.reading import NAMED_LINES, PROSE
from selfstarter.texts.sheets import Sheet, sheet_of
from selfstarter.texts.words import ending

MOST_WALKED = 50_000
NAMES = 60
HEADS = 14
"""Files whose first lines are shown."""
LINES = 4
FEW_FILES = 6
"""In a folder that the goal names, for each to be shown as if it were named itself."""
LINE = 160
SMALL_FILE = 4_096
"""Bytes of a file that may be shown whole."""
BESIDE = re.compile(r"(?:^|/)(?:\.[^/]*|(?:readme|licen[sc]e|changelog|contributing)[^/]*)$", re.I)
"""What stands beside code and data, and is shown whole where these leave room."""
WHOLE_SHARE = 0.3
"""Bytes of them for a token of the window: about a twelfth of it."""
FOLDER_SHARE = 0.2
"""Bytes of all texts of a folder for a token of the window: about a twentieth of it."""
SHOWN = 0.2
"""Of the window, for both."""
LOOKED_INTO = 64 << 10
"""Bytes of a file."""
COUNTED = 16 << 20
"""Bytes of one whose lines are counted."""
NOT_SHOWN = "Not shown below: "
COLUMNS = "Its columns: "
MOST_COLUMNS = 12


async def scout(state: State, hands: Hands) -> AsyncIterator[GoalRead | WorkspaceScouted]:
    read = goal_read(state, hands)
    if read:
        yield read
    goal, own = (read.goal, read.path) if read else (state.goal, "")
    seen = await to_thread(look_around, goal, hands, own)  # a document takes its time
    digests = tuple((name, hands.files.digest(name)) for name in seen.paths)
    if hands.watch:
        hands.watch.learn(digests)
    told = hands.profile.drafts_criteria and seen.paths  # else nothing counts as read of it
    repository = await repository_of(state, hands) if told else ""
    yield WorkspaceScouted(
        listing="\n".join(filter(None, (seen.listing, repository))),
        heads=seen.heads,
        digests=digests,
        inside=hands.inside,
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies in the workspace now."""

    listing: str
    heads: str
    """The first lines of what matters most for the goal."""
    paths: Sequence[str]


def look_around(goal: str, hands: Hands, own: str = "") -> Surroundings:
    """`own`: the file that says what the goal is, of which no more need be shown."""
    stamps = hands.files.stamps()
    listed = [f"{name} ({size:,} bytes)" for name, (size, _) in list(stamps.items())[:NAMES]]
    if len(stamps) > NAMES:
        listed.append(f"… and {len(stamps) - NAMES} more")
    paths = [*stamps, *(beyond(goal, hands) if len(stamps) >= MOST_LISTED else ())]
    named = named_in(goal, paths)
    first = [name for name in dict.fromkeys((*named, *stamps)) if name != own]
    all_fit = fits_whole({name: stamps[name][0] for name in first if name in stamps}, hands)
    looks = first_looks(first, hands, NAMES if all_fit else HEADS)
    sizes = {
        one.name: len(one.text) if ending(one.name) in DOCUMENTS else stamps[one.name][0]
        for one in looks
        if one.is_new and one.name in stamps
    }
    meant = [name for name in named if ending(name) in (*PROSE, *DOCUMENTS)]
    whole = shown_whole(sizes, hands, [*sizes] if all_fit else meant)
    most = {one.name: NAMED_LINES for one in looks if one.name in named or is_database(one.name)}
    heads = [head_of(one, hands, most.get(one.name, LINES), one.name in whole) for one in looks]
    beside = (not_shown(looks, first[len(looks) :]), mentions_of(goal, hands.files, first))
    return Surroundings(
        listing="\n".join(listed) or "(the folder is empty)",
        heads="\n\n".join(filter(None, (*beside, *heads))),
        paths=paths,
    )


@dataclass(frozen=True, slots=True)
class Look:
    """The beginning of a file."""

    name: str
    data: bytes = b""
    text: str = ""
    encoding: str = ""
    """As `decoded` says it."""
    kind: str = ""
    """Why there is no text."""
    twin: str = ""
    """Another file, that holds the same to the byte."""
    lines: int = 0
    """Of all of it; 0: it is too long to be counted."""

    @property
    def is_new(self) -> bool:
        return bool(self.text.strip()) and not self.twin


def fits_whole(sizes: Mapping[str, int], hands: Hands) -> bool:
    """Is there room for every text of so small a folder? For a bigger model: what it has not seen,
    no check of its own looks at."""
    room = min(hands.profile.whole_bytes, int(hands.model.facts.window * FOLDER_SHARE))
    if len(sizes) > NAMES or sum(ending(name) in DOCUMENTS for name in sizes) > HEADS:
        return False
    for name, size in sizes.items():
        data = beginning(name, hands)
        if not document_kind(ending(name), data) and not binary_kind(data):
            room -= size
        if room < 0:
            return False
    return room > 0


def beginning(name: str, hands: Hands) -> bytes:
    try:
        return hands.files.read(name, LINE)
    except ToolFailed:
        return b""


def is_database(name: str) -> bool:
    return DOCUMENTS.get(ending(name)) == DATABASE


def first_looks(names: Sequence[str], hands: Hands, most: int) -> Sequence[Look]:
    """At the first of these files, until so many have something to show."""
    looks: list[Look] = []
    for name in names[:NAMES]:
        look = look_at(name, hands)
        looks.append(replace(look, twin=twin_of(look, looks, hands)))
        if sum(one.is_new for one in looks) == most:
            break
    return looks


def look_at(name: str, hands: Hands) -> Look:
    try:
        whole = hands.files.read(name, LOOKED_INTO + 1)
    except ToolFailed:
        return Look(name, kind="it cannot be read")
    data = whole[:LOOKED_INTO]
    kind = document_kind(ending(name), data)
    if kind and (kind != DATABASE or hands.profile.drafts_criteria):
        return look_into(name, data, hands)
    if kind := binary_kind(data):
        return Look(name, kind=kind)
    text, encoding = decoded(data)
    lines = lines_in(name, hands) if whole != data else len(text.splitlines())
    return Look(name, data, text, encoding, lines=lines)


def lines_in(name: str, hands: Hands) -> int:
    data = hands.files.read(name, COUNTED + 1)
    if len(data) > COUNTED or data.startswith(WIDE):
        return 0
    return data.count(b"\n") + (not data.endswith(b"\n"))


def look_into(name: str, data: bytes, hands: Hands) -> Look:
    """A document, as it is read."""
    try:
        text = hands.sources.text(name)
    except ToolFailed as error:
        why = str(error).removeprefix(f"{name} ").removeprefix("is ").removesuffix(".")
        return Look(name, kind=why)
    return Look(name, data, text[:LOOKED_INTO], lines=len(text.splitlines()))


def twin_of(look: Look, others: Sequence[Look], hands: Hands) -> str:
    """For a bigger model; empty: there is none."""
    if not hands.profile.drafts_criteria or not look.is_new:
        return ""
    alike = (one.name for one in others if one.is_new and one.data == look.data)
    if len(look.data) == LOOKED_INTO:
        digest = hands.files.digest(look.name)
        alike = (name for name in alike if hands.files.digest(name) == digest)
    return next(alike, "")


def not_shown(looks: Iterable[Look], others: Sequence[str]) -> str:
    """Which files no head is shown of, and why; empty: none. `others`: not looked at, in order."""
    told = [f"{one.name}: {one.kind}" for one in looks if one.kind]
    if others:
        count = len(others)
        told.append(f"the {count:,} files from {others[0]} on" if count > 1 else others[0])
    return f"{NOT_SHOWN}{'; '.join(told)}" if told else ""


def files_shown(listing: str, heads: str, hands: Hands) -> str:
    """Both, for whoever is to say what done means, in as much as the window has room for."""
    most = int(hands.model.facts.window * SHOWN)
    return cut_to(f"{listing}\n\n{heads}", most, hands.model.count)


def beyond(goal: str, hands: Hands) -> list[str]:
    """Of more files than are listed: the tests, which must stay as they are, and what the goal
    names."""
    listed, wanted = {*hands.files.names()}, {*files_named(goal)}
    return [
        path
        for path in hands.files.names(MOST_WALKED)
        if path not in listed and (TESTS.search(path) or not wanted.isdisjoint(tails(path)))
    ][:MOST_LISTED]


def tails(path: str) -> list[str]:
    """`a/b/c` -> a/b/c, b/c, c."""
    names = path.split("/")
    return ["/".join(names[n:]) for n in range(len(names))]


def named_in(goal: str, paths: Iterable[str]) -> list[str]:
    """Files that the goal names, and those in a folder that it names, if they are few."""
    paths = list(paths)
    files = [path for path in paths if path in goal or path.rpartition("/")[2] in goal]
    folders = [path for path in paths if any(is_named(part, goal) for part in path.split("/")[:-1])]
    return list(dict.fromkeys([*files, *(folders if len(folders) <= FEW_FILES else ())]))


def shown_whole(sizes: Mapping[str, int], hands: Hands, meant: Sequence[str]) -> set[str]:
    """The small ones of these files, as long as there is room: their last line may decide. `meant`:
    those that may be longer; by what the goal names it may go. Then come code and data. What is
    told of a database is short already."""
    room = min(hands.profile.whole_bytes, int(hands.model.facts.window * WHOLE_SHARE))
    whole: set[str] = set()

    def place(one: tuple[str, int]) -> tuple[bool, bool]:
        return one[0] not in meant, bool(BESIDE.search(one[0]))

    for name, size in sorted(sizes.items(), key=place):
        if size <= (room if name in meant or is_database(name) else min(SMALL_FILE, room)):
            whole.add(name)
            room -= size
    return whole


def head_of(look: Look, hands: Hands, lines: int, whole: bool = False) -> str:
    """The first lines of a text file, or all of them, with its name on top; empty for anything
    else."""
    if look.twin:
        return f"== {look.name}\n(the same as {look.twin})"
    marked = hands.profile.protocol == "native"
    kept = look.text.splitlines()
    kept = kept if whole else [cut(line, marked) for line in kept]
    if not any(line.strip() for line in kept):
        return ""
    noted = lines >= NAMED_LINES or (hands.profile.drafts_criteria and not whole)
    told = column_notes(look.name, look.data, hands.profile.drafts_criteria) if noted else []
    lines = len(kept) if whole else lines
    count = f"{look.lines:,}" if look.lines else f"more than {len(kept) - 1:,}"
    more = f"\n… ({count} lines)" if len(kept) > lines else ""
    notes = f"\n(read as {look.encoding})" if look.encoding else ""
    notes += f"\n{COLUMNS}{'; '.join(told)}" if told else ""
    return f"== {look.name}\n" + "\n".join(kept[:lines]) + more + notes


def cut(line: str, marked: bool) -> str:
    """`marked`: with a sign that there is more, or a line would seem to be written so."""
    left = len(line) - LINE
    return line[:LINE] + (f"… ({left:,} more characters)" if marked and left > 0 else "")


def column_notes(name: str, data: bytes, large: bool) -> list[str]:
    """What the first lines of a table do not show: all values of a column that has few, blanks,
    what does not fit, numbers and dates that a program will take for text. `large`: for a bigger
    model, with what it would have to clean before it can write a check."""
    sheet = sheet_of(name, data)
    if sheet is None:
        return []
    head = ["(no head)"] if sheet.headless else []
    head += twice(sheet) if large and len(data) < LOOKED_INTO else []
    lists = [f"{key}: lists" for key in sheet.lists]
    lacking = [sheet.lacking.get(column.name, 0) for column in sheet.columns]
    told = [
        (
            column.name,
            ", ".join(filter(None, (about_column(column, n), spelled(column) if large else ""))),
        )
        for column, n in zip(sheet.columns, lacking, strict=True)
    ]
    return [*head, *lists, *(f"{name}: {found}" for name, found in told if found)][:MOST_COLUMNS]


def twice(sheet: Sheet) -> list[str]:
    """Rows that are there once more, cell by cell."""
    rows = Counter(zip(*(column.cells for column in sheet.columns), strict=False))
    more = sum(rows.values()) - len(rows)
    verb = "repeats" if more == 1 else "repeat"
    return [f"{more} of {sheet.rows} rows {verb} another row"] if more else []


def spelled(column: Column) -> str:
    """Where values differ in capitals alone."""
    ways = defaultdict[str, set[str]](set)
    for cell in column.full:
        ways[cell.casefold()].add(cell)
    several = next((sorted(one) for one in ways.values() if len(one) > 1), None)
    if several is None or column.kind != "text":
        return ""
    like = ", ".join(map(repr, several[:2]))
    return f"{len(ways)} values spelled in {sum(map(len, ways.values()))} ways, like {like}"


def about_column(column: Column, lacks: int = 0) -> str:
    """`lacks`: rows of JSON that have no such key."""
    said = [RAGGED] if column.ragged else []
    if values := few_values(column.cells):
        said.append("values " + ", ".join(repr(value) for value in values))
    if column.kind == "number" and (column.unit or column.comma or column.grouped):
        like = max(column.full, key=len)
        commas = column.grouped and not column.unit
        hint = " (pandas: thousands=',')" if commas and "," in like else ""
        said.append(f"numbers {'with commas, ' if hint else ''}like {like!r}{hint}")
    if column.kind == "date" and not column.iso:
        said.append(f"dates in {column.forms} forms" if column.forms > 1 else "dates")
    if column.odd and not values:
        said.append(f"not all are {column.kind}s: " + ", ".join(map(repr, column.odd[:3])))
    if column.doubt:
        said.append(column.doubt)
    if lacks:
        said.append(f"absent in {lacks}")
    if column.blank > lacks:
        said.append(f"{column.blank - lacks} blank")
    return ", ".join(said)


RAGGED = "blanks around some values (.str.strip())"
