"""What each event makes true: the state of a run is the fold of its events, O(1) per event."""

from __future__ import annotations  # rpds types are generic to the checker only

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from itertools import takewhile
from posixpath import normpath

from rpds import HashTrieMap, List

from selfstarter.core.cleaning import in_a_line
from selfstarter.core.contract import REPLACED, SHOW_IT, Contract, Criterion, Task
from selfstarter.core.events import (
    BEFORE_DRAFT,
    DELEGATE,
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
    CallStarted,
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
    GoalSketched,
    Hinted,
    Inherited,
    LimitRaised,
    MemoryRecalled,
    ModelCalled,
    NextCall,
    Outside,
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
    WorkspaceScouted,
    WorkspaceUndone,
)
from selfstarter.core.evolve import evolve
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.ledger import Ledger, call_print, print_of
from selfstarter.core.moved import moved
from selfstarter.core.orders import LONGEST, order_in
from selfstarter.core.ports import Recorded
from selfstarter.core.provenance import SEARCH, Provenance, in_own_words
from selfstarter.core.spent import Spent
from selfstarter.core.state import Barred, Child, Order, Spoken, State, Turn
from selfstarter.core.traces import trace_of

KEPT = 24
"""Turns that the report and the last words may still look at, whatever a compaction dropped."""
RECENT = 8
BESIDE_S = 60.0
"""The most that the loop itself takes beside a call, as keeping a large workspace."""
MOST_BARRED = 30
SAID, BROUGHT = 600, 200
"""Characters that are kept of an argument of a call outside, and of what came back."""
SPOKEN_SINCE = "That is not the end: the person has spoken since."

ASIDE = (
    RunPaused,
    RunResumed,
    BudgetWarned,
    RaiseAsked,
    LimitRaised,
    RaiseDenied,
    CallApproved,
    CallDenied,
    CommandMissed,
    WorkspaceSaved,
    WorkspaceUndone,
    RunForked,
    RunImported,
)

READS = (NextCall, CallChosen, FinishAsked, PlanRevised, PersonAsked, ReplyRejected)
"""What makes use of a reply that chooses a step."""


def fold(records: Iterable[Recorded]) -> State:
    return reduce(apply, records, State())


def apply(s: State, recorded: Recorded) -> State:
    event = recorded.event
    # A gap before a resume is not time at work; a clock that jumps back costs nothing.
    worked = 0.0 if at_rest(s, event) else max(0.0, recorded.at - s.last_at)
    # Nor does one that jumps forward, or a machine that slept: what was waited for took so long.
    if isinstance(event, (ModelCalled, CallReturned)) and event.duration_s:
        worked = min(worked, event.duration_s + BESIDE_S)
    # What makes no use of a reply leaves it there to be read.
    aside = isinstance(event, ASIDE)
    if not aside and not isinstance(event, READS):
        s = _waits_again(s)
    s = evolve(
        s,
        seq=recorded.seq,
        last_at=recorded.at,
        spent=evolve(s.spent, time_s=s.spent.time_s + worked),
        unread=s.unread if aside else None,
    )
    return _after(s, event)


def at_rest(s: State, event: AnyEvent) -> bool:
    """Was nobody at work on the run before this event?"""
    if s.seq == 0 or s.ended:
        return True
    if isinstance(event, WorkspaceSaved):
        return event.found
    return isinstance(event, (RunResumed, RunForked, RunImported, WorkspaceUndone))


def _waits_again(s: State) -> State:
    """A call that was asked for and that nothing has made use of goes back to those behind it: run
    later, or said to be dropped."""
    reply = s.reply_to("choose")
    if reply is None or not reply.calls:
        return s
    if reply.cut and len(reply.calls) == 1:  # it is not whole
        return evolve(s, cut_off=reply)
    return evolve(s, queued=(*reply.calls[:1], *s.queued), words=reply.text)


def _waits_for_more(s: State) -> State:
    """A call that an end keeps from being begun is paid for: it is run when the run goes on."""
    call = s.pending
    if call is None or s.starts or not call.provider_id or call.tool == DELEGATE:
        return s
    again = {"tool": call.tool, "args": call.args, "id": call.provider_id}
    return evolve(s, queued=(again, *s.queued), words=call.thought)


def _after(s: State, event: AnyEvent) -> State:  # one arm per event; as long as the list of events
    match event:
        case RunStarted():
            return evolve(
                s,
                started=event,
                began_at=s.last_at,
                limits=event.limits,
                contract=event.contract,
                on_limit=event.on_limit,
                permissions=event.permissions,
                provenance=inherited(event.inherited),
            )
        case RunForked():
            return _run_forked(s, event)
        case RunImported():
            return _run_imported(s, event)
        case RunResumed():
            return _run_resumed(s, event)
        case RunPaused():
            spent = s.spent.with_lost(event.lost)
            return evolve(s.heard(event.command), paused=event.reason, spent=spent)
        case RunEnded():
            s = evolve(s, approval=None, decided=None, review_asked=False, rested=False)
            if event.ending == "done":  # the goal is reached, so what led there is behind
                s = s.with_tasks("done", [task.id for task in s.plan])
            s = _waits_for_more(s)
            return evolve(s, ended=event, pending=None, spent=s.spent.with_lost(event.lost))
        case ModelCalled():
            return _model_called(s, event)
        case NextCall():
            unread = ModelCalled(purpose="choose", text=s.words, calls=s.queued[:1])
            return evolve(s, unread=unread, queued=s.queued[1:])
        case CallsDropped():
            told = f"{event.reason} Not run, of your last reply: {'; '.join(event.calls)}."
            return evolve(s.noted(told), queued=(), cut_off=s.cut_off if s.queued else None)
        case BudgetWarned():
            return evolve(s, warned=s.warned | {event.limit})
        case BudgetReached():
            return evolve(s, unaffordable=event.limit, spent=s.spent.with_lost(event.lost))
        case ReplyRejected():
            if event.purpose == "choose":
                s = s.noted(event.reason, said=event.said, of_reply=bool(s.queued))
                s = evolve(s, wordy=not event.cut, wasted=s.wasted + 1)
                return evolve(s, rejected=s.rejected + 1, reason=event.reason)
            said = event.said
            return evolve(s, rejected=s.rejected + 1, reason=event.reason, unusable=said)
        case WorkspaceScouted():
            names = (name for name, _ in event.digests)
            found = bool(event.digests)  # their names and first lines are shown to the model
            read = s.provenance.read(found, found and not s.permissions.public_files)
            return evolve(s, scouted=event, ledger=s.ledger.scouted(names), provenance=read)
        case GoalRead():
            read = s.provenance.read(True, not s.permissions.public_files)
            return evolve(s, goal_read=event, provenance=read)
        case GoalSketched():
            return evolve(s, sketch=event.sketch, rejected=0)
        case SourcesOutlined():
            return evolve(s, outline=event.outline, rejected=0)
        case ContractDrafted():
            kept = (*event.contract.protects, *(s.started.protects if s.started else ()))
            contract = event.contract.model_copy(update={"protects": kept})
            return evolve(s, contract=contract, rejected=0)
        case ContractAmended():
            return _contract_amended(s, event)
        case PlanMade():
            known = s.provenance.plans(spoken(event.tasks, event.tools))
            if last := s.last_run:  # it is shown from now on
                known = known.read(last.untrusted, last.private)
            s = evolve(s, provenance=known, plan=event.tasks, rejected=0)
            return evolve(s, called_for=event.tools, replanned=s.replanned + 1)
        case PlanRevised():
            return _plan_revised(s, event)
        case Reflected():
            end = event.dead_end
            said = f"{event.lesson}\nDo not try again: {end}" if end else event.lesson
            s = s.noted(said).noticed(event.trigger)
            s = s.settling("lesson", event.lesson).settling("dead_end", end)
            ends = (*s.dead_ends, end) if end and end not in s.dead_ends else s.dead_ends
            ledger = s.ledger.progressed()
            s = s.with_tasks("dropped", event.drop, event.lesson)
            s = evolve(s, plan=(*s.plan, *event.add))
            s = evolve(s, dead_ends=ends, ledger=ledger, failures=0, wasted=0)
            again = s.replanned + bool(event.add or event.drop)
            return evolve(s, reflections=s.reflections + 1, rejected=0, replanned=again)
        case WorkspaceSaved():
            return evolve(s, saved=event.tree)
        case WorkspaceUndone():
            return _workspace_undone(s, event)
        case StartedOver():
            return _started_over(s, event)
        case Hinted():
            s = s.noted(event.text).noticed(event.signal)
            stale = s.stale.union(event.stale)
            return evolve(s, hints=s.hints + 1, wasted=0, stale=stale)
        case ToolPutAway():
            # One more failure after its return, and it is put away again.
            print_, times = s.faults.get(event.tool) or ("", 1)
            s = s.noted(event.reason)
            faults = s.faults.insert(event.tool, (print_, times - 1))
            return evolve(s, faults=faults, away=s.away.insert(event.tool, event.until_step))
        case MemoryRecalled():
            untrusted = s.recalled_untrusted or event.untrusted
            read = s.provenance.read(event.untrusted, private=False)
            s = evolve(s, recalled_for=event.due, recalled_untrusted=untrusted, provenance=read)
            if event.due == BEFORE_DRAFT:
                return evolve(s, wishes=event.records)
            return evolve(s, recalled=event.records)
        case Compacted():
            s = compacted(s, event)
            return evolve(s, stale=frozenset(), ledger=s.ledger.shrunk())
        case CallChosen():
            spent = evolve(s.spent, steps=s.spent.steps + 1)
            return evolve(
                s,
                pending=event,
                starts=0,
                rejected=0,
                spent=spent,
                wordy=False,
                rested=False,
                words="",
            )
        case CallStarted():
            return evolve(s, starts=s.starts + 1)
        case CallReturned():
            return _call_returned(s, event)
        case Delegated():
            sent = (Child(errand, event.call_id, s.spent.time_s) for errand in event.errands)
            return evolve(s, children=(*s.children, *sent))
        case ChildReturned():
            return _child_returned(s, event)
        case FinishAsked():
            s = evolve(s, finish=event, round=s.round + 1, rejected=0, changed=False)
            s = evolve(s, last_finish=event, refused="", fresh_looks=frozenset())
            return evolve(s, wordy=False)
        case CriterionChecked():
            return _criterion_checked(s, event)
        case AttemptMade():
            return evolve(s, attempts=(*s.attempts, event), spent=s.spent.with_attempt(event))
        case FinishRejected():
            why = print_of(event.failures)
            same = s.turned_down[1] if s.rejections and s.turned_down[0] == why else 0
            s = s.noted(event.failures, finish=s.finish)
            s = evolve(s, refused=event.failures, turned_down=(why, same + 1))
            return evolve(s, finish=None, rejections=s.rejections + 1)
        case PartStudied():
            return _part_studied(s, event)
        case FactChosen():
            return evolve(s, chosen=(*s.chosen, event), rejected=0).progressed()
        case SectionWritten():
            return evolve(s, sections=(*s.sections, event), rejected=0).progressed()
        case PersonAsked():
            asked = s.questions + (event.by == "harness")
            return evolve(s, question=event.question, questions=asked, asked_at=s.seq)
        case PersonSaid():
            said = f"To “{s.question}”: {event.text}" if s.question else event.text
            if s.outline is None and s.finish and s.finish.by == "model":
                s = s.noted(SPOKEN_SINCE, finish=s.finish)
            s = s.noted(said, from_person=True).settling("person", said).heard(event.command)
            s = evolve(s.progressed(), failures=0, rejected=0)
            if s.outline is None:  # said to be done before this was heard; a document is as it is
                s = evolve(s, finish=None, changed=False)
            if s.review_due:  # what is planned before the work begins heeds all that was said
                s = evolve(s, review_asked=False, plan=())
            words = Spoken(s.turns, event.text, s.question)
            return evolve(s, question="", said=(*s.said, words))
        case StopAsked():
            return evolve(s.heard(event.command), stop_asked=True, stop_reason=event.reason)
        case RaiseAsked():
            return evolve(s, raise_asked=event.limit, asked_at=s.seq)
        case LimitRaised():
            limits = s.limits.raised(event.limit, event.most)
            return s.heard(event.command).with_limits(limits)
        case RaiseDenied():
            why = f"A person did not raise it{': ' if event.reason else '.'}{event.reason}"
            return evolve(s.heard(event.command), raise_asked=None, raise_denied=why)
        case ApprovalAsked():
            return evolve(s, approval=event, asked_at=s.seq, decided=None)
        case CallApproved() | CallDenied():
            s = evolve(s.heard(event.command), approval=None, decided=event)
            rule = event.rule if isinstance(event, CallApproved) else ""
            more = s.permissions.with_more(None, (rule,), (), None) if rule else s.permissions
            return evolve(s, permissions=more)
        case ReviewAsked():
            return evolve(s, review_asked=True, asked_at=s.seq)
        case ContractAccepted():
            return _contract_accepted(s.heard(event.command), event)
        case CommandMissed():
            return s.heard(event.command)


def inherited(given: Inherited | None) -> Provenance:
    known = Provenance()
    if given is None:
        return known
    known = known.plans(given.planned).offers(given.offered, "").knows(given.values, given.ids, "")
    known = known.offers(given.hits, "", asked=True)
    return known.read(given.untrusted, given.private)


def spoken(tasks: Iterable[Task], tools: Iterable[str] = ()) -> str:
    return "\n".join([*(f"{task.title}: {task.done_when}" for task in tasks), *tools])


def _contract_amended(s: State, event: ContractAmended) -> State:
    same = [one.text for one in s.criteria if is_checked_otherwise(one, event.contract)]
    s = evolve(s, contract=event.contract, weighed=len(s.said), rejected=0)
    if event.quote:
        return evolve(_told_of_change(s, event), rejections=0)
    if event.dropped:  # a judge has ruled
        s = evolve(s, rulings=(*s.rulings, *event.dropped))
        if same:  # wanted as before, so it is not told as no longer wanted
            how = "; ".join(event.added)
            return s.noted(f"The check of “{'”, “'.join(same)}” was replaced: {how}.")
        return _told_of_change(s, event)
    return s


def is_checked_otherwise(criterion: Criterion, contract: Contract) -> bool:
    """Is it there in the same words, with another check?"""
    replaced = (f"{criterion.id}{REPLACED}", criterion.text)
    return replaced in ((one.id, one.text) for one in contract.criteria)


def _contract_accepted(s: State, event: ContractAccepted) -> State:
    s = evolve(s, accepted=event, review_asked=False, contract=event.contract or s.contract)
    return _told_of_change(s, event) if event.dropped or event.added else s


def _told_of_change(s: State, event: ContractAmended | ContractAccepted) -> State:
    said = [f"no longer wanted: {text}" for text in event.dropped]
    said += [f"wanted now: {text}" for text in event.added]
    return s.noted(f"What done means has changed: {'; '.join(said)}.")


def _run_resumed(s: State, event: RunResumed) -> State:
    ended = s.ended if s.is_done else None
    rested = not ended and (s.rested or bool(s.paused or s.waiting or s.ended))
    if s.ended and not ended:
        facts = event.facts or (s.started.facts if s.started else None)
        s = _tries_again(s if facts is None or facts.small else _told_how_it_ended(s, s.ended))
    if event.model:  # another judge may see it otherwise
        s = evolve(s, verdicts=HashTrieMap())
    # With the same model and limits it is no more to be paid than before a crash.
    still = None if event.model or event.limits else s.unaffordable
    s = evolve(s, paused="", stop_asked=False, ended=ended, unaffordable=still, raise_denied="")
    s = evolve(s, stop_reason="", taken_back=False)
    if rested:  # a person may have changed the files
        s = evolve(s, fresh_looks=frozenset())
    s = evolve(s, compacted_at=-1, faults=HashTrieMap(), away=HashTrieMap())
    if event.permissions:  # what was asked for is judged anew
        s = evolve(s, approval=None)
    s = evolve(s, permissions=event.permissions or s.permissions, rested=rested)
    s = evolve(s, spent=s.spent.with_lost(event.lost))
    if event.on_limit:
        s = evolve(s, on_limit=event.on_limit, raise_asked=None)
    return s.with_limits(event.limits) if event.limits else s


def _told_how_it_ended(s: State, ended: RunEnded) -> State:
    """Where it was with a request to finish: a bigger model would make the same again."""
    if s.finish is None or s.taken_back:
        return s
    looks = [(c.text, seen) for c in s.criteria if (seen := s.checks.get(c.id))]
    unmet = [(text, seen) for text, seen in looks if not seen.passed]
    told = [f"This ended as {ended.ending}: {ended.reason} A person goes on with it."]
    told += ["Not met then:"] if unmet else []
    told += [f"- {text}: {seen.evidence}" for text, seen in unmet]
    told += [SHOW_IT] if any(seen.undecided for _, seen in unmet) else []
    return s.noted("\n".join(told), finish=s.finish)


def _tries_again(s: State) -> State:
    """What had brought it to its end is behind it, or it would end again before its first move."""
    s = evolve(s.progressed(), rejections=0, failures=0, rejected=0, misses=0)
    finish = s.finish if s.taken_back else None
    return evolve(s, finish=finish, changed=False, checks=HashTrieMap())


def _run_forked(s: State, event: RunForked) -> State:
    """It goes on as from a pause; another goal needs another contract, and knows what was seen."""
    if s.ended and not s.is_done:
        s = _tries_again(s)
    s = evolve(s, ended=None, paused="", stop_asked=False, before=s.spent, forked=event)
    s = evolve(s, taken_back=False)
    s = s.with_limits(event.limits)
    if not event.goal:
        return s
    s = evolve(
        s, goal_read=None, contract=None, sketch=None, outline=None, plan=(), checks=HashTrieMap()
    )
    s = evolve(
        _waits_again(s), finish=None, unread=None, question="", said=(), weighed=0, rejections=0
    )
    s = evolve(s, last_finish=None, refused="", fresh_looks=frozenset())
    s = evolve(s, worked=HashTrieMap(), outside=List(), called_for=())
    s = evolve(s, chosen=(), sections=(), studied=HashTrieMap(), accepted=None, review_asked=False)
    s = evolve(s, ledger=evolve(s.ledger, passing=frozenset(), best=0)).progressed()
    return s.noted(f"The goal is another one from here on: {event.goal}", from_person=True)


def _run_imported(s: State, event: RunImported) -> State:
    """Whoever wrote the journal is not believed to be the person who goes on with it."""
    s = evolve(s, rested=True)
    if event.permissions is None or s.started is None:
        return s
    known = Inherited(untrusted=True, private=True)
    s = evolve(s, started=s.started.model_copy(update={"inherited": known}), said=(), weighed=0)
    return evolve(s, permissions=event.permissions, decided=None, provenance=inherited(known))


def _workspace_undone(s: State, event: WorkspaceUndone) -> State:
    """What was checked, and what was said to be done, is so no more."""
    found, artefacts = s.found, s.ledger.artefacts
    for path, sha in event.restored:
        same = sha == found.get(path, "")
        artefacts = artefacts.discard(path) if same else artefacts.insert(path, sha)
    names = [path for path, _ in event.restored]
    ledger = evolve(s.ledger, artefacts=artefacts, passing=frozenset(), best=0)
    s = evolve(s, saved=event.tree, ledger=ledger).progressed()
    # One that was done is looked at first when it goes on.
    finish = s.finish if s.ended and s.ended.ending == "done" else None
    s = evolve(s, checks=HashTrieMap(), finish=finish, changed=False, undone=tuple(names))
    s = evolve(s, fresh_looks=frozenset())
    s = evolve(s, taken_back=s.ended is not None)
    told = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return s.noted(f"A person took your changes to these files back: {told}", from_person=True)


def _started_over(s: State, event: StartedOver) -> State:
    artefacts = s.ledger.artefacts
    for path in event.restored:
        artefacts = artefacts.discard(path)
    fresh = evolve(
        s,
        keep_from=s.turns,
        drop_before=s.turns,
        rejected=0,
        rejections=0,
        failures=0,
        misses=0,
        fewest_failed=None,
        changed=False,
        touched=(),
        last_finish=None,
        refused="",
        fresh_looks=frozenset(),
        fresh=False,
        shortened=False,
        settled=List([one for one in s.settled if one.kind in ("person", "dead_end")]),
        ledger=Ledger(artefacts=artefacts, files=s.ledger.files),
        starts_over=s.starts_over + 1,
        hints=0,
        refusals=0,
        revisions=0,
        planned=0,
        wasted=0,
        stale=frozenset(),
    )
    return fresh.noted(event.lesson).noticed(event.reason)


def _model_called(s: State, event: ModelCalled) -> State:
    replies = s.replies.insert(event.purpose, (s.replies.get(event.purpose) or 0) + 1)
    s = evolve(s, spent=s.spent.with_call(event), replies=replies, unread=event)
    if event.purpose != "choose":
        return s
    last = Spent().with_call(event)
    cut = event.cut and len(event.calls) > 1  # in its last call, so the others are whole
    queued = event.calls[1:-1] if cut else event.calls[1:]
    s = evolve(s, queued=queued, queued_at=s.turns, asked_at=s.spent.steps)
    s = evolve(s, words=event.text if queued else "")
    s = evolve(s, cut=event.output if event.cut else 0)
    return evolve(s, last_call=last, cut_off=event if cut else None)


def _plan_revised(s: State, event: PlanRevised) -> State:
    s = s.with_tasks("done", event.done, event.result or event.reason)
    s = s.with_tasks("failed", event.failed, event.result or event.reason)
    s = s.with_tasks("dropped", event.drop)
    s = s.settling("plan", event.reason)
    earned = event.done and not s.wordy and not s.revisions
    again = s.replanned + bool(event.add or event.drop or event.failed)
    s = evolve(s, plan=(*s.plan, *event.add), rejected=0, replanned=again)
    s = evolve(s, provenance=s.provenance.plans(spoken(event.add)))
    # Tasks that are added only to be called done would be progress without end.
    s = s.progressed() if earned else evolve(s, wasted=s.wasted + 1)
    adds = bool(event.add)
    return evolve(s, wordy=True, revisions=s.revisions + adds, planned=s.planned + adds)


def _call_returned(s: State, event: CallReturned) -> State:
    call = s.pending
    if call is None or call.call_id != event.call_id:
        return s  # a journal from a release that knew better: keep going
    ok = event.status in ("ok", "empty")
    turn = Turn(s.turns + 1, call=call, result=event, reply=s.queued_at, moved=_moved(s, event))
    if event.refused:
        ledger = s.ledger.refused()
        s = evolve(s, refusals=s.refusals + 1).noticed("a repeated call was refused")
    elif event.cut:
        ledger = s.ledger.cut_short(event.changed)
    else:
        ledger = s.ledger.returned(
            call_print(call.tool, call.args),
            print_of(f"{event.status}\n{event.output}\n{event.error}"),
            ok,
            event.changed,
            dict(event.prints),
            trace_of(call.args, event),
        )
    ledger = evolve(ledger, artefacts=_really(ledger.artefacts, event.changed, s))
    paths = tuple(path for path, _ in event.changed[:RECENT])
    after = evolve(
        s,
        provenance=_read(s, call, event),
        decided=None,
        barred=_barred(s.barred, call.tool, event.barred),
        orders=_orders(s, call, event),
        faults=_faults(s, call.tool, event),
        worked=s.worked.insert(call.tool, (s.worked.get(call.tool) or 0) + 1) if ok else s.worked,
        opened=_opened(s.opened, call) if ok else s.opened,
        programs=s.programs + (call.tool in PROGRAMS and event.status != "denied"),
        outside=s.outside.push_front(_outside(call, event)) if event.outside else s.outside,
        touched=(*paths, *(path for path in s.touched if path not in paths))[:RECENT],
        pending=None,
        planned=s.planned if event.refused else 0,
        starts=0,
        fresh_looks=frozenset(),
        changed=ok and bool(event.changed),
        transcript=s.transcript.push_front(turn),
        turns=turn.n,
        failures=0 if ok else s.failures + (not event.cut),
        ledger=ledger,
        spent=evolve(s.spent, denied=s.spent.denied + (event.status == "denied")),
    )
    composed = s.task is not None and s.task.method == "compose" and call.by == "harness"
    if composed and ok and s.task is not None:
        return after.with_tasks("done", [s.task.id], "written").progressed()
    if ledger.moved:
        return after.progressed()
    return evolve(after, wasted=s.wasted + (ledger.idle > s.ledger.idle))


def _opened(opened: HashTrieMap[str, int], call: CallChosen) -> HashTrieMap[str, int]:
    path = str(call.args.get("path", ""))
    if call.tool != "read_file" or path in opened:
        return opened
    return opened.insert(path, len(opened))


def _outside(call: CallChosen, event: CallReturned) -> Outside:
    args = tuple((name, in_a_line(as_text(value), SAID)) for name, value in call.args.items())
    said = in_a_line(event.output or event.error, BROUGHT)
    return Outside(tool=call.tool, args=args, status=event.status, said=said)


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moved(s: State, event: CallReturned) -> tuple[tuple[str, str], ...]:
    was = {path: s.ledger.artefacts.get(path, s.found.get(path, "")) for path, _ in event.changed}
    gone = {path: was[path] for path, sha in event.changed if was[path] and not sha}
    new = {path: sha for path, sha in event.changed if sha and not was[path]}
    return tuple((old, path) for path, old in moved(gone, new).items())


def _really(
    artefacts: HashTrieMap[str, str], changed: Iterable[tuple[str, str]], s: State
) -> HashTrieMap[str, str]:
    """Without those that are as they were at the start again."""
    for path, sha in changed:
        if sha and s.found.get(path) == sha:
            artefacts = artefacts.discard(path)
    return artefacts


def _read(s: State, call: CallChosen, event: CallReturned) -> Provenance:
    known = s.provenance.knows(event.known, event.known_ids, event.call_id)
    asked = call.tool == SEARCH and in_own_words(str(call.args.get("query", "")), s.own_words)
    known = known.offers(event.offered, event.call_id, asked=asked)
    return known.read(event.untrusted, event.private)


def _barred(barred: tuple[Barred, ...], tool: str, why: str) -> tuple[Barred, ...]:
    new = Barred(tool, why)
    if not why or new in barred or len(barred) >= MOST_BARRED:
        return barred
    return (*barred, new)


def _orders(s: State, call: CallChosen, event: CallReturned) -> tuple[Order, ...]:
    """What the run itself wrote may tell of an order that it has read."""
    orders, path = s.orders, normpath(str(call.args.get("path", "")))
    if not event.untrusted or s.ledger.artefacts.get(path) or len(orders) >= MOST_BARRED:
        return orders
    asked_for = next((str(value) for value in call.args.values()), "").partition("\n")[0]
    source = f"{call.tool} {asked_for}"[:LONGEST]
    unseen = f"{source}, where a person would not see it"
    for words, place in ((event.hidden_order, unseen), (order_in(event.output), source)):
        if words and not any(words.startswith(one.words) for one in orders):
            orders = (*orders, Order(place, words))
    return orders


def _child_returned(s: State, event: ChildReturned) -> State:
    """What it spent is the parent's; what it left of its share is free again."""
    child = next((c for c in s.children_out if c.errand.number == event.number), None)
    if child is None:
        return s  # a journal from a release that knew better
    children = tuple(replace(c, returned=event) if c is child else c for c in s.children)
    spent = s.spent.with_child(event.spent, child.began_s)
    read = s.provenance.read(event.untrusted, event.private)
    barred = s.barred
    for sentence in event.barred:
        barred = _barred(barred, f"child {event.number}", sentence)
    worked, outside = s.worked, s.outside
    for tool in event.worked:
        worked = worked.insert(tool, (worked.get(tool) or 0) + 1)
    for call in event.outside:
        outside = outside.push_front(call)
    s = evolve(s, children=children, spent=spent, provenance=read, barred=barred)
    return evolve(s, worked=worked, outside=outside)


def _faults(s: State, tool: str, event: CallReturned) -> HashTrieMap[str, tuple[str, int]]:
    """A failure with an output is one of what the tool ran, not of the tool; one that may pass is
    worth another try."""
    if event.status in ("ok", "empty"):
        return s.faults.discard(tool)
    if event.status == "transient":
        return s.faults.discard(tool)
    if event.status != "permanent" or event.output:
        return s.faults
    failure = print_of(event.error)
    last, times = s.faults.get(tool) or ("", 0)
    return s.faults.insert(tool, (failure, times + 1 if last == failure else 1))


def compacted(s: State, event: Compacted) -> State:
    """Turns that no view shows any more are let go of, or memory would grow with the run. A goal
    that is an answer keeps them: each number of the answer must occur in something observed."""
    transcript = s.transcript
    if not s.is_question:
        first = min(event.drop_before, s.turns - KEPT)
        transcript = List(list(takewhile(lambda turn: turn.n > first, s.transcript)))
    if event.keep_from > s.queued_at:  # since then no model has read anything
        transcript = List([_shortened(turn, s.queued_at, event) for turn in transcript])
    return evolve(
        s,
        transcript=transcript,
        keep_from=event.keep_from,
        drop_before=event.drop_before,
        fresh=event.fresh,
        shortened=True,
        compacted_at=s.turns,
    )


def _shortened(turn: Turn, read: int, event: Compacted) -> Turn:
    return replace(turn, unseen=True) if read < turn.n <= event.keep_from else turn


FAILED = re.compile(r"\b(\d+) failed\b")
"""As pytest ends its account."""


def failed_in(s: State, event: CriterionChecked) -> tuple[int | None, int | None]:
    """(how many tests failed at best so far, before any work included, how many do now); None: it
    is not told."""
    before = next((one.before for one in s.criteria if one.id == event.criterion), "")
    was, now = FAILED.search(before), FAILED.search(event.evidence)
    best = s.fewest_failed if s.fewest_failed is not None else int(was[1]) if was else None
    return best, int(now[1]) if now else None


def _criterion_checked(s: State, event: CriterionChecked) -> State:
    checks = s.checks.insert(event.criterion, event)
    if s.changed and not event.passed:
        # Looked at after a change, unasked: the model learns at once what is still missing.
        last = next(iter(s.transcript))
        s = evolve(s, transcript=s.transcript.drop_first().push_front(replace(last, missed=True)))
        best, now = failed_in(s, event)
        better = best is not None and now is not None and now < best
        s = s.noted(f"Not done yet: {event.evidence}.")
        # Where fewer tests fail than ever, the try was not for nothing.
        fewest = now if better else best
        s = evolve(s, misses=0 if better else s.misses + 1, fewest_failed=fewest)
    passing = frozenset(name for name, check in checks.items() if check.passed)
    ledger = s.ledger.checked(passing)
    s = s.progressed() if ledger.best > s.ledger.best else s
    if s.finish:  # the replies of a judge are counted for one question
        s = evolve(s, rejected=0)
    s = evolve(s, fresh_looks=s.fresh_looks | {event.criterion})
    verdicts = s.verdicts.insert(event.about, event) if event.about else s.verdicts
    changed = s.changed and event.passed
    return evolve(s, checks=checks, verdicts=verdicts, ledger=ledger, changed=changed)


def _part_studied(s: State, event: PartStudied) -> State:
    facts = s.facts
    for fact in event.facts:
        facts = facts.push_front(fact)
    studied = s.studied.insert(event.source, (event.part + 1, event.parts))
    s = evolve(s, studied=studied, facts=facts, rejected=0).progressed()
    if s.studied_all and s.task is not None and s.task.method == "study":
        return s.with_tasks("done", [s.task.id], f"{len(facts)} facts")
    return s
