import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from selfstarter.core.errors import BadSetting, ModelDown
from selfstarter.core.ports import Message, Reply, Request, Usage, WantedCall
from selfstarter.models.scripted import ScriptedModel, load_script


def ask(model: ScriptedModel, purpose: str = "") -> Reply:
    return asyncio.run(model.complete(Request((Message("user", "go on"),), purpose=purpose)))


def texts(model: ScriptedModel, *purposes: str) -> list[str]:
    return [ask(model, purpose).text for purpose in purposes]


def test_replies_without_a_purpose_serve_all_in_order() -> None:
    model = ScriptedModel.of({"text": "1"}, {"text": "2"}, {"text": "3"})
    assert texts(model, "draft", "choose", "draft") == ["1", "2", "3"]


def test_a_purpose_gets_its_own_replies_first_and_then_shares_the_others() -> None:
    model = ScriptedModel.of(
        {"text": "a"}, {"text": "d1", "for": "draft"}, {"text": "b"}, {"text": "d2", "for": "draft"}
    )
    assert texts(model, "draft", "choose", "draft", "draft") == ["d1", "a", "d2", "b"]


def test_the_last_reply_is_repeated() -> None:
    assert texts(ScriptedModel.of({"text": "1"}, {"text": "2"}), "", "", "") == ["1", "2", "2"]


def test_a_purpose_whose_replies_are_used_up_repeats_its_own_not_anothers() -> None:
    model = ScriptedModel.of({"text": "d", "for": "draft"}, {"text": "p", "for": "plan"})
    assert texts(model, "draft", "draft", "plan", "plan") == ["d", "d", "p", "p"]


def test_with_after_error_the_end_of_the_script_is_out_of_reach() -> None:
    model = ScriptedModel.of({"text": "1"}, after="error")
    ask(model)
    with pytest.raises(ModelDown, match="no reply left for 'plan'"):
        ask(model, "plan")


def test_calls_and_objects_and_usage_arrive() -> None:
    model = ScriptedModel.of(
        {"call": {"tool": "shell", "args": {"command": "ls"}}, "text": "look"},
        {"json": {"name": "é"}, "usage": {"input": 10, "output": 2, "cost_usd": 0.5}},
    )
    first, second = ask(model), ask(model)
    assert first.calls == (WantedCall("shell", {"command": "ls"}, "call_1_1"),)
    assert first.text == "look"
    assert second.text == '{"name": "é"}'
    assert second.usage == Usage(input=10, output=2, cost_usd=0.5)


def test_a_failure_is_served_once_and_the_script_goes_on() -> None:
    model = ScriptedModel.of({"fail": "down"}, {"text": "1"})
    with pytest.raises(ModelDown):
        ask(model)
    assert ask(model).text == "1"


@pytest.mark.parametrize("n", range(8))
def test_after_a_crash_the_script_goes_on_where_the_journal_ends(n: int) -> None:
    script = (
        {"text": "a"},
        {"text": "d1", "for": "draft"},
        {"fail": "down"},
        {"text": "b"},
        {"text": "p1", "for": "plan"},
        {"fail": "down", "for": "draft"},
        {"text": "c"},
    )
    asked = ("draft", "plan", "choose", "choose", "choose", "draft", "draft", "plan")
    whole, journal = ScriptedModel.of(*script), {"": 0}
    said: list[str] = []

    def served(model: ScriptedModel, purpose: str) -> str:
        try:
            return ask(model, purpose).text
        except ModelDown:
            return served(model, purpose)

    for purpose in asked[:n]:
        said.append(served(whole, purpose))
        journal[purpose] = journal.get(purpose, 0) + 1
    resumed = ScriptedModel.of(*script)
    resumed.skip(journal)
    left = asked[n:]
    assert [served(resumed, p) for p in left] == [served(whole, p) for p in left]


def test_a_failure_that_paused_the_run_is_not_met_again_after_it_is_resumed() -> None:
    model = ScriptedModel.of({"text": "1"}, {"fail": "down"}, {"text": "2"})
    model.skip({"choose": 1})
    assert ask(model, "choose").text == "2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ('{"replies": []}', "replies: "),
        ('[{"text": ""}]', "replies.0: .*give text, call, calls, json or fail"),
        ('[{"txt": "x"}]', "replies.0.txt"),
        ('{"replies": [{"text": "x"}], "window": 3}', "window"),
        ("7", "dictionary"),
    ],
)
def test_a_wrong_script_is_told_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(BadSetting, match=said):
        load_script(path, "scripted:s.json")


def test_a_script_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"window": 4096, "small": True, "replies": [{"text": "hi"}]}))
    model = load_script(path, "scripted:s.json")
    assert (model.facts.window, model.facts.small, model.facts.name) == (
        4096,
        True,
        "scripted:s.json",
    )
    assert ask(model).text == "hi"


# ── as a real model would ────────────────────────────────────────────────────────────────────


def asked(model: ScriptedModel, **more: Any) -> Reply:
    request = Request((Message("user", "In English, please"),), **more)
    return asyncio.run(model.complete(request))


def test_no_reply_is_longer_than_it_may_be_and_a_call_that_is_cut_is_none() -> None:
    long = {"call": {"tool": "t", "args": {"text": "x" * 400}}, "text": "y" * 400}
    reply = asked(ScriptedModel.of(long), max_tokens=50)
    assert (reply.cut, reply.calls, reply.usage.output) == (True, (), 50)
    assert 0 < len(reply.text) <= 200
    assert not asked(ScriptedModel.of(long), max_tokens=500).cut


def test_a_reply_costs_its_tokens_at_the_price_of_the_script() -> None:
    usage = {"input": 100, "output": 10}
    priced = ScriptedModel.of({"text": "x", "usage": usage}, price={"input": 1e-3, "output": 1e-2})
    assert asked(priced).usage.cost_usd == 100 * 1e-3 + 10 * 1e-2
    assert asked(ScriptedModel.of({"text": "x"}, price=None)).usage.cost_usd is None
    assert ScriptedModel.of({"text": "x"}, price=None).facts.price is None


def test_a_reply_that_takes_longer_than_the_request_allows_is_lost() -> None:
    with pytest.raises(ModelDown) as down:
        asked(ScriptedModel.of({"text": "x", "after_s": 9}), timeout_s=0.01)
    assert down.value.billed == 1
    assert asked(ScriptedModel.of({"text": "x", "after_s": 0.01})).text == "x"


def test_a_script_can_insist_on_what_it_hears() -> None:
    assert asked(ScriptedModel.of({"text": "x", "hears": "English"})).text == "x"
    with pytest.raises(ModelDown, match="French"):
        asked(ScriptedModel.of({"text": "x", "hears": "French"}))
