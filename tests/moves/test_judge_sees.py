"""A judge is shown how files were before, and what the maker made stands apart from its sources."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from plays import needs_sandbox

from selfstarter.app import Outcome, pursue
from selfstarter.core.contract import Criterion, Judge
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.as_it_was import difference
from selfstarter.moves.beside import BEFORE, BESIDE, MADE_TOO
from selfstarter.moves.exhibits import PRINTED
from selfstarter.moves.printed import both_ends, most_seen
from selfstarter.prompts import prompt
from selfstarter.settings import Settings

Reply = Mapping[str, Any]
Judged = tuple[Outcome, list[str]]
Judging = Callable[..., Judged]

PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "work"}]}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "That is how far it went."}
FINISH: Reply = {"call": {"tool": "finish", "args": {"summary": "done"}}}
ASKED = "Does it keep to what was agreed?"
WORK = "We all go to the sea on Saturday, as agreed in notes.md.\n"
QUOTE = "go to the sea on Saturday"


def write(path: str, content: str) -> Reply:
    return {"call": {"tool": "write_file", "args": {"path": path, "content": content}}}


def runs(code: str) -> Reply:
    return {"call": {"tool": "run_python", "args": {"code": code}}}


def shell(command: str) -> Reply:
    return {"call": {"tool": "run_shell", "args": {"command": command}}}


def says(*quotes: str, passes: bool | str = True, why: str = "") -> Reply:
    verdict = {"evidence": quotes, "passes": passes, "why": why}
    return {"for": "judge", "json": verdict}


@pytest.fixture
def judging(workspace: Path, home: Path) -> Judging:
    """The outcome, and what each judge was asked."""

    def ran(
        *replies: Reply,
        path: str = "plan.md",
        asked: Sequence[str] = (ASKED,),
        sources: bool = False,
        goal: str = "Plan the day.",
        kind: type[ScriptedModel] = ScriptedModel,
        **model: Any,
    ) -> Judged:
        check = {"kind": "judge", "path": path, "sources": sources}
        criteria = [{"text": one, "check": {**check, "question": one}} for one in asked]
        sketch = {"outcome": "x", "files": (), "document": False, "assumptions": ()}
        sketch |= {"criteria": criteria}
        scripted = kind.of({"for": "draft", "json": sketch}, PLAN, WRAP_UP, *replies, **model)
        settings = Settings(model="scripted", home=home)
        outcome = asyncio.run(pursue(goal, workspace, settings, model=scripted))
        return outcome, [r.messages[-1].text for r in scripted.asked if r.purpose == "judge"]

    return ran


def test_a_source_that_the_maker_has_changed_is_told_as_such_with_what_it_said_before(
    judging: Judging, workspace: Path
) -> None:
    given = "".join(f"Note {n} of the family.\n" for n in range(20))
    (workspace / "notes.md").write_text(f"{given}Nobody has agreed to anything.\n")
    (workspace / "trains.md").write_text("The first train goes at 8.\n")
    forged = f"{given}All have agreed to the sea.\n"
    work = f"{WORK}The first train goes at 8 (trains.md).\n"
    _, (asked,) = judging(
        write("notes.md", forged), write("plan.md", work), FINISH, says(QUOTE),
        goal="Plan the day from notes.md and trains.md.",
    )  # fmt: skip
    theirs, _, made = asked.partition(BESIDE)[2].partition(MADE_TOO)
    now, _, before = made.partition(BEFORE)
    assert "== trains.md\nThe first train" in theirs and "agreed to the sea" not in theirs
    assert "== notes.md (changed in this run)\nNote 0" in now
    told = "-Nobody has agreed to anything.\n+All have agreed to the sea."
    assert "== notes.md (what changed" in before and told in before


def test_no_evidence_is_taken_from_a_file_of_the_start_that_the_maker_has_changed(
    judging: Judging, workspace: Path
) -> None:
    (workspace / "notes.md").write_text("Nobody has agreed to anything.\n")
    forged = write("notes.md", "All have agreed to the sea.\n")
    outcome, _ = judging(
        forged, write("plan.md", WORK), FINISH, *[says("All have agreed to the sea")] * 3,
        asked=["Does plan.md keep to notes.md?"],
    )  # fmt: skip
    assert outcome.ending == "partly"


def test_a_source_that_the_maker_has_made_stands_among_no_others_words(
    judging: Judging, workspace: Path
) -> None:
    (workspace / "mail").mkdir()
    (workspace / "mail" / "ann.txt").write_text("I come at 9.\n")
    forged = write("mail/agency.txt", "The house is ours, says the agency.\n")
    work = f"{WORK}See mail/ann.txt and mail/agency.txt.\n"
    _, (asked,) = judging(forged, write("plan.md", work), FINISH, says(QUOTE), sources=True)
    theirs, _, made = asked.partition(BESIDE)[2].partition(MADE_TOO)
    assert "== mail/ann.txt\n" in theirs and "agency" not in theirs
    assert "== mail/agency.txt (made in this run)\nThe house is ours" in made


def test_of_what_was_changed_or_removed_a_judge_of_all_sees_how_it_was(
    judging: Judging, workspace: Path
) -> None:
    old = {f"call{n}.py": f"ask('v1', {n})\n" for n in range(3)}
    for path, text in old.items():
        (workspace / path).write_text(text)
    (workspace / "kept.py").write_text("print()\n")
    code = (
        "import os; os.remove('call0.py'); os.remove('call1.py')\n"
        "open('new0.py', 'w').write('ask2(0)\\n'); open('call2.py', 'w').write('ask2(2)\\n')\n"
        "os.rename('kept.py', 'moved.py')"
    )
    outcome, (asked,) = judging(runs(code), FINISH, says("ask2(2)"), path="")
    assert outcome.ending != "failed"
    work, _, before = asked.partition(BEFORE)
    assert "== call2.py\nask2(2)" in work and "ask('v1'" not in work
    assert "== call0.py (no longer there; all of it, as it was)\nask('v1', 0)" in before
    assert "== call1.py (no longer there" in before
    assert "== call2.py (all of it, as it was before)\nask('v1', 2)" in before
    assert "print()" not in before


def test_of_a_long_text_what_changed_is_told_and_of_a_too_long_one_nothing() -> None:
    lines = [f"line {n}\n" for n in range(100)]
    changed = difference("".join(lines), "".join([*lines[:50], "other\n", *lines[51:]]))
    assert "-line 50\n+other" in changed and "line 10\n" not in changed
    assert not difference("a\n" * 5_000, "b\n" * 5_000)


def made(count: int, lines: int = 1) -> Reply:
    said = f"'The words of part %02d.\\n' % n * {lines}"
    return runs(f"for n in range({count}):\n    open('part%02d.md' % n, 'w').write({said})")


def test_of_many_files_that_were_made_the_one_that_is_asked_about_is_whole_and_may_be_quoted(
    judging: Judging,
) -> None:
    question = "Does part29.md keep to the others?"
    outcome, (asked,) = judging(
        made(30), FINISH, says("The words of part 29"), path="", asked=[question]
    )
    assert outcome.state.checks["m1"].passed
    assert all(f"== part{n:02}.md\nThe words of part {n:02}." in asked for n in range(30))
    assert BESIDE not in asked


def test_what_there_is_no_room_for_of_the_work_is_named(judging: Judging) -> None:
    question = "Does part79.md keep to the others?"
    _, (asked,) = judging(
        made(80, 60), FINISH, says("The words of part 79"), path="", asked=[question],
        window=12_000,
    )  # fmt: skip
    assert asked.count("The words of part 79.") == 60
    assert "There is no room to show these of the work: " in asked


def test_a_file_that_the_question_names_is_whole_beside_many_others(
    judging: Judging, workspace: Path
) -> None:
    for n in range(60):
        (workspace / f"note{n:02}.md").write_text(f"Note {n}. " + "There is much to say. " * 300)
    table = "".join(f"2026-03-{n % 28 + 1:02},{'a room with a view ' * 5},{n}\n" for n in range(51))
    (workspace / "rooms.csv").write_text(table)
    question = "Does it name the rooms of rooms.csv?"
    _, (asked,) = judging(
        write("plan.md", WORK), FINISH, says(QUOTE), asked=[question], sources=True,
        window=64_000,
    )  # fmt: skip
    assert table in asked
    assert asked.count("There is much to say.") > 60 * 100
    assert len(asked) < 64_000 * 4


class Dense(ScriptedModel):
    def count(self, text: str) -> int:
        """As of Chinese."""
        return len(text)


@pytest.mark.parametrize(("kind", "token"), [(ScriptedModel, 4), (Dense, 1)])
def test_a_prompt_with_every_source_fills_the_window_and_leaves_room_for_the_reply(
    judging: Judging, workspace: Path, kind: type[ScriptedModel], token: int
) -> None:
    for n in range(30):
        (workspace / f"note{n:02}.md").write_text("很多话要说。" * 2_000)
    outcome, (asked,) = judging(
        write("plan.md", WORK), FINISH, says(QUOTE), sources=True, window=60_000, kind=kind
    )
    assert outcome.ending == "done"
    assert 60_000 * 0.75 < len(asked) / token < 60_000 - 8_000


def test_a_judge_knows_the_day(judging: Judging) -> None:
    outcome, (asked,) = judging(write("plan.md", WORK), FINISH, says(QUOTE))
    assert outcome.ending == "done" and "\nDate: " in asked


def test_what_is_shown_for_any_question_comes_before_what_one_alone_is_shown(
    judging: Judging, workspace: Path
) -> None:
    for name in ("z.csv", "m.csv", "a.csv"):
        (workspace / name).write_text(f"{name} has its words\n")
    _, (first, second) = judging(
        write("plan.md", f"{WORK}See z.csv and m.csv.\n"), FINISH, says(QUOTE), says(QUOTE),
        asked=["Is it kind?", "Does it agree with a.csv?"],
    )  # fmt: skip
    assert first.index("== m.csv") < first.index("== z.csv") and "== a.csv" not in first
    assert second.startswith(first[: first.index("== z.csv") + 20])
    assert second.index("== z.csv") < second.index("== a.csv")


@needs_sandbox
def test_who_is_asked_to_show_something_is_seen_with_more_of_it(judging: Judging) -> None:
    unseen = says(passes="unseen", why="I would have to see the days")
    outcome, (_, second) = judging(
        write("plan.md", WORK), FINISH, unseen,
        shell("seq 1 100; cmp plan.md nowhere"), shell("echo == days; seq 101 250"),
        FINISH, says(QUOTE),
    )  # fmt: skip
    assert outcome.ending == "done"
    assert any("of the last program's, 200 and" in turn.note for turn in outcome.state.transcript)
    shown = second.partition(PRINTED)[2]
    assert "\n== days\n101\n" in shown and "\n175\n" in shown and "\n250\n" in shown
    assert "\n1\n2\n" in shown and "\n50\n" not in shown and "[exit status 2]" in shown
    assert shown.index("$ seq 1 100") < shown.index("$ echo == days")


@needs_sandbox
def test_what_the_harness_shows_of_files_is_no_output_and_what_a_program_prints_of_them_is(
    judging: Judging,
) -> None:
    writes = shell("echo began; echo 'We go by train.' > plan.md")
    prints = shell("seq 1 15 >> plan.md; echo now; echo '== plan.md'; cat plan.md")
    _, (asked,) = judging(writes, prints, FINISH, says("We go by train"))
    shown = asked.partition(PRINTED)[2]
    assert "> plan.md\nbegan\n\n$ seq" in shown
    assert "\nnow\n== plan.md\nWe go by train.\n1\n" in shown and "\n14\n15\n" in shown


@pytest.mark.parametrize(("window", "shown"), [(8_192, 2_730), (16_384, 5_461), (128_000, 8_000)])
def test_no_more_is_promised_to_be_seen_than_there_is_room_for(window: int, shown: int) -> None:
    assert f"of the last program's, 200 and {shown:,}" in most_seen(window)


def test_both_ends_of_a_long_output_are_shown_and_it_is_told_what_is_not() -> None:
    text = "\n".join(map(str, range(100)))
    assert both_ends(text, 100, 1_000) == text
    few = both_ends(text, 4, 1_000)
    assert few.startswith("0\n1\n[… ") and few.endswith(" …]\n98\n99")
    line = "x" * 500 + "y" * 500
    assert both_ends(line, 20, 20) == f"{'x' * 10}\n[… 980 characters left out …]\n{'y' * 10}"
    assert "[… 40 characters left out" in both_ends("z" * 100, 20, 60)


@pytest.mark.parametrize("path", ["plan.md", ""])
def test_a_small_model_sees_the_work_alone(workspace: Path, home: Path, path: str) -> None:
    (workspace / "plan.md").write_text("Nothing yet.\n")
    own = Criterion(id="p1", text="It is kept", check=Judge(path=path, question=ASKED))
    sketch = {"outcome": "x", "files": (), "document": False, "assumptions": ()}
    code = "for n in range(30): open(f'a{n:02}.md', 'w').write('a')\n"
    code += f"open('plan.md', 'w').write({WORK!r})"
    model = ScriptedModel.of(
        {"for": "draft", "json": sketch},
        {"for": "choose", "text": f"```python\n{code}\n```"},
        {"for": "choose", "text": "```finish\nIt is done.\n```"},
        {"for": "judge", "json": {"evidence": QUOTE, "passes": True}},
        small=True,
    )  # fmt: skip
    settings = Settings(model="scripted", home=home)
    asyncio.run(pursue("Change plan.md.", workspace, settings, model=model, criteria=[own]))
    asked = next(r.messages[-1].text for r in model.asked if r.purpose == "judge")
    made = "\n\n".join(f"== a{n:02}.md\na" for n in range(20))
    assert asked == prompt("judge", question=ASKED, work=WORK if path else made) + "\n"
