"""Histories that we make: chats of two friends, chats with an assistant, the logs of an agent.

What is told, how it is asked about later and where the answer stands are known by construction.
A seed gives the same history on every machine. Nothing here comes from a public set, so weights
learnt from it may be shipped.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from bench.memory import material
from bench.memory.history import History, Question

from selfstarter.core.ports import MemoryRecord

CHOICE = re.compile(r"\[([^][]*)\]")
DAY_S = 86_400.0
BEGINNING = datetime(2021, 1, 1, tzinfo=UTC).timestamp()
AGAIN = 0.3
"""How often what was told is talked about again, without the answer in it."""
MISTAKEN = 0.15
"""How often a question names the wrong one of two people: memory must not hang on the name."""
NEARLY = 0.85
"""How often a question keeps to the words of the telling."""
TURNS_TO = 0.35
"""How often who tells something ends with a question of another kind."""


def histories(count: int, seed: int) -> list[History]:
    """As many, half of them chats, a quarter chats with an assistant, a quarter logs."""
    kinds: Sequence[Callable[[random.Random, str], History]] = (chat, assistance, chat, log)
    return [
        kinds[number % 4](random.Random(f"{seed} {number}"), f"made {seed}.{number}")
        for number in range(count)
    ]


def series(count: int, seed: int) -> list[History]:
    """Logs of runs that file many of the same kind: only what is asked by name tells them apart."""
    return [
        listed(random.Random(f"series {seed} {number}"), f"series {seed}.{number}")
        for number in range(count)
    ]


class Writer:
    """Files what is said, session after session, and gathers what may be asked."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.records: list[MemoryRecord] = []
        self.questions: list[Question] = []
        self.at = BEGINNING + chance.uniform(0, 900) * DAY_S
        self.run = ""
        self.sessions = 0

    def session(self) -> None:
        self.sessions += 1
        self.run = f"session {self.sessions}"
        self.at += self.chance.uniform(0.5, 20) * DAY_S

    def file(self, text: str) -> str:
        """The record's id."""
        self.at += self.chance.uniform(10, 300)
        number = len(self.records)
        id = f"{number}"
        self.records.append(MemoryRecord(id, "episodic", text, self.run, number, self.at))
        return id

    def ask(self, kind: str, text: str, *evidence: str) -> None:
        self.questions.append(Question(text, kind, frozenset(evidence)))

    def fill(self, template: str, **named: str) -> str:
        """One of all that the template can say."""
        while found := CHOICE.search(template):
            said = self.chance.choice(found[1].split("|"))
            template = template[: found.start()] + said + template[found.end() :]
        text = template.format(**named)
        return re.sub(r" +([,.!?])", r"\1", re.sub(r"\s+", " ", text)).strip()

    def done(self, name: str) -> History:
        return History(name, tuple(self.records), tuple(self.questions))


# ── two friends ──────────────────────────────────────────────────────────────────────────────


def chat(chance: random.Random, name: str) -> History:
    friends = Friends(chance)
    return friends.written(name)


class Friends(Writer):
    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.people = chance.sample(material.PEOPLE, 2)
        self.told: list[str] = ["the weather"]
        """What may be talked about again."""

    def written(self, name: str) -> History:
        pieces = self.pieces()
        self.chance.shuffle(pieces)
        while pieces:
            self.session()
            self.small(material.OPENINGS)
            for _ in range(self.chance.randint(2, 4)):
                if pieces:
                    pieces.pop()()
                    self.chatter()
            self.small(material.SMALL_TALK)
        return self.done(name)

    def pieces(self) -> list[Callable[[], None]]:
        """What will be told, in any order."""

        def some(rows: Sequence[tuple[str, ...]], count: int) -> Iterator[tuple[str, ...]]:
            return iter(self.chance.sample(rows, min(count, len(rows))))

        made: list[Callable[[], None]] = []
        for row in some(material.EVENTS, 34):
            made.append(lambda row=row: self.event(row))
        for row in some(material.ANSWERS, 9):
            made.append(lambda row=row: self.answer(row))
        for row in some(material.REASONS, 14):
            made.append(lambda row=row: self.reason(row))
        for row in some(material.ADVICE, 8):
            made.append(lambda row=row: self.advice(row))
        for row in some(material.MANY, 3):
            made += self.many(row)
        return made

    def pair(self) -> tuple[str, str]:
        one, other = self.chance.sample(self.people, 2)
        return one, other

    def says(self, who: str, template: str, **named: str) -> str:
        other = next(person for person in self.people if person != who)
        about = self.chance.choice(self.told[-6:])
        text = self.fill(template, **{"q": other, "p": who, "about": about, **named})
        return self.file(f"{who}: {text[:1].upper()}{text[1:]}")

    def turn(self) -> str:
        asks = self.chance.random() < TURNS_TO
        return f" {self.chance.choice(material.TURNS)}" if asks else ""

    def small(self, templates: Sequence[str]) -> None:
        who = self.chance.choice(self.people)
        self.says(who, self.chance.choice(templates))

    def chatter(self) -> None:
        """A talk goes on for a while about what was told last, and now and then strays."""
        who, other = self.pair()
        for _ in range(self.chance.randint(1, 6)):
            strays = self.chance.random() < 0.15
            templates = material.SMALL_TALK if strays else (*material.ABOUT, *material.REACTIONS)
            about = self.chance.choice(self.told) if strays else self.told[-1]
            self.says(who, self.chance.choice(templates), about=about)
            who, other = other, who

    def asked(self, kind: str, who: str, choices: Sequence[str], *evidence: str) -> None:
        wrong = self.chance.random() < MISTAKEN
        other = next(person for person in self.people if person != who)
        named = {"p": other, "q": who} if wrong else {"p": who, "q": other}
        text = choices[0] if self.chance.random() < NEARLY else choices[-1]
        self.ask(f"{kind}, mistaken" if wrong else kind, text.format(**named), *evidence)

    def event(self, row: tuple[str, ...]) -> None:
        told, about, alike, otherwise = row
        who, other = self.pair()
        self.told.append(about)
        if self.chance.random() < AGAIN:
            self.says(other, "[By the way,|So,] [what happened with|did it work out with|any news about] {about}?", about=about)  # fmt: skip  # noqa: E501
        when = self.chance.choice(material.WHEN)
        here = self.says(
            who,
            "[Guess what!|Big news:|Well,|Oh,|You know,|] [I {told} {when}|{when} I {told}]"
            "[.|!|, finally.|, can you believe it?] [It was quite something.|I am still tired.|"
            "It felt right.|I was so nervous.|]" + self.turn(),
            told=told,
            when=when,
        )
        self.says(other, self.chance.choice(material.REACTIONS), about=about)
        if self.chance.random() < AGAIN:
            self.says(who, "[Yes|Ha|Right], {about} [keeps me busy|makes me happy|was worth it|is all I think of]. [Thanks, {q}!|]", about=about)  # fmt: skip  # noqa: E501
        kind, text = self.chance.choice(
            (
                ("time", ("When did {p} " + alike + "?", "When did {p} " + otherwise + "?")),
                ("event", ("What did {p} do " + self.month() + "?",)),
                ("event", ("Did {p} " + alike + "?", "Did {p} ever " + otherwise + "?")),
            )
        )
        self.asked(kind, who, text, here)
        heard = [here]
        for follow in self.chance.sample(material.FOLLOW, self.chance.choice((0, 0, 1, 1, 2))):
            heard.append(self.follow(who, row, follow))
        if len(heard) > 1:
            wordings = ("What did {p} tell {q} about {about}?", "What do we know of {about}, {p}?")
            texts = [wording.replace("{about}", about) for wording in wordings]
            self.asked("talk", who, texts, *heard)
        if self.chance.random() < 0.3:
            plan = self.chance.choice(material.PLANNED)
            self.says(other, "[I want to do that too|Maybe I should try that as well], {plan}[!|, if I dare.]", plan=plan)  # fmt: skip  # noqa: E501

    def follow(self, who: str, event: tuple[str, ...], row: tuple[str, ...]) -> str:
        """A reply that only what stands before it explains."""
        _, about, *acts = event
        asks, tells, *wordings, fills = row
        other = next(person for person in self.people if person != who)
        self.says(other, "[|And {about}?|So, {about}:|] " + asks, about=about)
        value = self.chance.choice(getattr(material, fills))
        here = self.says(who, tells + self.turn(), x=value)
        if self.chance.random() < 0.7:
            slots = {"about": about, "alike": acts[0], "otherwise": acts[1], "p": "{p}", "q": "{q}"}
            self.asked("follow", who, [wording.format(**slots) for wording in wordings], here)
        return here

    def month(self) -> str:
        then = datetime.fromtimestamp(self.at, UTC)
        return self.chance.choice((f"in {then:%B %Y}", f"on {then.day} {then:%B %Y}"))

    def answer(self, row: tuple[str, ...]) -> None:
        about, asks, tells, alike, otherwise, fills = row
        who, other = self.pair()
        self.told.append(about)
        here: list[str] = []
        self.says(other, "[So, {about}!|I thought of {about} today.|Speaking of {about}:|] " + asks, about=about)  # fmt: skip  # noqa: E501
        value = self.chance.choice(getattr(material, fills))
        here.append(self.says(who, tells + self.turn(), x=value))
        if self.chance.random() < AGAIN:
            self.says(other, self.chance.choice(material.REACTIONS), about=about)
        if self.chance.random() < 0.4:  # the other one too: who said it decides
            self.says(who, "And [you|yours], {q}? " + asks)
            another = self.chance.choice(getattr(material, fills))
            theirs = self.says(other, tells, x=another)
            self.asked("answer", other, (alike, otherwise), theirs)
        self.asked("answer", who, (alike, otherwise), *here)

    def reason(self, row: tuple[str, ...]) -> None:
        told, alike, otherwise = row
        who, other = self.pair()
        if self.chance.random() < AGAIN:
            self.says(other, "[You seem different lately.|What is going on with you, {q}?|I meant to ask.]")  # fmt: skip  # noqa: E501
        self.asked("reason", who, (alike, otherwise), self.says(who, told + self.turn()))
        self.says(other, self.chance.choice(material.REACTIONS), about="that")

    def advice(self, row: tuple[str, ...]) -> None:
        trouble, told, alike, otherwise = row
        who, other = self.pair()
        self.says(who, trouble)
        here = self.says(other, told + self.turn())
        self.says(who, "[Thanks, I will|Good idea|Worth a try], {q}[!|.]")
        wording = alike if self.chance.random() < NEARLY else otherwise
        self.ask("advice", wording.format(p=who, q=other), here)

    def many(self, row: tuple[str, ...]) -> list[Callable[[], None]]:
        """Each part at another time; it is asked for once all are told."""
        alike, otherwise, *tellings = row
        who, other = self.pair()
        here: list[str] = []

        def part(told: str) -> None:
            if self.chance.random() < AGAIN:
                self.says(other, "[What are you up to|How was your day|What is new], {q}?")
            here.append(self.says(who, told + self.turn()))
            self.says(other, self.chance.choice(material.REACTIONS), about="that")
            if len(here) == len(chosen):
                self.asked("several", who, (alike, otherwise), *here)

        chosen = self.chance.sample(tellings, self.chance.randint(2, len(tellings)))
        return [lambda told=told: part(told) for told in chosen]


# ── a person and an assistant; an agent alone ────────────────────────────────────────────────


def fillings(chance: random.Random) -> dict[str, str]:
    pick, m = chance.choice, material
    stem = pick(m.STEMS)
    return {
        "about": pick(m.SERVICES),
        "column": pick(m.COLUMNS),
        "command": pick(m.COMMANDS),
        "company": pick(m.COMPANIES),
        "error": pick(m.ERRORS),
        "file": stem + pick(m.ENDINGS),
        "folder": pick(m.FOLDERS),
        "food": pick(m.FOODS),
        "food2": pick(m.FOODS),
        "host": pick(m.HOSTS),
        "job": pick(m.JOBS),
        "language": pick(m.LANGUAGES),
        "mark": pick(m.MARKS),
        "name": pick(m.PEOPLE),
        "number": str(chance.randint(2, 60)),
        "option": pick(m.OPTIONS),
        "place": pick(m.PLACES),
        "plant": pick(m.PLANTS),
        "port": str(chance.randint(1025, 65_000)),
        "service": pick(m.SERVICES),
        "shown": pick(m.SHOWN),
        "sight": pick(m.SIGHTS).lower(),
        "stem": stem,
        "tool": pick(m.TOOLS),
        "unit": pick(m.UNITS),
        "version": f"{chance.randint(1, 30)}.{chance.randint(0, 20)}",
        "weekday": pick(m.WEEKDAYS),
    }


def assistance(chance: random.Random, name: str) -> History:
    writer = Writer(chance)
    for task in chance.sample(material.TASKS, len(material.TASKS)):
        writer.session()
        helped(writer, task)
    return writer.done(name)


def helped(writer: Writer, task: tuple[str, ...]) -> None:
    tells, says, of_person, of_assistant = task
    chance, slots = writer.chance, fillings(writer.chance)
    subject = slots["about"] = chance.choice((slots["plant"], slots["place"], "the order", "that"))
    told = writer.file("User: " + writer.fill(tells, **slots))
    said = writer.file("Assistant: " + writer.fill(says, **slots))
    writer.ask("told", of_person.format(**slots), told)
    writer.ask("advised", of_assistant.format(**slots), said)
    for _ in range(chance.randint(2, 8)):
        writer.file("User: " + writer.fill(chance.choice(material.TALK), about=subject))
        writer.file("Assistant: " + writer.fill(chance.choice(material.EXPLAINED), about=subject))


def log(chance: random.Random, name: str) -> History:
    writer = Writer(chance)
    for _ in range(60):
        writer.session()
        for _ in range(chance.randint(2, 6)):
            slots = fillings(chance)
            for _ in range(chance.randint(0, 2)):
                writer.file(writer.fill(chance.choice(material.STEPS), **slots))
            told, alike, otherwise = chance.choice(material.LOGS)
            here = writer.file(writer.fill(told, **slots))
            if chance.random() < 0.4:
                wording = alike if chance.random() < NEARLY else otherwise
                writer.ask("log", wording.format(**slots), here)
    return writer.done(name)


def listed(chance: random.Random, name: str) -> History:
    writer = Writer(chance)
    codes = chance.sample(range(100, 10_000), 400)
    for _ in range(24):
        writer.session()
        filed, alike, otherwise = chance.choice(material.SERIES)
        spelled = chance.choice(("{}", "{:05}", "A-{}", "p{:04}x", "item{}"))
        for _ in range(chance.randint(4, 12)):
            slots = {**fillings(chance), "code": spelled.format(codes.pop())}
            here = writer.file(writer.fill(filed, **slots))
            if chance.random() < 0.3:
                wording = alike if chance.random() < NEARLY else otherwise
                writer.ask("series", wording.format(**slots), here)
    return writer.done(name)
