"""Models by API ask for several calls in one reply, answer in text, or are cut off."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from test_surprises import FINISH, PLAN, Reply, call, draft, events
from test_true_ends import ran, wanting

from selfstarter.app import Outcome, pursue, resume
from selfstarter.asking.view import HEARD
from selfstarter.core.events import (
    CallChosen,
    CallReturned,
    CallsDropped,
    FinishAsked,
    Hinted,
    ModelCalled,
    NextCall,
    PlanRevised,
    ReplyRejected,
)
from selfstarter.core.ports import Recorded
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.choose import is_answer
from selfstarter.settings import Settings
from selfstarter.steering import tell


def several(*calls: Reply, text: str = "") -> Reply:
    return {"text": text, "calls": [one["call"] for one in calls]}


def write(path: str, content: str = "x\n", **more: Any) -> Reply:
    return call("write_file", path=path, content=content, **more)


def read(path: str) -> Reply:
    return call("read_file", path=path)


def chosen(model: ScriptedModel) -> list[Any]:
    return [request for request in model.asked if request.purpose == "choose"]


def of(kind: type, home: Path) -> list[Any]:
    return [event for event in events(home) if isinstance(event, kind)]


def test_all_calls_of_a_reply_are_run_in_their_order_for_one_request(
    workspace: Path, home: Path
) -> None:
    model = ScriptedModel.of(
        draft("a.txt"), PLAN,
        several(write("a.txt"), write("b.txt"), read("a.txt"), FINISH, text="All at once."),
    )  # fmt: skip
    outcome = asyncio.run(
        pursue("Make a.txt", workspace, Settings(model="scripted", home=home), model=model)
    )
    assert outcome.ending == "done"
    assert len(chosen(model)) == 1
    assert [one.output.split()[0] for one in of(CallReturned, home)][:2] == ["Wrote", "Wrote"]
    assert len(of(CallReturned, home)) == len(of(NextCall, home)) == 3
    assert outcome.state.spent.steps == 3


def test_calls_of_one_reply_are_shown_together_and_each_with_its_result(
    workspace: Path, home: Path
) -> None:
    for name in "abc":
        (workspace / f"{name}.txt").write_text(f"text of {name}\n")
    model = ScriptedModel.of(
        draft("d.txt"), PLAN,
        several(read("a.txt"), read("b.txt"), read("c.txt"), text="I read them."),
        read("a.txt"),
        several(write("d.txt"), FINISH),
    )  # fmt: skip
    asyncio.run(pursue("Make d.txt", workspace, Settings(model="scripted", home=home), model=model))
    said = [m for m in chosen(model)[2].messages if m.role in ("assistant", "tool")]
    assert [m.role for m in said] == [*["assistant"] * 3, *["tool"] * 3, "assistant", "tool"]
    asked, told, again = said[:3], said[3:6], said[6]
    assert [m.call.args["path"] for m in (*asked, again) if m.call] == [
        "a.txt", "b.txt", "c.txt", "a.txt",
    ]  # fmt: skip
    for one, result in zip(asked, told, strict=True):
        assert one.call and result.call and one.call.id == result.call.id
        assert f"text of {one.call.args['path'][0]}" in result.text
    assert [m.text for m in asked] == ["I read them.", "", ""]


def test_words_before_a_change_of_the_plan_go_with_the_next_call(
    workspace: Path, home: Path
) -> None:
    (workspace / "a.txt").write_text("text\n")
    ticks = call("revise_plan", done=["1"])
    model = ScriptedModel.of(
        draft("d.txt"), PLAN,
        several(ticks, read("a.txt"), read("a.txt"), text="Six rows are there twice."),
        several(write("d.txt"), FINISH),
    )  # fmt: skip
    asyncio.run(pursue("Make d.txt", workspace, Settings(model="scripted", home=home), model=model))
    said = [m.text for m in chosen(model)[1].messages if m.role == "assistant"]
    assert said == ["Six rows are there twice.", ""]


def test_an_argument_stands_under_the_name_that_its_tool_has_for_it(
    workspace: Path, home: Path
) -> None:
    """For whoever goes by its name: rules, the report, the model when it sees its call again."""
    (workspace / "a.txt").write_text("text of a\n")
    model = ScriptedModel.of(
        draft("d.txt"), PLAN,
        several(call("read_file", filename="a.txt"), call("write_file", file="d.txt", text="d\n")),
        FINISH,
    )  # fmt: skip
    outcome = asyncio.run(
        pursue("Make d.txt", workspace, Settings(model="scripted", home=home), model=model)
    )
    assert outcome.ending == "done" and "- Read: a.txt" in outcome.report
    assert [one.args for one in of(CallChosen, home)] == [
        {"path": "a.txt"}, {"path": "d.txt", "content": "d\n"},
    ]  # fmt: skip
    told = [m.text for m in chosen(model)[1].messages if m.role == "tool"]
    assert "'filename' was read as 'path'. Write them so next time." in told[0]
    assert "'file' was read as 'path', 'text' was read as 'content'" in told[1]


def test_after_a_failure_only_what_reads_is_still_run(workspace: Path, home: Path) -> None:
    (workspace / "there.txt").write_text("there\n")
    model = ScriptedModel.of(
        draft("d.txt"), PLAN,
        several(read("gone.txt"), read("there.txt"), write("d.txt"), FINISH),
        several(write("d.txt"), FINISH),
    )  # fmt: skip
    asyncio.run(pursue("Make d.txt", workspace, Settings(model="scripted", home=home), model=model))
    (gone,) = of(CallsDropped, home)
    assert gone.calls == ('write_file("d.txt", …)', 'finish("done")')
    assert [one.status for one in of(CallReturned, home)] == ["permanent", "ok", "ok"]
    told = [m.text for m in chosen(model)[1].messages if m.role == "user"]
    assert any("A call before them failed. Not run" in text for text in told)


@pytest.mark.parametrize(
    ("refused", "then", "made"),
    [
        (write("conftest.py"), [write("a.txt"), write("b.txt")], ["a.txt", "b.txt"]),
        (call("edit_file", path="there.txt", old="no", new="x"), [write("a.txt")], ["a.txt"]),
        (write("conftest.py"), [call("write_file", file="a.txt", text="x\n")], ["a.txt"]),
        # What may rest on the file that is not there.
        (write("conftest.py"), [write("./conftest.py"), write("a.txt")], []),
        (write("conftest.py"), [write("a.txt"), call("run_shell", command="ls"), write("b.txt")],
         ["a.txt"]),
        (write("conftest.py"), [write("a.txt"), FINISH], ["a.txt"]),
        # Nobody knows which file was meant, or what the program was to do.
        (call("write_file", content="x"), [write("a.txt", append=True)], []),
        (call("bash", command="mkdir a"), [write("a.txt")], []),
        (read("gone.txt"), [write("a.txt")], []),
    ],
)  # fmt: skip
def test_after_a_file_that_could_not_be_written_another_one_is_written(
    workspace: Path, home: Path, refused: Reply, then: list[Reply], made: list[str]
) -> None:
    (workspace / "there.txt").write_text("there\n")
    model = ScriptedModel.of(
        draft("d.txt"), PLAN, several(refused, *then), several(write("d.txt"), FINISH)
    )
    outcome = asyncio.run(
        pursue("Make d.txt", workspace, Settings(model="scripted", home=home), model=model)
    )
    assert outcome.ending == "done" and len(chosen(model)) == 2
    assert sorted(path.name for path in workspace.iterdir()) == [*made, "d.txt", "there.txt"]
    assert len(of(CallsDropped, home)) == (len(made) < len(then))


def speaks_once(kind: type, words: str, home: Path) -> Callable[[str, Recorded], None]:
    """A person, after the first event of this kind."""
    said: list[str] = []

    def hear(run: str, recorded: Recorded) -> None:
        if isinstance(recorded.event, kind) and not said:
            said.append(words)
            tell(run, "say", words, Settings(model="scripted", home=home))

    return hear


STAYS: Reply = {"for": "amend", "json": {"quote": "", "drop": [], "add": []}}
WISH: Reply = {
    "for": "amend",
    "json": {
        "quote": "No more files",
        "drop": [],
        "add": [{"text": "A is long", "check": {"kind": "file_matches", "path": "a.txt",
                                                "contains": ["long"]}}],
    },
}  # fmt: skip


@pytest.mark.parametrize("amends", [STAYS, WISH])
def test_what_a_person_says_in_between_comes_before_the_rest(
    workspace: Path, home: Path, amends: Reply
) -> None:
    account = "a.txt and b.txt are there now, and each of them has been read once more."
    model = ScriptedModel.of(
        draft("a.txt"), PLAN,
        several(write("a.txt"), write("b.txt"), call("finish", summary=account)),
        amends, write("a.txt", "long\n"), FINISH,
    )  # fmt: skip
    settings = Settings(model="scripted", home=home)
    hear = speaks_once(CallReturned, "No more files, please.", home)
    asyncio.run(pursue("Make a.txt", workspace, settings, model=model, listener=hear))
    assert not (workspace / "b.txt").exists()
    (gone,) = of(CallsDropped, home)
    assert gone.calls == (
        'write_file("b.txt", …)',
        'finish("a.txt and b.txt are there now, and each of them has been re…")',
    )
    _, told, after = (request.messages for request in chosen(model))
    assert any("The person has spoken in between. Not run" in m.text for m in told)
    assert told[-1].text.startswith(HEARD), "also where the contract has changed since"
    assert HEARD not in after[-1].text, "it has been told"


def test_a_finish_that_a_person_forestalls_is_shown_with_what_came_of_it(
    workspace: Path, home: Path
) -> None:
    model = ScriptedModel.of(draft("a.txt"), PLAN, several(write("a.txt")), FINISH, STAYS, FINISH)
    settings = Settings(model="scripted", home=home)
    hear = speaks_once(FinishAsked, "No more files, please.", home)
    outcome = asyncio.run(pursue("Make a.txt", workspace, settings, model=model, listener=hear))
    assert outcome.ending == "done" and outcome.state.round == 2
    *_, asked, result, said, last = chosen(model)[-1].messages
    assert asked.call and asked.call.tool == "finish" and asked.call.args == {"summary": "done"}
    assert result.role == "tool" and "the person has spoken since" in result.text
    assert said.text == "The person says: No more files, please." and HEARD in last.text


def test_the_plan_is_kept_beside_the_work(workspace: Path, home: Path) -> None:
    plan: Reply = {"for": "plan", "json": {"tasks": [{"title": "One"}, {"title": "Two"}]}}
    outcome = ran(
        workspace, home, "Make a.txt", draft("a.txt"), plan,
        several(write("a.txt"), call("revise_plan", done=["1"]), write("b.txt"), FINISH),
    )  # fmt: skip
    assert outcome.ending == "done"
    assert (workspace / "b.txt").exists() and of(PlanRevised, home)


def test_a_crash_between_the_calls_of_a_reply_asks_no_model_again(
    workspace: Path, home: Path
) -> None:
    model = ScriptedModel.of(draft("a.txt"), PLAN, several(write("a.txt"), write("b.txt"), FINISH))

    class Cut(BaseException): ...

    def cut(_: str, recorded: Recorded) -> None:
        if isinstance(recorded.event, CallReturned) and recorded.event.call_id == "1":
            raise Cut

    settings = Settings(model="scripted", home=home)
    with suppress(Cut):
        asyncio.run(pursue("Make a.txt", workspace, settings, model=model, listener=cut))
    outcome = asyncio.run(resume("@last", settings, model=model))
    assert outcome.ending == "done" and (workspace / "b.txt").exists()
    asked = [event for event in of(ModelCalled, home) if event.purpose == "choose"]
    assert len(asked) == 1


# ── text without a call ──────────────────────────────────────────────────────────────────────

QUESTION = "Which of the two offers is cheaper?"
ANSWER = "Brightline is cheaper, since it charges no freight."


def asked_of(workspace: Path, home: Path, *replies: Reply) -> Outcome:
    (workspace / "offers.txt").write_text("Brightline: no freight\nNordfab: freight extra\n")
    answered = wanting({"kind": "answer_given"})
    return ran(workspace, home, QUESTION, answered, PLAN, *replies)


def test_an_answer_in_plain_text_is_the_answer(workspace: Path, home: Path) -> None:
    outcome = asked_of(workspace, home, read("offers.txt"), {"text": ANSWER})
    assert (outcome.ending, outcome.answer) == ("done", ANSWER)


def test_what_only_says_what_comes_next_is_no_answer(workspace: Path, home: Path) -> None:
    said = "I'll read the offers first."
    outcome = asked_of(workspace, home, {"text": said}, read("offers.txt"), {"text": ANSWER})
    assert (outcome.ending, outcome.answer) == ("done", ANSWER)
    assert of(ReplyRejected, home)[0].said == said
    for text in (said, "Let me look:", "Now I have all that I need.", "Sure! Let's see…", " "):
        assert not is_answer(text, outcome.state), text
    assert is_answer("First choice: Brightline.", outcome.state)


@pytest.mark.parametrize(("lines", "refused"), [(1, 0), (2_000, 1)])
def test_text_before_anything_was_looked_into_is_turned_back_once(
    workspace: Path, home: Path, lines: int, refused: int
) -> None:
    """A model that answers out of its head is told so, unless every file was shown whole."""
    (workspace / "more.txt").write_text("Nordfab: freight extra\n" * lines)
    looks = [{"text": ANSWER}, read("more.txt")] if refused else []
    outcome = asked_of(workspace, home, *looks, {"text": ANSWER})
    assert (outcome.ending, outcome.answer) == ("done", ANSWER)
    assert len(of(ReplyRejected, home)) == refused


def test_text_that_was_no_call_is_not_lost(workspace: Path, home: Path) -> None:
    model = ScriptedModel.of(
        draft("a.txt"), PLAN, {"text": "Here is my plan: bread."}, several(write("a.txt"), FINISH)
    )
    asyncio.run(pursue("Make a.txt", workspace, Settings(model="scripted", home=home), model=model))
    said = [(m.role, m.text) for m in chosen(model)[1].messages]
    assert ("assistant", "Here is my plan: bread.") in said


CALLS_AS_TEXT = [
    '<tool_call>{"name": "write_file", "arguments": {"path": "a.txt", "content": "one"}}'
    "</tool_call>"
    '<tool_call>{"name": "finish", "arguments": {"summary": "a.txt is there"}}</tool_call>',
    "<function=write_file><parameter=path>a.txt</parameter><parameter=content>\none\n</parameter>"
    "</function>\n<function=finish><parameter=summary>a.txt is there</parameter></function>",
    '[write_file(path="a.txt", content="one"), finish(summary="a.txt is there")]',
]


@pytest.mark.parametrize("text", CALLS_AS_TEXT)
def test_all_calls_that_a_server_left_in_the_text_are_run(
    workspace: Path, home: Path, text: str
) -> None:
    model = ScriptedModel.of(draft("a.txt"), PLAN, {"text": f"I write it.\n\n{text}"})
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue("Make a.txt", workspace, settings, model=model))
    assert (outcome.ending, outcome.answer) == ("done", "a.txt is there")
    assert (workspace / "a.txt").read_text() == "one"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("```bash\ntouch a.txt\n```", "give it to run_shell"),
        (
            '<tool_call>{"name": "write_file", "arguments": {"path": a.txt}}</tool_call>',
            "cannot be",
        ),
        ('write_file(path="a.txt", content=x)', "cannot be read"),
    ],
)
def test_a_call_as_text_that_cannot_be_read_is_named_and_no_answer(
    workspace: Path, home: Path, text: str, why: str
) -> None:
    outcome = asked_of(workspace, home, read("notes.txt"), {"text": text}, {"text": ANSWER})
    assert (outcome.ending, outcome.answer) == ("done", ANSWER)
    [rejected] = of(ReplyRejected, home)
    assert why in rejected.reason


# ── a reply that is cut off ──────────────────────────────────────────────────────────────────


def test_a_model_whose_reply_is_cut_is_told_so_and_may_write_in_parts(
    workspace: Path, home: Path
) -> None:
    long = {**write("a.txt", "word " * 8_000), "usage": {"output": 9_000}}
    model = ScriptedModel.of(
        draft("a.txt"), PLAN, long,
        several(write("a.txt", "one\n"), write("a.txt", "two\n", append=True), FINISH),
        window=100_000,
    )  # fmt: skip
    outcome = asyncio.run(
        pursue("Make a.txt", workspace, Settings(model="scripted", home=home), model=model)
    )
    assert outcome.ending == "done"
    assert "cut off after 8,192 tokens" in of(ReplyRejected, home)[0].reason
    assert (workspace / "a.txt").read_text() == "one\ntwo\n"


def test_of_a_reply_that_is_cut_off_the_calls_that_are_whole_are_run(
    workspace: Path, home: Path
) -> None:
    cut = {**several(write("a.txt"), write("b.txt"), write("c.txt")), "usage": {"output": 9_000}}
    model = ScriptedModel.of(draft("c.txt"), PLAN, cut, write("c.txt"), FINISH, window=100_000)
    outcome = asyncio.run(
        pursue("Make c.txt", workspace, Settings(model="scripted", home=home), model=model)
    )
    assert outcome.ending == "done"
    assert not of(ReplyRejected, home) and len(chosen(model)) == 3
    paths = [one.changed[0][0] for one in of(CallReturned, home)]
    assert paths == ["a.txt", "b.txt", "c.txt"]
    (gone,) = of(CallsDropped, home)
    assert gone.calls == ('write_file("c.txt", …)',)
    told = [m.text for m in chosen(model)[1].messages if m.role == "user"][-2]
    assert told.startswith("Your reply was cut off after 8,192 tokens, so its last call was not")
    assert 'Not run, of your last reply: write_file("c.txt", …).' in told


def test_what_a_failure_drops_of_a_reply_that_is_cut_off_is_told_beside_the_cut(
    workspace: Path, home: Path
) -> None:
    calls = several(read("gone.txt"), write("b.txt"), write("c.txt"))
    model = ScriptedModel.of(
        draft("c.txt"), PLAN, {**calls, "usage": {"output": 9_000}}, write("c.txt"), FINISH,
        window=100_000,
    )  # fmt: skip
    asyncio.run(pursue("Make c.txt", workspace, Settings(model="scripted", home=home), model=model))
    assert [one.calls for one in of(CallsDropped, home)] == [
        ('write_file("b.txt", …)',),
        ('write_file("c.txt", …)',),
    ]
    assert not (workspace / "b.txt").exists()


def test_a_reply_that_is_cut_off_is_not_said_to_call_nothing(workspace: Path, home: Path) -> None:
    long = {**write("a.txt", "word " * 8_000), "usage": {"output": 9_000}}
    model = ScriptedModel.of(
        draft("a.txt"), PLAN, long, long, write("a.txt"), FINISH, window=100_000
    )
    outcome = asyncio.run(
        pursue("Make a.txt", workspace, Settings(model="scripted", home=home), model=model)
    )
    assert outcome.ending == "done"
    assert not of(Hinted, home)


def test_what_a_file_ends_with_is_not_added_twice(workspace: Path, home: Path) -> None:
    """The call may be a second try, after a crash."""
    twice = write("a.txt", "two\n", append=True)
    ran(workspace, home, "Make a.txt", draft("a.txt"), PLAN, write("a.txt"), twice, twice, FINISH)
    assert (workspace / "a.txt").read_text() == "x\ntwo\n"
    assert [one.status for one in of(CallReturned, home)][:3] == ["ok", "ok", "empty"]


def test_the_finish_in_a_reply_waits_for_what_stands_before_it(workspace: Path, home: Path) -> None:
    outcome = ran(
        workspace, home, "Make a.txt", draft("a.txt"), PLAN, several(FINISH, write("a.txt")),
        several(write("a.txt"), FINISH),
    )  # fmt: skip
    assert outcome.ending == "done"
    assert len(of(FinishAsked, home)) == 2
    assert of(CallsDropped, home)[0].calls == ('write_file("a.txt", …)',)
