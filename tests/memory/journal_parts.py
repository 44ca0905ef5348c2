"""Journals written by hand: events at one second each."""

from typing import Any, Literal

from selfstarter.core.contract import AnswerGiven, Contract, Criterion, FileExists, Task
from selfstarter.core.events import (
    AnyEvent,
    CallChosen,
    CallReturned,
    CallStarted,
    ContractDrafted,
    CriterionChecked,
    FinishAsked,
    PlanMade,
    RunEnded,
    RunStarted,
    WorkspaceScouted,
)
from selfstarter.core.ports import Recorded
from selfstarter.memory.learn import Learnt, learn


def journal(*events: AnyEvent) -> list[Recorded]:
    return [Recorded(n, 1_700_000_000.0 + n, event) for n, event in enumerate(events, 1)]


def begun(goal: str, *tasks: str, answer: bool = False, memory: bool = True) -> list[AnyEvent]:
    """A run up to its plan, in an empty folder."""
    check = AnswerGiven() if answer else FileExists(path="out.txt")
    criterion = Criterion(id="c1", text="the file out.txt is there", check=check)
    plan = tuple(Task(id=str(n), title=title) for n, title in enumerate(tasks or ("do it",), 1))
    return [
        RunStarted(goal=goal, workspace="/nowhere", model="scripted", memory=memory),
        WorkspaceScouted(listing="", heads=""),
        ContractDrafted(contract=Contract(outcome="It is there.", criteria=(criterion,))),
        PlanMade(tasks=plan),
    ]


def call(
    tool: str,
    id: str,
    output: str = "done",
    *,
    status: Literal["ok", "permanent"] = "ok",
    error: str = "",
    untrusted: bool = False,
    **args: Any,
) -> list[AnyEvent]:
    return [
        CallChosen(call_id=id, tool=tool, args=args),
        CallStarted(call_id=id),
        CallReturned(call_id=id, status=status, output=output, error=error, untrusted=untrusted),
    ]


def ended(answer: str = "", *, done: bool = True) -> list[AnyEvent]:
    return [
        FinishAsked(summary=answer),
        CriterionChecked(criterion="c1", passed=done, evidence="looked at it"),
        RunEnded(
            ending="done" if done else "partly", answer=answer, reason="Every criterion passes."
        ),
    ]


def learnt(*events: AnyEvent) -> Learnt:
    return learn("r1", journal(*events))


def texts(*events: AnyEvent) -> list[str]:
    return [record.text for record in learnt(*events).records]
