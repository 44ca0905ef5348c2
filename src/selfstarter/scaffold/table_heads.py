"""The head of what a small model made, where only that is wrong: the harness sets the names of a
table, and takes the head of a list away. Told of it, the model often makes all of it anew, and
loses what was right."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from selfstarter.core.contract import FileMatches
from selfstarter.core.events import CallChosen
from selfstarter.core.hands import Hands
from selfstarter.core.marks import mark_of
from selfstarter.core.state import State
from selfstarter.proofs.content import head_of_list, is_head
from selfstarter.texts.reading import whole
from selfstarter.texts.tables import cells, table_of
from selfstarter.texts.words import ending

MARKED = ("csv", "tsv")


def set_head(state: State, hands: Hands) -> CallChosen | None:
    """None: there is no such table, or more than a name is wrong."""
    if "write_file" not in hands.tools:
        return None
    for check in headless(state):
        try:  # of a longer one only a part would be written back
            text = (whole(check.path, hands) or b"").decode()
        except UnicodeDecodeError:
            continue
        bare_list = check.no_head and without_head(text, check.no_head)
        if written := bare_list or with_names(check.path, text, check.columns):
            return CallChosen(
                call_id=f"{state.spent.steps + 1}",
                tool="write_file",
                args={"path": check.path, "content": written},
                thought="Only the head was not as wanted.",
                by="harness",
            )
    return None


def headless(state: State) -> Iterator[FileMatches]:
    """Of the tables that did not pass when they were last looked at."""
    for criterion in state.criteria:
        seen, check = state.checks.get(criterion.id), criterion.check
        if not isinstance(check, FileMatches) or not seen or seen.passed:
            continue
        if check.columns or check.no_head:
            yield check


def without_head(text: str, names: Sequence[str]) -> str:
    """Empty: it has none, or nothing else."""
    head = head_of_list(text, names)
    rest = text.partition(head)[2].lstrip("\r\n") if head else ""
    return rest if rest.strip() else ""


def with_names(path: str, text: str, wanted: Sequence[str]) -> str:
    """The text with these names in the head of its table; empty: they are there, or do not fit."""
    table = table_of(path, text)
    if table is None or is_head(table.head, wanted, path) or not fits(table.head, wanted):
        return ""
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if ending(path) == "md" and cells(line.strip()) == table.head:
            return "\n".join([*lines[:n], f"| {' | '.join(wanted)} |", *lines[n + 1 :]])
        if ending(path) in MARKED and line.strip():
            mark = mark_of(path, text)
            row = next(csv.reader([line], delimiter=mark))
            if tuple(cell.strip() for cell in row) != table.head:
                return ""  # a name goes over two lines
            new = io.StringIO()
            csv.writer(new, delimiter=mark, lineterminator="").writerow(wanted)
            end = "\r" if line.endswith("\r") else ""
            return "\n".join([*lines[:n], new.getvalue() + end, *lines[n + 1 :]])
    return ""


def fits(head: Sequence[str], wanted: Sequence[str]) -> bool:
    """As many names, in the same places, all but one of them alike."""
    if len(head) != len(wanted):
        return False
    strange = [n for n, one in enumerate(head) if bare(one) != bare(wanted[n])]
    elsewhere = {bare(one) for one in wanted}
    return len(strange) < min(2, len(head)) and not any(bare(head[n]) in elsewhere for n in strange)


def bare(name: str) -> str:
    """`ram_gb` and `RAM (GB)` are one name."""
    return re.sub(r"[\W_]+", "", name).lower()
