"""Code that takes more than one look: an undo that forgets, and a small language from its rules."""

from selfstarter.evals.graders.programs import program_holds
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import replaces, says, writes
from selfstarter.evals.task import Task, all_of

# ── undo and redo ────────────────────────────────────────────────────────────────────────────

NOTEPAD = '''"""A text with undo and redo. An edit: (position, what was there, what is there)."""


class Notepad:
    def __init__(self, text=""):
        self.text = text
        self.past = []
        self.future = []

    def insert(self, at, text):
        self._do((at, "", text))

    def delete(self, at, length):
        """Fewer characters, if there are no more."""
        self._do((at, self.text[at : at + length], ""))

    def undo(self):
        at, old, new = self.past.pop()
        self.text = self.text[:at] + old + self.text[at + len(old) :]
        self.future.append((at, old, new))

    def redo(self):
        edit = self.future.pop()
        self._apply(edit)
        self.past.append(edit)

    def _do(self, edit):
        self._apply(edit)
        self.past.append(edit)

    def _apply(self, edit):
        at, old, new = edit
        self.text = self.text[:at] + new + self.text[at + len(old) :]
'''
TEST_NOTEPAD = """import unittest

from notepad import Notepad


class TestNotepad(unittest.TestCase):
    def test_undo_takes_an_insert_back(self):
        pad = Notepad("milk")
        pad.insert(4, ", eggs")
        pad.undo()
        self.assertEqual(pad.text, "milk")

    def test_nothing_to_undo_is_no_error(self):
        pad = Notepad("milk")
        pad.undo()
        pad.redo()
        self.assertEqual(pad.text, "milk")


if __name__ == "__main__":
    unittest.main()
"""
BACK = ("+ old + self.text[at + len(old) :]\n        self.fut",
        "+ old + self.text[at + len(new) :]\n        self.fut")  # fmt: skip
NO_PAST = ("        at, old, new = self.past.pop()",
           "        if not self.past:\n            return\n"
           "        at, old, new = self.past.pop()")  # fmt: skip
NO_FUTURE = ("        edit = self.future.pop()", "        if not self.future:\n            return\n"
             "        edit = self.future.pop()")  # fmt: skip
FORGET = ("    def _do(self, edit):\n", "    def _do(self, edit):\n        self.future.clear()\n")

UNDO = Task(
    name="undo-redo",
    family="fix",
    level=3,
    goal="notepad.py has undo and redo, and people lose text with it. The tests in"
    " test_notepad.py fail, but they don't cover everything: make undo and redo behave as"
    " in any editor (after a new edit, for example, there is nothing to redo). Leave"
    " test_notepad.py as it is.",
    files={"notepad.py": NOTEPAD, "test_notepad.py": TEST_NOTEPAD},
    grader=all_of(
        untouched({"test_notepad.py": TEST_NOTEPAD}),
        program_holds(
            "from notepad import Notepad\n"
            "pad = Notepad('abcdef')\n"
            "pad.insert(2, 'XY'); pad.delete(0, 3); pad.delete(4, 99)\n"
            "assert pad.text == 'Ycde', pad.text\n"
            "seen = []\n"
            "for _ in range(4): pad.undo(); seen.append(pad.text)\n"
            "assert seen == ['Ycdef', 'abXYcdef', 'abcdef', 'abcdef'], seen\n"
            "seen = []\n"
            "for _ in range(4): pad.redo(); seen.append(pad.text)\n"
            "assert seen == ['abXYcdef', 'Ycdef', 'Ycde', 'Ycde'], seen\n"
            "pad.undo(); pad.undo(); pad.insert(0, '!')\n"
            "pad.redo()\n"
            "assert pad.text == '!abXYcdef', pad.text\n"
            "pad.undo(); assert pad.text == 'abXYcdef', pad.text\n"
            "pad.redo(); assert pad.text == '!abXYcdef', pad.text\n"
        ),
    ),
    reference=replaces("notepad.py", BACK, NO_PAST, NO_FUTURE, FORGET),
    wrong=(
        replaces("notepad.py", BACK, NO_PAST, NO_FUTURE),
        replaces("notepad.py", BACK, NO_PAST, FORGET),
        replaces("notepad.py", NO_PAST, NO_FUTURE, FORGET),
        says("Undo and redo work now."),
    ),
)

# ── opening hours ────────────────────────────────────────────────────────────────────────────

RULES = """# Opening hours

A text is one or more rules with `;` between them: `Mo-Fr 08:00-12:00,14:00-18:00; Sa 09:00-13:00`.

- A rule is days, a blank, and times or the word `off`. Days are `Mo Tu We Th Fr Sa Su`, alone, as a
  range (`Mo-Fr`; a range may go round the week, `Sa-Mo` is Saturday, Sunday and Monday) or
  several with commas (`Mo,We-Fr`). `PH` is a public holiday and may stand among the days.
- Times are one range or several with commas. `08:00-12:00` is open at 08:00 and not at 12:00. A
  range whose end is not later than its begin goes past midnight and belongs to the day on which it
  begins: with `Fr 22:00-02:00` it is open on Saturday at 01:00. `24:00` is allowed as an end.
- For a day the last rule that names it counts, and only that one. On a public holiday the last rule
  that names `PH` counts; if no rule does, the day is like any other.
- A day that no rule names is closed. Blanks around `;` and `,` do not matter.
- What does not follow these rules is a ValueError.
"""
HOURS = """import re
from datetime import timedelta

DAYS = "Mo Tu We Th Fr Sa Su".split()


def days(text):
    found = set()
    for part in re.split(r" *, *", text):
        names = part.split("-")
        if part == "PH":
            found.add("PH")
        elif all(name in DAYS for name in names) and len(names) <= 2:
            first, last = DAYS.index(names[0]), DAYS.index(names[-1])
            found |= {DAYS[(first + n) % 7] for n in range((last - first) % 7 + 1)}
        else:
            raise ValueError(part)
    return found


def times(text):
    if text == "off":
        return []
    found = []
    for part in re.split(r" *, *", text):
        match = re.fullmatch(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})", part)
        if not match:
            raise ValueError(part)
        a, b, c, d = map(int, match.groups())
        if a > 23 or b > 59 or d > 59 or c * 60 + d > 1440:
            raise ValueError(part)
        begin, end = a * 60 + b, c * 60 + d
        found.append((begin, end if end > begin else end + 1440))
    return found


def rules(text):
    found = []
    for rule in text.split(";"):
        match = re.fullmatch(r"(.*[A-Za-z]) +(off|[0-9].*)", rule.strip())
        if not match:
            raise ValueError(rule)
        found.append((days(match[1]), times(match[2])))
    return found


def is_open(text, when, holidays=()):
    known = rules(text)

    def of(day):
        name = DAYS[day.weekday()]
        if day in holidays and any("PH" in named for named, _ in known):
            name = "PH"
        return next((t for named, t in reversed(known) if name in named), [])

    minute, today = when.hour * 60 + when.minute, when.date()
    early = of(today - timedelta(days=1))
    return any(a <= minute < b for a, b in of(today)) or any(minute < b - 1440 for _, b in early)
"""
CHECKS = """from datetime import date, datetime
from hours import is_open
PH = {date(2025, 6, 9)}  # a Monday
def at(text, day, clock, wanted):
    hour, minute = map(int, clock.split(':'))
    got = is_open(text, datetime(2025, 6, day, hour, minute), PH)
    assert got is wanted or got == wanted, (text, day, clock, got)
WEEK = 'Mo-Fr 08:00-12:00,14:00-18:00; Sa 09:00-13:00'
at(WEEK, 2, '08:00', True), at(WEEK, 2, '12:00', False), at(WEEK, 2, '14:30', True)
at(WEEK, 7, '12:59', True), at(WEEK, 8, '10:00', False), at(WEEK, 9, '10:00', True)
at('Fr 22:00-02:00', 7, '01:59', True), at('Fr 22:00-02:00', 7, '02:00', False)
at('Fr 22:00-02:00', 6, '01:00', False), at('Fr 22:00-02:00', 6, '22:00', True)
at('Su 20:00-04:00', 2, '03:00', True), at('Mo 18:00-24:00', 2, '23:59', True)
at('Mo 18:00-24:00', 3, '00:00', False), at('Sa-Mo 10:00-11:00', 8, '10:30', True)
at('Sa-Mo 10:00-11:00', 2, '10:30', True), at('Sa-Mo 10:00-11:00', 3, '10:30', False)
at('Mo-Su 08:00-20:00; We off', 4, '10:00', False)
at('Mo-Su 08:00-20:00; We off', 5, '10:00', True)
at('Mo-Fr 08:00-12:00; Fr 14:00-16:00', 6, '09:00', False)
at('Mo-Fr 08:00-12:00; PH off', 9, '09:00', False), at('PH,Su 10:00-12:00', 9, '11:00', True)
at('Mo-Fr 08:00-12:00; PH 10:00-11:00', 9, '08:30', False)
at('Mo,We-Fr 09:00-10:00', 3, '09:30', False)
at('Mo , We-Fr 09:00-10:00 ;Sa off', 5, '09:30', True)
at('Sa 12:00-12:00', 8, '11:00', True)
at('Su 22:00-03:00; PH off', 9, '02:00', True), at('Mo 20:00-02:00; PH off', 10, '01:00', False)
for bad in ['', 'Mo', 'Mo 8-12', 'Xx 08:00-12:00', 'Mo 25:00-26:00', 'Mo 08:00-12:60',
            'Mo 08:00-12:00;', 'mo 08:00-12:00', 'Mo 08:00-24:30', 'Mo 24:00-02:00', 'Mo open',
            'Mo-We-Fr 08:00-12:00']:
    try:
        is_open(bad, datetime(2025, 6, 2, 9, 0), PH)
    except ValueError:
        continue
    raise AssertionError(bad)
"""

OPENING_HOURS = Task(
    name="opening-hours",
    family="write",
    level=5,
    goal="rules.md says how opening hours are written. Write hours.py with a function"
    " is_open(text, when, holidays=()) for it: when is a datetime, holidays are dates, and it says"
    " True or False. Keep to the rules exactly, the texts come from many people.",
    files={"rules.md": RULES},
    grader=all_of(program_holds(CHECKS), untouched({"rules.md": RULES})),
    reference=writes("hours.py", HOURS),
    wrong=(
        writes("hours.py", HOURS.replace("reversed(known)", "known")),
        writes("hours.py", HOURS.replace("early = of(today - timedelta(days=1))", "early = []")),
        writes("hours.py", HOURS.replace("end > begin", "end >= begin")),
        writes("hours.py", HOURS.replace("(last - first) % 7 + 1", "last - first + 1")),
        writes("hours.py", HOURS.replace(' and any("PH" in named for named, _ in known)', "")),
        writes("hours.py", HOURS.replace("c * 60 + d > 1440", "c > 24")),
    ),
)

TASKS = (UNDO, OPENING_HOURS)
