"""What a person gets at every stop: the criteria with their evidence, what was done, what it cost,
how to go on. A projection of the state; the model has no hand in it but for its answer."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

from selfstarter.core.budget import NAMES, left, out_of, question, used_up
from selfstarter.core.cleaning import clean, in_a_line
from selfstarter.core.contract import (
    PASSED,
    REASON,
    REPLACED,
    SILENT,
    CommandPasses,
    Criterion,
    Judge,
)
from selfstarter.core.events import CallChosen, CallReturned, CriterionChecked, LimitName
from selfstarter.core.gate import INSIDE, WEB
from selfstarter.core.ports import THE_PERSON_SAID
from selfstarter.core.state import State
from selfstarter.core.wishes import wishes_in
from selfstarter.words import N_, _
from selfstarter.words.of_checks import retold

HEADLINES = {
    "done": N_("Done: every criterion passes."),
    "partly": N_("Partly done: {passed} of {criteria} criteria pass."),
    "stuck": N_("Stopped: no more progress."),
    "out_of_budget": N_("Stopped: the budget is spent."),
    "too_little": N_("Stopped: what is left of the budget pays no other call."),
    "out_of_time": N_("Stopped: the time is up."),
    "stopped": N_("Stopped by a person."),
    "failed": N_("Failed."),
}
NOT_DONE = N_("Not done: {passed} of {criteria} criteria pass.")
UNPROVED = N_("Made, but not proved: nothing here can check it.")
TAKEN_BACK = N_("It ended ({ending}), and a person has taken its changes back since.")
RUNNING = N_("Running: it has not ended yet.")
FILES = 20
"""That are named of a list."""
LONGEST = 60
"""Characters of what a call was about."""
COMMAND = 160
"""Characters of a command that a criterion is checked by."""
DENIED = 5
"""Calls that were denied and are named."""
CAME = ("ok", "empty")
CALLS = 12
"""Of one tool, whose arguments are told."""
MAIN = ("path", "command", "url", "query")
CELL = 240
"""Characters of one cell of a table, or of one line of a list."""
WHOLE = REASON + CELL
"""Of the cell that says why a judge did not let something pass."""
ASKED_ON_THE_WAY = re.compile(r"s\d+\.")
"""Begins the id of a criterion that stands for what a person said."""
RECALLED = 6
"""Records of the memory that are told."""
SOURCES = 60
"""Pages that are named."""
NOT_YOURS = N_("These words look like orders to an agent. They are the text's, not yours.")
BARRED = N_(
    "What should have run is allowed by a rule, as in `selfstarter resume … --allow"
    " 'read_page:url=https://docs.python.org/*'`; where nothing in the folder is private, hits and"
    " links are opened with `--public-files`"
)


FLAGS: dict[LimitName, str] = {
    "tokens": "--max-tokens", "cost": "--max-cost", "time": "--max-time", "steps": "--max-steps",
}  # fmt: skip


def headline(state: State, driven: bool = False) -> str:
    if state.ended is None:
        return _(RUNNING) if driven and not question(state) else standing(state)
    if state.taken_back:
        return _(TAKEN_BACK, ending=_(state.ended.ending))
    if state.ended.ending == "partly":
        return how_far(state)
    met = used_up(state) if state.ended.ending == "out_of_budget" else ()
    some = met and all(left(state, name) for name in met)
    return _(HEADLINES["too_little" if some else state.ended.ending])


def how_far(state: State) -> str:
    """What held before and holds still is nothing done."""
    passing = [one for one in state.criteria if (s := state.checks.get(one.id)) and s.passed]
    if passing and len(passing) == len(state.criteria):
        return _(UNPROVED)
    said = HEADLINES["partly"] if any(not one.invariant for one in passing) else NOT_DONE
    return _(said, passed=len(passing), criteria=len(state.criteria))


def report(run_id: str, state: State, driven: bool = False) -> str:
    """Markdown; nothing in it drives a terminal. `driven`: a process pursues the run."""
    ended, contract = state.ended, state.contract
    head = headline(state, driven)
    lines = [f"# {head}", "", f"**{_('Goal')}** {state.goal_given}", ""]
    if ended and ended.reason and ended.reason != PASSED:
        lines += [f"**{_('Why it stopped')}** {_(ended.reason)}", ""]
    if told := answer_told(state):
        lines += [f"**{_('Answer')}**", "", told, ""]
    if ended and ended.report:
        lines += [f"**{_('How it stands')}**", "", ended.report, ""]
    if contract:
        lines += [_("| done when | state | evidence |"), "| --- | --- | --- |"]
        lines += [criterion_row(criterion, state) for criterion in contract.criteria]
        lines.append("")
        if any(map(is_program, contract.criteria)):
            whole = f"`selfstarter show {run_id} --events`"
            lines += [_("The programs that looked, in full: {show}", show=whole), ""]
        if contract.assumptions:
            assumed = [f"- {a.text}" for a in contract.assumptions]
            lines += [f"**{_('Assumed')}**", "", *assumed, ""]
    else:
        lines += [_("No contract was drafted."), ""]
    if looked := review_lines(state):
        lines += [f"**{_('Before the work')}** {looked}", ""]
    if state.rulings:
        ruled = [f"- {in_a_line(one, 2 * CELL)}" for one in state.rulings]
        lines += [f"**{_('Checks that a judge had changed')}**", "", *ruled, ""]
    if planned := plan_line(state):
        lines += [f"**{_('Plan')}** {planned}", ""]
    if done := done_lines(run_id, state):
        lines += [f"**{_('What was done')}**", "", *done, ""]
    if there := outside_lines(state):
        head = _("Done outside the folder, where no undo reaches")
        lines += [f"**{head}**", "", *there, ""]
    if read := source_lines(state):
        lines += [f"**{_('Read of the web')}**", "", *read, ""]
    if state.children:
        lines += [f"**{_('Given to child runs')}**", "", *child_lines(run_id, state), ""]
    if barred := barred_lines(state):
        told = [f"- {in_a_line(line, 2 * CELL)}" for line in barred]
        lines += [f"**{_('Not permitted')}**", "", *told, ""]
    if state.orders:
        found = [f"- {in_a_line(f'{one.source}: “{one.words}”', CELL)}" for one in state.orders]
        lines += [f"**{_('Orders in what was read')}** {_(NOT_YOURS)}", "", *found, ""]
    if state.fired:
        noticed = "; ".join(f"{what} ({n}×)" for what, n in sorted(state.fired.items()))
        lines += [f"**{_('Going nowhere, as noticed on the way')}** {noticed}", ""]
    if state.dead_ends:
        lines += [f"**{_('Dead ends')}** {'; '.join(state.dead_ends)}", ""]
    if state.said:
        said = "; ".join(in_a_line(one.text, CELL) for one in state.said)
        lines += [f"**{_('You said')}** {said}", ""]
    if used := earlier_runs(state):
        lines += [f"**{_('From earlier runs')}** {used}", ""]
    if kept := kept_for_later(state):
        lines += [f"**{_('Kept for later runs')}** {kept}", ""]
    near = state.warned.union(used_up(state))
    if told := [out_of(n, state.spent.of(n), state) for n in NAMES if n in near]:
        lines += [f"**{_('Budget')}** {_('spent: {limits}', limits=', '.join(told))}", ""]
    if state.undone:
        back = listed(state.undone)
        put_back = _("A person had these files put back as they were: {files}")
        lines += [f"**{_('Taken back')}** {put_back.format(files=back)}", ""]
    lines += [
        f"**{_('Cost')}** {cost(state)}",
        "",
        *fork_lines(state),
        f"**{_('Go on')}** {go_on(run_id, state, driven)}",
        *look_back_lines(run_id, state),
    ]
    return clean("\n".join(lines) + "\n")


def answer_told(state: State) -> str:
    """Where it is not done, what was not met comes first, and the answer as its own words."""
    ended = state.ended
    if ended is None or ended.ending == "done" or not ended.answer:
        return ended.answer if ended else ""
    looks = [(one, state.checks.get(one.id)) for one in state.criteria]
    lacking = [(one, seen) for one, seen in looks if not (seen and seen.passed)]
    failed = [unmet(one, seen) for one, seen in lacking if seen and not seen.undecided]
    unknown = [unmet(one, seen) for one, seen in lacking if not seen or seen.undecided]
    groups = ((_("Not met:"), failed), (_("Not known to be met:"), unknown))
    lacks = ["\n".join((head, *lines)) for head, lines in groups if lines]
    last = state.last_finish if ended.refused and lacks else None
    words = last.account if last else ended.answer
    reason = _(ended.reason)
    return "\n\n".join((*(lacks or filter(None, [reason])), f"{_('It says:')}\n\n{words}"))


def unmet(criterion: Criterion, seen: CriterionChecked | None) -> str:
    found = retold(seen.evidence) if seen else _("not looked at")
    return f"- {in_a_line(retold(criterion.text), CELL)}: {in_a_line(found, CELL)}"


def write_report(folder: Path, run_id: str, state: State) -> None:
    """Into `report.md` of the run's folder; only its owner may read it."""
    file = os.open(folder / "report.md", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as text:
        text.write(report(run_id, state))


def standing(state: State) -> str:
    """Of a run that has not ended."""
    if asked := question(state):
        return _("Waiting for a person: {asked}", asked=asked)
    return _("Paused: {why}.", why=state.paused.rstrip(".") or _("not finished yet"))


def criterion_row(criterion: Criterion, state: State) -> str:
    seen = state.checks.get(criterion.id)
    undecided = _("not judged") if seen and seen.undecided else ""
    found = _("not looked at") if seen is None else _("passed") if seen.passed else undecided
    mark = found or f"**{_('failed')}**"
    kind = f" ({_('as before')})" if criterion.invariant else ""
    kind += f" ({_('its check was changed')})" if criterion.id.endswith(REPLACED) else ""
    kind += f" ({_('you asked')})" if ASKED_ON_THE_WAY.match(criterion.id) else ""
    whole = seen is not None and not seen.passed and isinstance(criterion.check, Judge)
    evidence = in_cell(retold(seen.evidence), WHOLE if whole else CELL) if seen else ""
    if seen and isinstance(criterion.check, CommandPasses):
        told = in_cell(retold(last_said(seen.evidence))) if seen.passed else evidence
        evidence = f"{looked_by(criterion.check.command, state)}: {told}"
    return f"| {in_cell(retold(criterion.text))}{kind} | {mark} | {evidence} |"


def is_program(criterion: Criterion) -> bool:
    check = criterion.check
    return isinstance(check, CommandPasses) and len(full_lines(check.command)) > 1


def full_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def looked_by(command: str, state: State) -> str:
    """The command; of one with many lines, how many and which files it names."""
    lines = len(full_lines(command))
    if lines < 2:
        return as_code(in_cell(command, COMMAND))
    words = set(re.findall(r"[\w./-]+", command))
    named = [path for path in state.known_files if path in words]
    if not named:
        return _("a program of {n} lines", n=lines)
    return _("a program of {n} lines that names {files}", n=lines, files=in_cell(listed(named)))


def last_said(evidence: str) -> str:
    """Of a command that passed: its exit, and the last line where it printed any."""
    status, _, said = evidence.partition(": ")
    last = said.strip().splitlines()[-1:] if said != SILENT else []
    return ": ".join((status, *last))


def plan_line(state: State) -> str:
    """How far it has come where it has not come to its end; empty: it has, or there is no plan."""
    done = [task for task in state.plan if task.status == "done"]
    if len(state.plan) < 2 or (state.ended and state.ended.ending == "done"):
        return ""
    said = _("{done} of {tasks} tasks are marked as done", done=len(done), tasks=len(state.plan))
    next_ = _("; next: {task}", task=in_a_line(state.task.title, CELL)) if state.task else ""
    return f"{said}{next_}"


def in_cell(text: str, most: int = CELL) -> str:
    """Of a table."""
    return in_a_line(text, most).replace("|", "\\|")


def as_code(text: str) -> str:
    """Between more of its marks than it holds in a row."""
    marks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{marks}{text}{marks}" if len(marks) == 1 else f"{marks} {text} {marks}"


def listed(names: Iterable[str]) -> str:
    """Each whole, or counted."""
    known = [in_a_line(name, CELL) for name in names]
    more = f" {_('and {n} more', n=len(known) - FILES)}" if len(known) > FILES else ""
    return f"{', '.join(known[:FILES])}{more}"


def review_lines(state: State) -> str:
    """What a person who wanted to see the contract made of it."""
    started, seen = state.started, state.accepted
    if started is None or not started.review:
        return ""
    if not started.attended:
        return _("Nobody was there to look at what done means.")
    if seen is None:
        return _("Nobody has accepted what done means yet.")
    said = [_("You accepted what done means.")]
    said += [_("Dropped: {text}.", text=in_a_line(text, CELL)) for text in seen.dropped]
    said += [_("Added: {text}.", text=in_a_line(text, CELL)) for text in seen.added]
    return " ".join(said)


def done_lines(run_id: str, state: State) -> list[str]:
    """What came of it, not call by call."""
    lines: list[str] = []
    if state.outline:
        read = sum(done for done, _ in state.studied.values())
        parts = _("read {n} parts of {sources} sources, noted {facts} facts")
        sources = len(state.outline.sources)
        lines.append(f"- {parts.format(n=read, sources=sources, facts=len(state.facts))}")
    files = became(state)
    lines += [f"- {what}: {listed(names)}" for what, names in files.items() if names]
    if files[_("Removed")] and (undo := undo_all(run_id, state)):
        lines[-1] += f" ({_('{undo} puts all back', undo=undo)})"
    ran = [(call, result) for call, result in calls(state) if result.status != "denied"]
    if state.programs:
        lines.append(f"- {_('Programs run: {n}', n=state.programs)}")
    if opened := sorted(state.opened.items(), key=itemgetter(1)):
        lines.append(f"- {_('Read')}: {listed(path for path, _n in opened)}")
    others = Counter(call.tool for call, _ in ran if call.tool not in (*INSIDE, "read_page"))
    if others:
        lines.append(f"- {_('Called')}: {listed(f'{tool} ({n}×)' for tool, n in others.items())}")
    if not state.is_done:
        lines += [f"- {line}" for line in not_made_good(ran)]
    if state.attempts:
        attempts = _("independent attempts to compare with: {n}", n=len(state.attempts))
        lines.append(f"- {attempts}")
    return lines


def became(state: State) -> dict[str, list[str]]:
    """What became of files, each once; those that were removed are last."""
    found, left, was = state.found, dict(sorted(state.ledger.artefacts.items())), state.moved
    new = [path for path, sha in left.items() if sha and path not in found]
    gone = [path for path, sha in left.items() if not sha and path in found]
    changes = (change for _, result in calls(state) for change in result.changed)
    times = Counter(path for path, sha in changes if sha)
    changed = [path for path, sha in left.items() if sha and path in found]
    return {
        _("Made"): [written(path, times[path]) for path in new if path not in was],
        _("Changed"): [written(path, times[path]) for path in changed],
        _("Moved"): [f"{old} → {path}" for path, old in was.items()],
        _("Removed"): [path for path in gone if path not in was.values()],
    }


def written(path: str, times: int) -> str:
    return _("{path} (written {n} times)", path=path, n=times) if times > 1 else path


def calls(state: State) -> list[tuple[CallChosen, CallReturned]]:
    """Those that came back, oldest first."""
    turns = [turn for turn in state.transcript if turn.call and turn.result][::-1]
    return [(turn.call, turn.result) for turn in turns if turn.call and turn.result]


def not_made_good(ran: Iterable[tuple[CallChosen, CallReturned]]) -> Iterator[str]:
    """Of each tool whose last call failed, that call."""
    for tool, (call, result) in {call.tool: (call, result) for call, result in ran}.items():
        if result.status not in CAME:
            why = f" ({in_a_line(result.error, 80)})" if result.error else ""
            yield f"{tool}{first_words(call)}: {_(result.status)}{why}"


def first_words(call: CallChosen) -> str:
    """Of its main argument: a path, a command, an address, a question; else of its first."""
    named = [call.args[name] for name in MAIN if call.args.get(name)]
    said = str(next(iter((*named, *call.args.values())), "")).strip().partition("\n")[0]
    return f" {in_a_line(said, LONGEST)}" if said else ""


def outside_lines(state: State) -> list[str]:
    """A line a tool, with what each of its calls was given in short."""
    given = defaultdict[str, list[str]](list)
    for call in state.outside:
        if call.status not in ("permanent", "denied"):
            args = ", ".join(f"{name}={value}" for name, value in call.args)
            given[call.tool].append(in_a_line(args, LONGEST) or "–")
    return [f"- {tool} ({len(told)}×): {first_told(told[::-1])}" for tool, told in given.items()]


def first_told(told: Sequence[str]) -> str:
    shown = told[:CALLS]
    more = f"; {_('and {n} more', n=len(told) - len(shown))}" if len(told) > len(shown) else ""
    return f"{'; '.join(shown)}{more}"


def source_lines(state: State) -> list[str]:
    """What was read from outside, each once, in the order of reading."""
    turns = [turn.result for turn in state.transcript if turn.result][::-1]
    read = {source.sha256: source for result in turns for source in result.sources}
    lines = [
        f"- <{source.url[:300]}> {in_a_line(source.title, CELL)}"
        f" ({day_of(source.at)}, {source.kept})"
        for source in [*read.values()][:SOURCES]
    ]
    if len(read) > SOURCES:
        lines.append(f"- {_('and {n} more', n=len(read) - SOURCES)}")
    return lines


def day_of(at: float) -> str:
    """In UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def barred_lines(state: State) -> list[str]:
    """By the gate, which a rule opens; and by a web tool, in its own words."""
    by_gate = [f"{one.tool}: {one.why}" for one in state.barred]
    return [*by_gate, *([_(BARRED)] if by_gate else []), *refusals(state)]


def refusals(state: State) -> list[str]:
    """Of addresses that the run wanted and never got."""
    if state.is_done:
        return []
    last = {(call.tool, first_words(call)): result for call, result in calls(state)}
    return [
        f"{tool}: {result.error}"
        for (tool, _), result in last.items()
        if tool in WEB and result.status == "denied" and not (result.barred or result.refused)
    ]


def earlier_runs(state: State) -> str:
    """What the memory has told it, as far as it stood in its last prompt; empty: nothing."""
    told = dict.fromkeys(one.text for one in (*state.wishes, *state.recalled))
    said = [in_a_line(text.removeprefix(THE_PERSON_SAID), CELL) for text in told]
    more = f" {_('and {n} more', n=len(said) - RECALLED)}" if len(said) > RECALLED else ""
    return f"{'; '.join(said[:RECALLED])}{more}"


def kept_for_later(state: State) -> str:
    """The person's own words that later runs are told; empty: none, or it has not ended. A child
    run leaves nothing of its own."""
    if state.ended is None or state.depth or not (state.started and state.started.memory):
        return ""
    return "; ".join(f"“{in_a_line(wish, CELL)}”" for wish in wishes_in(state))


def child_lines(run_id: str, state: State) -> list[str]:
    lines: list[str] = []
    for child in state.children:
        back = child.returned
        stands = _("not back yet" if back is None else back.ending)
        goal = in_a_line(child.errand.goal, CELL)
        lines.append(f"- `{run_id}.c{child.errand.number}` {stands}: {goal}")
        if back:
            tokens = back.spent.input + back.spent.output
            passed = sum(seen.passed for seen in back.criteria)
            of = _("({passed} of {criteria} criteria, {tokens} tokens, {steps} steps)")
            lines[-1] += " " + of.format(
                passed=passed,
                criteria=len(back.criteria),
                tokens=f"{tokens:,}",
                steps=back.spent.steps,
            )
    return lines


def cost(state: State) -> str:
    spent = state.spent
    known = f"${spent.cost_usd:.4f}"
    unknown = _("of unknown price ({known} known)", known=known)
    more = (
        (N_("calls denied: {n}"), spent.denied, named_denied(state)),
        (N_("tries without a reply: {n}"), spent.retries, ""),
        (N_("{n} of them counted in full, for they may be billed"), spent.lost, ""),
        (N_("independent attempts included: {n}"), len(state.attempts), ""),
    )
    said = [_(text, n=n) + which for text, n, which in more if n]
    return ", ".join([spent_on(state, unknown if spent.unknown_cost else known), *said])


def named_denied(state: State) -> str:
    """Of the calls that the run still holds."""
    denied = (call for call, result in calls(state) if result.status == "denied")
    named = list(dict.fromkeys(f"{call.tool}{first_words(call)}" for call in denied))
    more = ", …" if len(named) > DENIED else ""
    return f" ({', '.join(named[:DENIED])}{more})" if named else ""


def fork_lines(state: State) -> list[str]:
    forked, before = state.forked, state.before
    if forked is None:
        return []
    said = _(
        "Of that, {tokens} tokens in {calls} model calls, {steps} steps, {time_s} s and {cost}"
        " were spent before event {at} by run {run}, which this one was branched off.",
        tokens=f"{before.tokens:,}",
        calls=before.calls,
        steps=before.steps,
        time_s=f"{before.time_s:.0f}",
        cost=f"${before.cost_usd:.4f}",
        at=forked.at,
        run=forked.run,
    )
    return [f"**{_('Before the fork')}** {said}", ""]


def spent_on(state: State, money: str) -> str:
    spent = state.spent
    return _(
        "{tokens} tokens ({input} in, of which {cached} cached; {output} out) in {calls} model"
        " calls, {steps} steps, {time_s} s, {money}",
        tokens=f"{spent.tokens:,}",
        input=f"{spent.input:,}",
        cached=f"{spent.cached:,}",
        output=f"{spent.output:,}",
        calls=spent.calls,
        steps=spent.steps,
        time_s=f"{spent.time_s:.0f}",
        money=money,
    )


def undo_all(run_id: str, state: State) -> str:
    """The command, where files were changed; those of a child are kept with the run that it is a
    part of."""
    kept = "." not in run_id and state.saved and state.ledger.artefacts
    return f"`selfstarter undo {run_id} --to start`" if kept else ""


def look_back_lines(run_id: str, state: State) -> list[str]:
    undo = undo_all(run_id, state)
    if not undo:
        return []
    all_of_it = N_("see what changed: {diff}; take it all back: {undo}")
    files = N_("see what changed: {diff}; put the files back: {undo}")
    diff = f"`selfstarter diff {run_id}`"
    said = _(files if state.outside else all_of_it, diff=diff, undo=undo)
    return ["", f"**{_('Look back')}** {said}"]


def go_on(run_id: str, state: State, driven: bool = False) -> str:
    if driven and not state.ended and not question(state):
        return _("`selfstarter attach {run}` shows what it does", run=run_id)
    resume = f"`{resume_command(run_id, state)}`"
    if state.ended and state.ended.ending == "done":
        anew = _("{resume} looks at each criterion anew", resume=resume)
        return anew if state.taken_back else _("nothing is left to do")
    if state.waiting and (state.raise_asked or state.approval):
        place = f"{run_id}:{state.asked_at}"
        limit = N_("`selfstarter approve {id}` or `selfstarter deny {id}`, then {resume}")
        call = N_(
            "`selfstarter approve {id}` (`selfstarter approve {id} all`: each call of this tool in"
            " this run) or `selfstarter deny {id}`, then {resume}"
        )
        return _(limit if state.raise_asked else call, id=place, resume=resume)
    if state.waiting and state.review_asked:
        place = f"{run_id}:{state.asked_at}"
        answer = _(
            "look at it with `selfstarter inbox`, then `selfstarter approve {id}`, `selfstarter say"
            ' {run} "…"` or `selfstarter deny {id}`, then {resume}'
        )
        return answer.format(id=place, run=run_id, resume=resume)
    if state.waiting:
        return _('`selfstarter say {run} "…"`, then {resume}', run=run_id, resume=resume)
    if state.ended and state.ended.ending == "partly" and state.finish and state.finish.missing:
        lacked = N_(
            '`selfstarter say {run} "…"` (what it lacked, or which criterion is to be dropped or'
            " changed), then {resume}"
        )
        refused = N_(
            "see first to what was refused, under “Not permitted”, or"
            ' `selfstarter say {run} "…"` (what it lacked, or which criterion is to be dropped or'
            " changed); then {resume}"
        )
        said = refused if state.barred or refusals(state) else lacked
        return _(said, run=run_id.partition(".")[0], resume=resume)
    return resume


def resume_command(run_id: str, state: State) -> str:
    """With twice of each limit that keeps it from going on. A child goes on with the run that it is
    a part of."""
    run, child, _number = run_id.partition(".")
    ended = state.ended.ending if state.ended else ""
    met = used_up(state) if ended in ("out_of_budget", "out_of_time") and not child else ()
    more = (f"{FLAGS[name]} {as_given(name, 2 * (state.limits.of(name) or 0.0))}" for name in met)
    return " ".join(("selfstarter resume", run, *more))


def as_given(name: LimitName, value: float) -> str:
    """As the flag takes it."""
    return f"{value:.10g}s" if name == "time" else f"{value:.10g}"
