"""A journal as records for the long-term memory: little, on purpose, and always the same.

Pure. A record is made of one event, from what was true by then, and its id is the event's place:
so filing a journal twice files it once, and filing it in two parts comes to the same. Never a raw
turn, never what the memory itself had said, never a rule out of text from outside. Who may
teach what: docs/memory.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

from selfstarter.core.content import WORD, content
from selfstarter.core.contract import Criterion, FileChanged, FileExists
from selfstarter.core.events import (
    CallChosen,
    CallReturned,
    ChildReturned,
    GoalSketched,
    MemoryRecalled,
    PartStudied,
    PersonSaid,
    PlanRevised,
    Reflected,
    RunEnded,
    RunStarted,
    WorkspaceScouted,
)
from selfstarter.core.fold import apply
from selfstarter.core.ports import THE_PERSON_SAID, MemoryKind, MemoryRecord, Recorded
from selfstarter.core.state import State
from selfstarter.core.wishes import lasting, own_clauses, plain, quoted
from selfstarter.memory.texts import (
    MOST_WORDS,
    agreed,
    chunks,
    cut,
    echoes,
    for_today,
    has_digit,
    opening,
)
from selfstarter.memory.uses import asked_for, named_in

PERSON, LESSON, VERIFIED, NOTED, EPISODE = 0.9, 0.7, 0.6, 0.4, 0.3
"""Importance, by who vouches: a person, a reflection, a check, the model, nobody."""
OWN = frozenset({"write_file", "edit_file", "remember"})
"""Tools whose result holds nothing but what the agent itself gave them."""
FACTS = 30
"""Most facts of one run."""
STEPS = 8
FEW = 3
"""Words that say something, of which an account has more than "All done."."""
SHORT = 20
"""Words of a file that are kept as what a run has found out."""
IN_BRIEF = 12
"""Words of a goal beside an account, which tells the same and more."""
ACCOUNT, WITH_STEPS = 85, 65
"""Words of an account, alone and where the steps follow it."""
MADE = 4
"""Files of an account that are named."""
FIXED = 3
"""Most mended failures of one run."""
ALIKE = 0.6
"""Of a word that one call has for a word of the other, where one is the other, mended."""
NOTED_DOWN = "Noted for later runs."
NO_NEWS = "Not kept: it says nothing that is not remembered already."
NO_RULE = (
    "Not kept: text from outside was read in this run, and a rule may be that text's; say it as a"
    " fact about what you found, with its source, or in the very words of the person."
)


@dataclass(frozen=True, slots=True)
class Use:
    """At the end `seq` of a run: these records were shown in it."""

    seq: int
    ids: tuple[str, ...]
    helped: bool
    """The run ended as done."""
    at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The run has ended again at `seq`, so that the record `id`, of how it had ended before, no
    longer holds; `by` does."""

    seq: int
    id: str
    by: str


@dataclass(frozen=True, slots=True)
class Learnt:
    records: tuple[MemoryRecord, ...]
    uses: tuple[Use, ...]
    seq: int
    """The last event that was read."""
    replaced: tuple[Replaced, ...] = ()


def learn(run_id: str, journal: Iterable[Recorded]) -> Learnt:
    """Nothing, of a run that was to have no memory."""
    learner, last, wanted, others = Learner(run_id), 0, True, 0
    records: list[MemoryRecord] = []
    uses: list[Use] = []
    for recorded in journal:
        last = recorded.seq
        if isinstance(recorded.event, RunStarted):
            wanted = recorded.event.memory
            others = recorded.event.fork.at if recorded.event.fork else 0
        if not wanted:
            continue
        made = learner.records(recorded)
        if last <= others:
            learner.shown.clear()
            continue  # of the run that this one was branched off, which files it
        records += made
        if use := learner.use(recorded):
            uses.append(use)
    return Learnt(tuple(records), tuple(uses), last, tuple(learner.replaced))


@dataclass(frozen=True, slots=True)
class Draft:
    """A record without its place."""

    kind: MemoryKind
    text: str
    importance: float
    trusted: bool
    source: str = ""


@dataclass(slots=True)
class Learner:
    """Goes through one journal, event by event."""

    run_id: str
    state: State = field(default_factory=State)
    tainted: bool = False
    """Text from outside was read, so what the model says may be that text's."""
    known: list[str] = field(default_factory=list[str])
    """What the memory said: it needs no record."""
    wishes: list[str] = field(default_factory=list[str])
    """What the person wants to hold in later runs, in their own words."""
    shown: dict[str, None] = field(default_factory=dict[str, None])
    """Ids of records that were shown since the run last ended."""
    failed: tuple[CallChosen, CallReturned] | None = None
    mended: int = 0
    episodes: tuple[MemoryRecord, ...] = ()
    """Of how the run has ended last."""
    replaced: list[Replaced] = field(default_factory=list[Replaced])

    def records(self, recorded: Recorded) -> list[MemoryRecord]:
        before, event = self.state, recorded.event
        self.state = apply(before, recorded)
        self._read(before, recorded)
        drafts = [piece for draft in self._drafts(before, recorded) for piece in pieces(draft)]
        if isinstance(event, CallReturned):
            self._tried(before.pending, event)
        digests = digests_of(self.state) if any(draft.source for draft in drafts) else {}
        made = [
            MemoryRecord(
                id=f"{self.run_id}:{recorded.seq}" + (f".{n}" if n else ""),
                kind=draft.kind,
                text=draft.text,
                run_id=self.run_id,
                seq=recorded.seq,
                at=recorded.at,
                source=draft.source,
                sha256=digests.get(draft.source, ""),
                trusted=draft.trusted,
                importance=draft.importance,
            )
            for n, draft in enumerate(drafts)
        ]
        if isinstance(event, RunEnded) and made:
            self._ended(made)
        return made

    def _ended(self, made: Sequence[MemoryRecord]) -> None:
        """What comes from outside takes the place of nothing that does not."""
        now = made[-1]
        gone = (one for one in self.episodes if now.trusted >= one.trusted)
        self.replaced += [Replaced(now.seq, one.id, now.id) for one in gone]
        self.episodes = tuple(one for one in made if one.kind != "semantic")

    def use(self, recorded: Recorded) -> Use | None:
        if not isinstance(recorded.event, RunEnded) or not self.shown:
            return None
        ids, self.shown = tuple(self.shown), {}
        return Use(recorded.seq, ids, recorded.event.ending == "done", recorded.at)

    def _read(self, before: State, recorded: Recorded) -> None:
        match recorded.event:
            case RunStarted() as started:
                if started.scheduled and started.scheduled.last:
                    self.known.append(started.scheduled.last.answer)
            case WorkspaceScouted() as scouted:
                self.tainted |= bool(scouted.heads)
            case MemoryRecalled() as recalled:
                self.known += [record.text for record in recalled.records]
                self.shown |= dict.fromkeys(record.id for record in recalled.records)
                self.tainted |= recalled.untrusted
            case CallReturned() as returned if before.pending:
                if before.pending.tool == "recall":
                    self.known.append(returned.output)
                    self.shown |= dict.fromkeys(named_in(returned.output))
                    self.tainted |= returned.untrusted
                else:
                    self.tainted |= returned.untrusted or before.pending.tool not in OWN
            case PartStudied() | ChildReturned():
                self.tainted = True
            case _:
                pass
        self.tainted |= self.state.provenance.untrusted

    def _tried(self, call: CallChosen | None, event: CallReturned) -> None:
        if call and event.status == "permanent" and event.error:
            self.failed = (call, event)
        elif self.failed and call and call.tool == self.failed[0].tool:
            self.failed = None

    def _drafts(self, before: State, recorded: Recorded) -> Iterator[Draft]:
        match recorded.event:
            case RunStarted(goal=text) | PersonSaid(text=text):
                yield from self._wishes(lasting(text))
            case GoalSketched(sketch=sketch):
                yield from self._wishes(quoted(sketch.remember, self.state))
            case Reflected() as reflected:
                yield from self._lesson(reflected)
            case PlanRevised() as revised if len(before.plan) > 1:
                yield from self._tasks(revised, before)
            case CallReturned() as returned if before.pending and returned.status == "ok":
                yield from self._noted(before.pending)
                yield from self._mended(before.pending)
            case RunEnded() as ended:
                yield from self._facts(ended)
                yield from self._answer(ended)
                yield from self._episode(ended)
            case _:
                pass

    def _wishes(self, said: Iterable[str]) -> Iterator[Draft]:
        """The only rules there are: a person's own words."""
        for one in said:
            if one not in self.wishes:
                self.wishes.append(one)
                yield in_own_words(one, PERSON)

    def _lesson(self, event: Reflected) -> Iterator[Draft]:
        said = self._own(event.lesson.partition(": ")[2] or event.lesson)
        end = self._own(event.dead_end)
        if not said or event.lesson.startswith("Stuck: "):  # nothing was understood
            return
        tail = f" Does not work: {end}" if end else ""
        if self.tainted:
            text = f"When stuck on “{self._goal()}”: {said}{tail}"
            yield Draft("episodic", text, NOTED, trusted=False)
        else:
            text = f"Lesson from “{self._goal()}”: {said}{tail}"
            yield Draft("procedural", text, LESSON, trusted=True)

    def _tasks(self, event: PlanRevised, before: State) -> Iterator[Draft]:
        came = self._own(event.result)  # a reason only says that the plan is another one
        titles = {task.id: task.title for task in before.plan}
        for id, how in [(i, "done") for i in event.done] + [(i, "failed") for i in event.failed]:
            if came and id in titles:
                text = f"Task “{cut(titles[id], 25)}” of “{self._goal()}” {how}: {cut(came, 50)}"
                yield Draft("episodic", text, EPISODE, not self.tainted)

    def _noted(self, call: CallChosen) -> Iterator[Draft]:
        if call.tool != "remember":
            return
        made = self.note(call.args)
        if isinstance(made, Draft) and made.importance < PERSON:  # a wish is kept already
            yield made

    def answer(self, args: Mapping[str, Any]) -> str:
        """What the model is told of its note: what will be filed of it, and not more."""
        made = self.note(args)
        if isinstance(made, str):
            return made
        own = made.text.startswith(THE_PERSON_SAID)
        said = made.text.removeprefix(THE_PERSON_SAID)
        return f"Kept for later runs in the person's own words: “{said}”" if own else NOTED_DOWN

    def note(self, args: Mapping[str, Any]) -> Draft | str:
        """What is kept of a note of the model's, or why nothing is. Where it only repeats the
        person, their own words are kept: nothing that was read can have bent those."""
        said, about = str(args.get("text", "")), plain(str(args.get("about", "")))
        if own := agreed(said, own_clauses(self.state)):
            return in_own_words(own, PERSON if own in self.wishes else NOTED)
        if not content(said) or echoes(said, self.known):
            return NO_NEWS
        if self.tainted and lasting(f"{about}\n{said}"):
            return NO_RULE
        source = plain(str(args.get("source", "")))
        head = f"{cut(about, 12)}: " if about else ""
        return Draft("semantic", f"{head}{said}", NOTED, not self.tainted, source)

    def _mended(self, call: CallChosen) -> Iterator[Draft]:
        if self.failed is None or self.failed[0].tool != call.tool or self.mended == FIXED:
            return
        first, error = self.failed
        now, then = step(call), step(first)
        if now == then or call.tool in OWN or not alike(now, then):
            return
        self.mended += 1
        text = f"In “{self._goal()}”: {then} failed with “{cut(error.error, 25)}”, and {now} worked"
        kind: MemoryKind = "episodic" if self.tainted else "procedural"
        yield Draft(kind, text, NOTED, not self.tainted)

    def _facts(self, ended: RunEnded) -> Iterator[Draft]:
        for chosen in self.state.chosen[:FACTS] if ended.ending == "done" else ():
            fact = chosen.fact
            if fact and self._own(said := fact.value or fact.quote):
                text = f"{cut(fact.subject, 12)}, {cut(fact.aspect, 12)}: {cut(said, 70)}"
                yield Draft("semantic", text, VERIFIED, trusted=False, source=fact.source)

    def _answer(self, ended: RunEnded) -> Iterator[Draft]:
        """What the person was told, or what the one short file that was wanted holds."""
        asked = self.state.is_question
        answer = ended.answer if asked else short_result(self.state)
        if ended.ending != "done" or not (said := self._own(answer)):
            return
        source = asked_for(self.state) if asked else self.state.file_to_make
        fact = f"{self._goal(40)}: {cut(said, 65)}"
        yield Draft("semantic", fact, VERIFIED, not self.tainted, source)

    def _episode(self, ended: RunEnded) -> Iterator[Draft]:
        tried = steps_of(self.state)
        if not tried:
            return  # nothing was tried, so nothing came of it
        if ended.ending == "done":
            yield from self._done(ended, tried)
            return
        missing = [
            f"{plain(c.text)} ({cut(seen.evidence, 12)})"
            for c in self.state.criteria
            if (seen := self.state.checks.get(c.id)) and not seen.passed
        ]
        parts = [f"“{self._goal()}” ended as {ended.ending}", *account_of(self.state, tried)]
        if missing:
            ids = {c.id for c in self.state.criteria}
            met = len(ids & self.state.ledger.passing)
            parts.append(f"{met} of {len(ids)} criteria met")
            parts.append(f"Not met: {cut('; '.join(missing), 20)}")
        said = self._own(ended.reason)
        if len(content(said)) >= FEW and not self.state.is_question:
            parts.append(f"Came of it: {cut(said, 25)}")
        yield Draft("episodic", ". ".join(parts), EPISODE, not self.tainted)

    def _done(self, ended: RunEnded, tried: Sequence[str]) -> Iterator[Draft]:
        """Steps make a procedure only where nothing from outside suggested one. What came of it is
        kept in either case, and is told instead of the steps where they are no procedure. An
        answer, and what a short file holds, have a record of their own."""
        told = self.state.is_question or bool(self._own(short_result(self.state)))
        said = for_today(ended.answer) if self.tainted else ended.answer
        said = said if not told and self._is_news(said) else ""
        made = self.state.file_to_make if said else ""
        if self.tainted and said:
            account = f"{self._goal(IN_BRIEF)}: {opening(said, ACCOUNT)}{files_of(self.state)}"
            yield Draft("semantic", account, NOTED, trusted=False, source=made)
            return
        parts = [f"“{self._goal()}” ended as done"]
        parts += [f"Came of it: {opening(said, WITH_STEPS)}"] if said else []
        text = cut(". ".join([*parts, *account_of(self.state, tried)]), MOST_WORDS - 1)
        if not self.tainted:
            yield Draft("procedural", text, EPISODE, trusted=True, source=made)
        elif not told:
            yield Draft("episodic", text, EPISODE, trusted=False)

    def _goal(self, words: int = 25) -> str:
        return cut(self.state.started.goal if self.state.started else "", words)

    def _is_news(self, account: str) -> bool:
        """Does it say more than that what the goal wants was done?"""
        new = set(content(self._own(account))) - set(content(self._goal(MOST_WORDS)))
        return len(new) >= FEW or any(map(has_digit, new))

    def _own(self, text: str) -> str:
        """`text`, if it says something that neither goal nor memory had said; else empty."""
        said, goal = plain(text), self.state.started.goal if self.state.started else ""
        return said if content(said) and not echoes(said, [*self.known, goal]) else ""


def in_own_words(said: str, importance: float) -> Draft:
    return Draft("semantic", f"{THE_PERSON_SAID}{said}", importance, trusted=True)


def pieces(draft: Draft) -> Iterator[Draft]:
    return (replace(draft, text=piece) for piece in chunks(draft.text))


def digests_of(state: State) -> dict[str, str]:
    """Path or address -> sha256, of all that the run knows."""
    pages = (source for turn in state.transcript if turn.result for source in turn.result.sources)
    return state.known_files | {page.url: page.sha256 for page in pages}


def short_result(state: State) -> str:
    """The text of the one file to make, where it is a few words that the journal holds and more was
    looked at than that it is there; empty: nothing of the kind."""
    wanted = state.file_to_make
    if not any(state.checks[c.id].passed for c in state.criteria if tells(c, state)):
        return ""
    calls = [turn.call.args for turn in state.calls_of("write_file") if turn.call]
    texts = [str(args.get("content", "")) for args in calls if args.get("path") == wanted]
    texts += [text for made in state.attempts for path, text in made.files if path == wanted]
    digest = state.ledger.artefacts.get(wanted)
    there = (text for text in texts if sha256(text.encode()).hexdigest() == digest)
    return next((text for text in there if len(text.split()) <= SHORT), "")


def files_of(state: State) -> str:
    """A sentence that names the files which were made or changed; empty: there are none."""
    files = [path for path, sha in sorted(state.ledger.artefacts.items()) if sha]
    more = f" and {len(files) - MADE} more" if len(files) > MADE else ""
    return f" Files: {', '.join(files[:MADE])}{more}." if files else ""


def tells(criterion: Criterion, state: State) -> bool:
    return criterion.id in state.checks and not isinstance(
        criterion.check, (FileExists, FileChanged)
    )


def account_of(state: State, tried: Iterable[str]) -> Iterator[str]:
    """What was made or changed, and what else was tried: to write a file is told by its name."""
    if files := files_of(state).strip(" ."):
        yield files
    made = {f"{tool} {path}" for tool in OWN for path in state.ledger.made}
    if others := "; ".join(one for one in tried if one not in made):
        yield f"Tried: {others}"


def steps_of(state: State) -> list[str]:
    """What was tried, each once, oldest first; of many, the last ones."""
    calls = [turn.call for turn in state.transcript if turn.call and turn.result]
    return list(dict.fromkeys(step(call) for call in calls[::-1]))[-STEPS:]


def step(call: CallChosen) -> str:
    """A call in a few words: its tool and what it was about, never what it was given to write."""
    names = ("path", "command", "query", "url", "pattern", "id", "text")
    about = next((str(call.args[name]) for name in names if call.args.get(name)), "")
    return f"{call.tool} {cut(about, 8)[:80]}".strip() if call.tool != "remember" else call.tool


def alike(now: str, then: str) -> bool:
    """Could the one call be the other, mended? Two addresses that were read one after the other
    are none."""
    one, other = (WORD.findall(text.lower()) for text in (now, then))
    new, old = ([word for word in a if word not in b] for a, b in ((one, other), (other, one)))
    fewer, more = sorted((new, old), key=len)
    return all(get_close_matches(word, more, 1, ALIKE) for word in fewer)
