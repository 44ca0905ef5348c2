import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.core.errors import BadSetting, ModelDown
from selfstarter.core.ports import Message, Model, Reply, Request, ToolSpec, Usage, WantedCall
from selfstarter.models.recorded import RecordedModel, RecordingModel, digest_of
from selfstarter.models.scripted import ScriptedModel


def asks(text: str, purpose: str = "choose") -> Request:
    return Request((Message("user", text),), purpose=purpose)


def ask(model: Model, request: Request) -> Reply:
    return asyncio.run(model.complete(request))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    script = ScriptedModel.of(
        {"text": "1"},
        {"text": "2", "call": {"tool": "shell", "args": {"n": [1, {"a": None}]}}},
        {"text": "plan", "for": "plan"},
        window=4096,
    )
    model = RecordingModel(script, path)
    for request in (asks("a"), asks("b"), asks("c", "plan")):
        ask(model, request)
    return path


def test_a_reply_is_found_by_its_request_whatever_the_order(recording: Path) -> None:
    model = RecordedModel(recording)
    second = ask(model, asks("b"))
    called = WantedCall("shell", {"n": [1, {"a": None}]}, "call_2_1")
    assert (second.text, second.calls) == ("2", (called,))
    assert second.usage.output > 0
    assert ask(model, asks("a")).text == "1"
    assert ask(model, asks("c", "plan")).text == "plan"


def test_a_changed_request_gets_the_next_reply_of_its_purpose(recording: Path) -> None:
    model = RecordedModel(recording)
    assert ask(model, asks("other", "plan")).text == "plan"
    assert [ask(model, asks(t)).text for t in ("x", "y")] == ["1", "2"]


def test_a_reply_that_is_used_up_is_not_given_to_another_request(recording: Path) -> None:
    model = RecordedModel(recording)
    ask(model, asks("c", "plan"))
    with pytest.raises(ModelDown, match="no reply left for 'plan'"):
        ask(model, asks("d", "plan"))


def test_the_same_request_again_gets_the_same_reply_again(recording: Path) -> None:
    model = RecordedModel(recording)
    assert [ask(model, asks("a")).text for _ in range(3)] == ["1", "1", "1"]
    assert ask(model, asks("z")).text == "2"


def test_the_same_request_recorded_twice_is_replayed_in_order(tmp_path: Path) -> None:
    path = tmp_path / "twice.jsonl"
    recorder = RecordingModel(ScriptedModel.of({"text": "1"}, {"text": "2"}), path)
    for _ in range(2):
        ask(recorder, asks("a"))
    model = RecordedModel(path)
    assert [ask(model, asks("a")).text for _ in range(3)] == ["1", "2", "2"]


def test_after_a_crash_the_recording_goes_on_where_the_journal_ends(recording: Path) -> None:
    model = RecordedModel(recording)
    model.skip({"choose": 1})
    assert ask(model, asks("changed")).text == "2"


def test_the_facts_are_those_of_the_recorded_model(recording: Path) -> None:
    facts = RecordedModel(recording, "recorded:run.jsonl").facts
    assert (facts.name, facts.window, facts.local) == ("recorded:run.jsonl", 4096, True)


def test_a_second_session_is_appended_under_one_facts_line(recording: Path) -> None:
    ask(RecordingModel(ScriptedModel.of({"text": "3"}), recording), asks("e"))
    assert recording.read_text("utf-8").count('"kind":"facts"') == 1
    assert ask(RecordedModel(recording), asks("e")).text == "3"


def test_a_refusal_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    with pytest.raises(ModelDown):
        ask(RecordingModel(ScriptedModel.of({"fail": "down"}), path), asks("a"))
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "no facts line"), ("{}\n", "line 1"), ('{"kind":"facts"}', "line 1: Field required")],
)
def test_a_wrong_recording_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    with pytest.raises(BadSetting, match=said):
        RecordedModel(path)


def test_a_missing_recording_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        RecordedModel(tmp_path / "none.jsonl")


def test_the_digest_is_of_what_is_sent_and_of_nothing_else() -> None:
    request = Request((Message("user", "a"),), (ToolSpec("t", "does", {}),), seed=1)
    same = (replace(request, purpose="x"), replace(request, timeout_s=1))
    other = (
        replace(request, seed=2),
        replace(request, tools=()),
        replace(request, schema={}),
        replace(request, stop=("a",)),
        replace(request, messages=(Message("user", "a", WantedCall("t", {})),)),
    )
    assert {digest_of(r) for r in same} == {digest_of(request)}
    assert len({digest_of(r) for r in (request, *other)}) == 6


scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text())
args = st.dictionaries(st.text(), st.recursive(scalars, st.lists, max_leaves=5), max_size=3)
replies = st.builds(
    Reply,
    text=st.text(),
    calls=st.tuples() | st.tuples(st.builds(WantedCall, tool=st.text(), args=args, id=st.text())),
    usage=st.builds(
        Usage,
        input=st.integers(0, 10**9),
        output=st.integers(0, 10**9),
        cached=st.integers(0, 10**9),
        cost_usd=st.none() | st.floats(0, 1e6),
    ),
    cut=st.booleans(),
)


class Says(ScriptedModel):
    reply: Reply

    async def complete(self, request: Request) -> Reply:
        return self.reply


@given(reply=replies)
def test_any_reply_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, reply: Reply
) -> None:
    path = tmp_path_factory.mktemp("law") / "one.jsonl"
    model = Says.of({"text": "-"})
    assert isinstance(model, Says)
    model.reply = reply
    ask(RecordingModel(model, path), asks("a"))
    assert ask(RecordedModel(path), asks("a")) == reply
