"""One event as one line, for a log that a person or a screen reader can follow."""

import re
from collections.abc import Iterator

from selfstarter.cli.guard import WIDTH, padded, printable, short
from selfstarter.core.budget import amount, is_spent, is_too_little
from selfstarter.core.cleaning import first_line
from selfstarter.core.contract import CommandPasses, Contract
from selfstarter.core.events import (
    AnyEvent,
    ApprovalAsked,
    AttemptMade,
    BudgetReached,
    BudgetWarned,
    CallApproved,
    CallChosen,
    CallDenied,
    CallReturned,
    CallsDropped,
    ChildReturned,
    CommandMissed,
    Compacted,
    ContractAccepted,
    ContractAmended,
    ContractDrafted,
    CriterionChecked,
    Delegated,
    FactChosen,
    FinishAsked,
    FinishRejected,
    GoalRead,
    Hinted,
    LimitRaised,
    MemoryRecalled,
    ModelCalled,
    PartStudied,
    PersonAsked,
    PersonSaid,
    PlanMade,
    PlanRevised,
    RaiseAsked,
    RaiseDenied,
    Reflected,
    ReplyRejected,
    ReviewAsked,
    RunEnded,
    RunForked,
    RunImported,
    RunPaused,
    RunResumed,
    RunStarted,
    SectionWritten,
    SourcesOutlined,
    StartedOver,
    StopAsked,
    ToolPutAway,
    WorkspaceSaved,
    WorkspaceUndone,
)
from selfstarter.core.gate import BAR, in_full
from selfstarter.words import N_, _
from selfstarter.words.of_checks import retold

LABEL = 10
"""Columns before what is said."""


def lines(event: AnyEvent) -> list[str]:
    """What to say of an event; empty for what a person need not see."""
    match event:
        case RunStarted():
            return [row(_("goal"), short(event.goal))]
        case RunResumed():
            return [_("resumed")]
        case RunPaused():
            return [row(_("paused"), short(event.reason))]
        case GoalRead():
            return [row(_("goal"), f"{event.path}: {short(event.goal)}")]
        case SourcesOutlined(outline=outline):
            return [
                row(_("sources"), _("{n} files to read", n=len(outline.sources))),
                row(_("subjects"), short(", ".join(outline.subjects))),
                row(_("aspects"), short(", ".join(outline.aspects))),
            ]
        case ContractDrafted(contract=contract):
            return contract_lines(contract)
        case ContractAmended():
            return changed_lines(event)
        case ReviewAsked():
            return [row(_("question"), _("Is this what done means?"))]
        case ContractAccepted():
            return [row(_("accepted"), _("by a person")), *changed_lines(event)]
        case PlanMade(tasks=tasks):
            return [row(_("plan"), f"{task.id}. {short(task.title)}") for task in tasks]
        case PlanRevised():
            return [row(_("plan"), text) for text in revised(event)]
        case PartStudied():
            return [row(_("read"), studied(event))]
        case FactChosen(fact=None):
            return []
        case FactChosen(fact=fact) if event.against and fact:
            about = f"{event.subject}, {event.aspect}: {short(fact.value, 60)}"
            return [row(_("conflict"), about)]
        case SectionWritten():
            return [row(_("wrote"), _("section {heading}", heading=event.heading))]
        case CallChosen():
            return [row(_("call"), f"{event.tool} {short(brief_args(event.args), 80)}")]
        case CallReturned(refused=True):
            return [row(f"  {_('refused')}", short(event.error, 90))]
        case CallReturned():
            said = event.error or first_line(event.output)
            return [f"  {padded(_(event.status), 7)} {short(said, 90)}"]
        case Delegated():
            return [
                row(child(e.number), _("sent: {goal}", goal=short(e.goal, 90)))
                for e in event.errands
            ]
        case ChildReturned():
            ending = f"{_(event.ending)}: {short(event.answer, 80)}"
            return [row(child(event.number), ending)]
        case FinishAsked():
            return [row(_("finish?"), short(event.summary))]
        case CriterionChecked():
            mark = _("pass") if event.passed else _("open") if event.undecided else _("FAIL")
            return [f"  {padded(mark, 8)}{short(retold(event.evidence))}"]
        case AttemptMade():
            back = _("independent attempt {n} is back", n=event.number)
            return [row(_("attempt"), back)]
        case FinishRejected():
            why = short(first_reason(event.failures), 90)
            return [row(_("not done"), _("back to work: {reason}", reason=why))]
        case Reflected():
            said = [row(_("stuck?"), short(event.trigger)), row(_("reflect"), short(event.lesson))]
            said += [row(_("plan"), _("dropped: {n}", n=number)) for number in event.drop]
            return said + [row(_("plan"), f"{task.id}. {short(task.title)}") for task in event.add]
        case StartedOver():
            why = _("from the start: {reason}", reason=short(event.reason, 90))
            return [row(_("again"), why)]
        case Hinted():
            return [row(_("hint"), short(event.signal))]
        case ToolPutAway():
            return [row(_("put away"), short(event.reason))]
        case CallsDropped():
            return [row(_("not run"), short("; ".join(event.calls), 90))]
        case ReplyRejected():
            why = _("not usable: {reason}", reason=short(event.reason, 80))
            return [row(_("reply"), why)]
        case BudgetReached():
            nothing = _("no {limit} left for a model call", limit=_(LIMITS[event.limit]))
            return [row(_("budget"), nothing)]
        case BudgetWarned(limit=limit):
            spent, most = amount(limit, event.spent), amount(limit, event.most)
            said = _("{spent} of {most} spent", spent=spent, most=most)
            return [row(_("budget"), said)]
        case RaiseAsked():
            reached = (is_too_little if event.some else is_spent)(event.limit, event.most)
            return [row(_("question"), _("{reached} Raise the limit?", reached=reached))]
        case LimitRaised():
            most = amount(event.limit, event.most)
            return [row(_("raised"), _("to {most}", most=most))]
        case RaiseDenied():
            stays = _("the limit stays {reason}", reason=short(event.reason))
            return [row(_("denied"), stays)]
        case ApprovalAsked():
            asked = _("May it call {tool} once?", tool=event.tool)
            said = [row(_("question"), f"{asked} {short(event.why)}")]
            return said + [row("", line) for line in in_rows(in_full(event.tool, event.args))]
        case CallApproved(rule=rule):
            every = _("by a person, as each call of {rule} from here on", rule=rule)
            return [row(_("allowed"), every if rule else _("once, by a person"))]
        case CallDenied():
            by = _("by a person {reason}", reason=short(event.reason))
            return [row(_("denied"), by)]
        case CommandMissed():
            return [row(_("missed"), short(event.why))]
        case MemoryRecalled():
            return [row(_("recalled"), short(record.text)) for record in event.records]
        case StopAsked():
            return [row(_("stop"), _("asked for by a person"))]
        case Compacted():
            return [row(_("compact"), _("older steps are shown in short from here on"))]
        case PersonAsked():
            return [row(_("question"), short(event.question))]
        case PersonSaid():
            return [row(_("you"), short(event.text))]
        case RunEnded():
            return [f"{padded(_(event.ending), LABEL - 1)} {short(_(event.reason))}"]
        case WorkspaceUndone():
            paths = ", ".join(path for path, _digest in event.restored)
            return [row(_("undone"), short(paths, 90))]
        case RunForked():
            return [row(_("forked"), forked(event))]
        case RunImported():
            said = _("run {run}, as it was written elsewhere", run=event.run)
            return [row(_("imported"), said)]
        case WorkspaceSaved(found=True):
            paths = short(", ".join(event.changed), 80)
            return [row(_("found"), _("changed meanwhile: {paths}", paths=paths))]
        case ModelCalled() | _:
            return []


LIMITS = {"tokens": N_("tokens"), "cost": N_("money"), "time": N_("time"), "steps": N_("steps")}
ENDINGS = (N_("done"), N_("partly"), N_("stuck"), N_("out_of_budget"), N_("out_of_time"),
           N_("stopped"), N_("failed"))  # fmt: skip
STATUSES = (N_("ok"), N_("empty"), N_("transient"), N_("permanent"), N_("denied"), N_("oversize"))


def row(label: str, text: str) -> str:
    return f"{padded(label, LABEL)}{text}"


def child(number: int) -> str:
    return _("child {n}", n=f"{number:<3}")


def revised(event: PlanRevised) -> Iterator[str]:
    if event.reason.strip():
        yield _("revised: {reason}", reason=short(event.reason))
    if event.done:
        yield _("done: {n}", n=", ".join(event.done))
    if event.failed:
        yield _("failed: {n}", n=", ".join(event.failed))
    if event.drop:
        yield _("dropped: {n}", n=", ".join(event.drop))
    for task in event.add:
        yield f"{task.id}. {short(task.title)}"


def studied(event: PartStudied) -> str:
    facts = _("{n} facts", n=len(event.facts))
    if event.parts == 1:
        return f"{event.source}: {facts}"
    part = _("({part} of {parts})", part=event.part + 1, parts=event.parts)
    return f"{event.source} {part}: {facts}"


def forked(event: RunForked) -> str:
    said = _("from run {run} after its event {at}", run=event.run, at=event.at)
    goal = _(", with another goal: {goal}", goal=event.goal) if event.goal else ""
    return f"{said}{short(goal, 70)}"


def whose(run_id: str) -> str:
    """What stands before the lines of a child (or an independent attempt), so that two that work
    side by side are told apart."""
    return "".join(f"{part:>3}| " for part in run_id.split(".")[1:])


def contract_lines(contract: Contract) -> list[str]:
    said = [row(_("done when"), short(retold(c.text))) for c in contract.criteria]
    return said + [row(_("assumed"), short(a.text)) for a in contract.assumptions]


def whole_checks(event: AnyEvent) -> list[str]:
    """The commands of a contract, to their last character."""
    match event:
        case (
            RunStarted(contract=Contract() as contract)
            | ContractDrafted(contract=contract)
            | ContractAccepted(contract=Contract() as contract)
        ):
            criteria = contract.criteria
        case ContractAmended(contract=contract) if event.added:
            criteria = contract.criteria
        case _:
            criteria = ()
    rows: list[str] = []
    for criterion in criteria:
        if isinstance(criterion.check, CommandPasses):
            rows.append(row(_("check"), short(criterion.text)))
            rows += [row("", line) for line in in_rows(criterion.check.command)]
    return rows


def changed_lines(event: ContractAmended | ContractAccepted) -> list[str]:
    dropped = [_("no longer: {text}", text=short(text)) for text in event.dropped]
    added = [_("new: {text}", text=short(text)) for text in event.added]
    return [row(_("contract"), text) for text in (*dropped, *added)]


def brief_args(args: dict[str, object]) -> str:
    return ", ".join(f"{key}={first_line(str(value))}" for key, value in args.items())


def first_reason(failures: str) -> str:
    """Of a finish that was turned down: the first check that failed, else what was said first."""
    checks = (line[2:] for line in failures.splitlines() if line.startswith("- "))
    return next(checks, first_line(failures))


def in_rows(text: str, width: int = WIDTH) -> list[str]:
    """All of a text in rows of printable characters. Nothing is cut: what is to be approved is
    seen to its last character, and what would not show is written out. A row ends behind a blank
    where it has one, and each of a line behind a BAR has that bar."""
    rows: list[str] = []
    for line in printable(text).split("\n"):
        bar = BAR if line.startswith(BAR) else ""
        most = width - len(bar)
        piece = re.compile(f".{{1,{most}}}(?:(?<= )|$)|.{{1,{most}}}")
        rows += [bar + one for one in piece.findall(line.removeprefix(bar)) or [""]]
    return rows
