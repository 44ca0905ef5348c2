"""What a program that waits for a run is told on the way: a line for each thing that happens."""

from collections.abc import Iterable, Iterator

from selfstarter.core.cleaning import clean
from selfstarter.core.events import AnyEvent, CallChosen, FinishAsked, PlanMade, Reflected
from selfstarter.core.ports import Recorded


def lines(events: Iterable[Recorded]) -> Iterator[tuple[int, str]]:
    """(seq, line) of the events that anybody waits for."""
    for recorded in events:
        if line := said(recorded.event):
            yield recorded.seq, clean(line)


def said(event: AnyEvent) -> str:
    match event:
        case PlanMade(tasks=tasks):
            return f"Plans {len(tasks)} task{'s' * (len(tasks) != 1)}"
        case CallChosen(tool=tool, args=args):
            first = next((value for value in args.values() if isinstance(value, str)), "")
            return f"{tool} {first.partition(chr(10))[0][:80]}".strip()
        case Reflected():
            return "Thinks about why it does not get on"
        case FinishAsked():
            return "Checks whether it is done"
        case _:
            return ""
