"""A budget that pays only a few calls is told before the first of them, and what the last one is
shown is cut to what is left: so that something is written, however much there was to read."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plays import PLAN, WRAP_UP, draft, laid

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.asking.ask import tokens_of
from selfstarter.cli.lines import lines
from selfstarter.core.events import OnLimit
from selfstarter.core.ports import Reply, Request, Usage, WantedCall
from selfstarter.models.scripted import Script, ScriptedModel
from selfstarter.settings import Settings

GOAL = "Say in themes.md what the people in interviews/ complain about most"
LAST = "This is the last call that the budget pays"
WRITTEN = "# Themes\n\nWaiting times. Read: some of the interviews; the rest is missing.\n"
INTERVIEWS = {
    f"interviews/p{n:02}.md": f"# Person {n}\n" + f"I waited {n + 3} days for an answer. " * 80
    for n in range(40)
}


class Reads(ScriptedModel):
    """So many interviews at each call, and on to the end, unless it is told that it is the last."""

    at_once = 13

    async def complete(self, request: Request) -> Reply:
        if request.purpose != "choose":
            return replace(await super().complete(request), usage=Usage(500, 300))
        at, told = len(self.choices), LAST in request.messages[-1].text
        self.asked.append(request)
        names = [*INTERVIEWS][at * self.at_once :][: self.at_once]
        calls = [WantedCall("read_file", {"path": name}, f"r{at}{name}") for name in names]
        if told:
            write = WantedCall("write_file", {"path": "themes.md", "content": WRITTEN}, "w")
            calls = [write, WantedCall("finish", {"summary": "Made.", "missing": "Most."}, "f")]
        prompt = tokens_of(request.messages, self.count, request.tools)
        cost = self.facts.price.of(prompt, 300) if self.facts.price else 0.0
        return Reply("", tuple(calls), Usage(prompt, 300, cost_usd=cost))

    @property
    def choices(self) -> list[Request]:
        return [one for one in self.asked if one.purpose == "choose"]


def ran(
    workspace: Path, home: Path, on_limit: OnLimit = "stop", **limits: Any
) -> tuple[Reads, Outcome]:
    laid(workspace, INTERVIEWS)
    check = {"kind": "file_matches", "path": "themes.md", "min_words": 5}
    sketch = draft(check, files=("themes.md",))
    price = {"input": 1e-5, "output": 1e-5}
    script = {"replies": (sketch, PLAN, WRAP_UP), "window": 131_072, "price": price}
    model = Reads(Script.model_validate(script))
    settings = Settings.model_validate({"model": "scripted", "home": home, **limits})
    return model, asyncio.run(pursue(GOAL, workspace, settings, model=model, on_limit=on_limit))


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ({"tokens": 30_000}, " of 30,000 tokens (about "),
        ({"cost_usd": 0.3}, " of $0.30 (about "),
    ],
)
def test_a_small_budget_is_told_at_once_and_its_last_call_writes_what_there_is(
    workspace: Path, home: Path, limits: dict[str, Any], left: str
) -> None:
    model, outcome = ran(workspace, home, **limits)
    first, *_, last = model.choices
    assert "Budget left: " in first.messages[-1].text and left in first.messages[-1].text
    assert LAST not in first.messages[-1].text
    assert [LAST in one.messages[-1].text for one in model.choices].count(True) == 1
    cut = ["characters cut" in one.messages[1].text for one in (first, last)]
    assert cut == [False, True], "the heads of the files have made room"
    assert last.max_tokens >= 2_000, "with room for what is to be written"
    assert GOAL in last.messages[1].text and "I waited" in str(last.messages)
    assert (workspace / "themes.md").read_text() == WRITTEN
    assert outcome.ending in ("partly", "out_of_budget"), "whether or not a judge can be paid"
    assert "Not done: Most." in outcome.answer
    assert outcome.state.spent.tokens <= 30_000


def test_of_what_was_read_as_much_is_shown_as_can_be_paid(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reads, "at_once", 26)
    model, _ = ran(workspace, home, tokens=30_000)
    last = model.choices[-1]
    shown = [one.text.count("I waited") > 50 for one in last.messages if one.role == "tool"]
    assert LAST in last.messages[-1].text and 3 < sum(shown) < 26
    assert "Earlier steps:" in str(last.messages), "the others are a line each"
    assert (workspace / "themes.md").read_text() == WRITTEN


def test_a_budget_that_pays_no_prompt_however_short_ends_as_before(
    workspace: Path, home: Path
) -> None:
    model, outcome = ran(workspace, home, tokens=5_000)
    assert not model.choices and outcome.ending == "out_of_budget"


def test_a_budget_for_many_calls_is_not_told_of(workspace: Path, home: Path) -> None:
    model, _ = ran(workspace, home, tokens=400_000, steps=6)
    assert model.choices and not any("Budget" in one.messages[-1].text for one in model.choices)


def test_where_a_person_may_give_more_nothing_is_shortened(workspace: Path, home: Path) -> None:
    model, outcome = ran(workspace, home, on_limit="ask", tokens=30_000)
    assert outcome.state.raise_asked == "tokens"
    assert not any(LAST in one.messages[-1].text for one in model.choices)
    asked = "Of the budget of 30,000 tokens too little is left for another call. Raise the limit?"
    assert f"# Waiting for a person: {asked}" in outcome.report
    said = [line for one in look_up("@last", Settings(home=home))[1] for line in lines(one.event)]
    assert any(asked in line for line in said)
