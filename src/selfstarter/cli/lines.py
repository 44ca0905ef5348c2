"""One event as one line, for a log that a person or a screen reader can follow."""

from selfstarter.cli.guard import WIDTH, printable, short
from selfstarter.core.budget import amount, is_spent
from selfstarter.core.contract import Contract
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
    ChildReturned,
    CommandMissed,
    Compacted,
    ContractAmended,
    ContractDrafted,
    CriterionChecked,
    Delegated,
    FactChosen,
    FinishAsked,
    FinishRejected,
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
from selfstarter.core.gate import in_full

MONEY = {"cost": "money"}


def lines(event: AnyEvent) -> list[str]:
    """What to say of an event; empty for what a person need not see."""
    match event:
        case RunStarted():
            return [f"goal      {short(event.goal)}"]
        case RunResumed():
            return ["resumed"]
        case RunPaused():
            return [f"paused    {short(event.reason)}"]
        case SourcesOutlined(outline=outline):
            return [
                f"sources   {len(outline.sources)} files to read",
                f"subjects  {short(', '.join(outline.subjects))}",
                f"aspects   {short(', '.join(outline.aspects))}",
            ]
        case ContractDrafted(contract=contract):
            return contract_lines(contract)
        case ContractAmended():
            lines = [f"contract  no longer: {short(text)}" for text in event.dropped]
            return lines + [f"contract  new: {short(text)}" for text in event.added]
        case PlanMade(tasks=tasks):
            return [f"plan      {task.id}. {short(task.title)}" for task in tasks]
        case PlanRevised():
            return [f"plan      revised: {short(event.reason)}"]
        case PartStudied():
            part = f" ({event.part + 1} of {event.parts})" if event.parts > 1 else ""
            return [f"read      {event.source}{part}: {len(event.facts)} facts"]
        case FactChosen(fact=None):
            return []
        case FactChosen(fact=fact) if event.against and fact:
            return [f"conflict  {event.subject}, {event.aspect}: {short(fact.value, 60)}"]
        case SectionWritten():
            return [f"wrote     section {event.heading}"]
        case CallChosen():
            return [f"call      {event.tool} {short(brief_args(event.args), 80)}"]
        case CallReturned(refused=True):
            return [f"  refused {short(event.error, 90)}"]
        case CallReturned():
            said = event.error or first_line(event.output)
            return [f"  {event.status:<8}{short(said, 90)}"]
        case Delegated():
            return [f"child {e.number:<3} sent: {short(e.goal, 90)}" for e in event.errands]
        case ChildReturned():
            return [f"child {event.number:<3} {event.ending}: {short(event.answer, 80)}"]
        case FinishAsked():
            return [f"finish?   {short(event.summary)}"]
        case CriterionChecked():
            mark = "pass" if event.passed else "FAIL"
            return [f"  {mark:<8}{short(event.evidence)}"]
        case AttemptMade():
            return [f"attempt   independent attempt {event.number} is back"]
        case FinishRejected():
            return ["not done  back to work"]
        case Reflected():
            lines = [f"stuck?    {short(event.trigger)}", f"reflect   {short(event.lesson)}"]
            lines += [f"plan      dropped: {number}" for number in event.drop]
            return lines + [f"plan      {task.id}. {short(task.title)}" for task in event.add]
        case StartedOver():
            return [f"again     from the start: {short(event.reason, 90)}"]
        case Hinted():
            return [f"hint      {short(event.signal)}"]
        case ToolPutAway():
            return [f"put away  {short(event.reason)}"]
        case ReplyRejected():
            return [f"reply     not usable: {short(event.reason, 80)}"]
        case BudgetReached():
            return [f"budget    no {MONEY.get(event.limit, event.limit)} left for a model call"]
        case BudgetWarned(limit=limit):
            spent, most = amount(limit, event.spent), amount(limit, event.most)
            return [f"budget    {spent} of {most} spent"]
        case RaiseAsked():
            return [f"question  {is_spent(event.limit, event.most)} Raise the limit?"]
        case LimitRaised():
            return [f"raised    to {amount(event.limit, event.most)}"]
        case RaiseDenied():
            return [f"denied    the limit stays {short(event.reason)}"]
        case ApprovalAsked():
            said = [f"question  May it call {event.tool} once? {short(event.why)}"]
            return said + [f"          {row}" for row in in_rows(in_full(event.tool, event.args))]
        case CallApproved():
            return ["allowed   once, by a person"]
        case CallDenied():
            return [f"denied    by a person {short(event.reason)}"]
        case CommandMissed():
            return [f"missed    {short(event.why)}"]
        case MemoryRecalled():
            return [f"recalled  {short(record.text)}" for record in event.records]
        case StopAsked():
            return ["stop      asked for by a person"]
        case Compacted():
            return ["compact   older steps are shown in short from here on"]
        case PersonAsked():
            return [f"question  {short(event.question)}"]
        case PersonSaid():
            return [f"you       {short(event.text)}"]
        case RunEnded():
            return [f"{event.ending:<9} {short(event.reason)}"]
        case WorkspaceUndone():
            return [f"undone    {short(', '.join(path for path, _ in event.restored), 90)}"]
        case RunForked():
            goal = f", with another goal: {event.goal}" if event.goal else ""
            return [f"forked    from run {event.run} after its event {event.at}{short(goal, 70)}"]
        case RunImported():
            return [f"imported  run {event.run}, as it was written elsewhere"]
        case WorkspaceSaved(found=True):
            return [f"found     changed meanwhile: {short(', '.join(event.changed), 80)}"]
        case ModelCalled() | _:
            return []


def whose(run_id: str) -> str:
    """What stands before the lines of a child (or an independent attempt), so that two that work
    side by side are told apart."""
    return "".join(f"{part:>3}| " for part in run_id.split(".")[1:])


def contract_lines(contract: Contract) -> list[str]:
    said = [f"done when {short(c.text)}" for c in contract.criteria]
    return said + [f"assumed   {short(a.text)}" for a in contract.assumptions]


def brief_args(args: dict[str, object]) -> str:
    return ", ".join(f"{key}={first_line(str(value))}" for key, value in args.items())


def first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def in_rows(text: str, width: int = WIDTH) -> list[str]:
    """All of a text in rows of printable characters. Nothing is cut: what is to be approved is
    seen to its last character, and what would not show is written out."""
    rows: list[str] = []
    for line in printable(text).split("\n"):
        rows += [line[at : at + width] for at in range(0, len(line), width)] or [""]
    return rows
