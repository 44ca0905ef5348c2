"""Each part taken out is seen to be gone, and nothing else is."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from selfstarter.core.ports import FREE, Facts, Model, Reply, Request, Usage, WantedCall
from selfstarter.evals.ablation import command as ablation_command
from selfstarter.evals.ablation.variants import VARIANTS, WHOLE, ablate, compared, last_line
from selfstarter.evals.running import Result
from selfstarter.evals.sets import PRACTICE, chosen
from selfstarter.models.recorded import SharedReplies

TASKS = chosen(PRACTICE, ("books-to-json",))
SKETCH: dict[str, Any] = {
    "outcome": "books",
    "files": [],
    "assumptions": [],
    "document": False,
    "criteria": [],
}
PLAN = {"tasks": [{"title": "convert the file"}, {"title": "look it over"}]}


class Stateless:
    """A model whose reply hangs on nothing but the request: one call, whatever it is told."""

    facts = Facts(
        name="stateless",
        window=16_000,
        native_tools=True,
        json_schema=True,
        small=False,
        local=True,
        price=FREE,
    )

    def __init__(self, tool: str, **args: Any) -> None:
        self.call = WantedCall(tool, args)
        self.purposes: list[str] = []

    async def complete(self, request: Request) -> Reply:
        self.purposes.append(request.purpose)
        usage = Usage(input=10, output=5)
        match request.purpose:
            case "choose":
                return Reply("", calls=(self.call,), usage=usage)
            case "draft":
                return Reply(json.dumps(SKETCH), usage=usage)
            case "plan":
                return Reply(json.dumps(PLAN), usage=usage)
            case "reflect":
                return Reply(json.dumps({"lesson": "Look elsewhere.", "plan": []}), usage=usage)
            case _:
                return Reply("It did not work out.", usage=usage)

    def count(self, text: str) -> int:
        return len(text) // 4

    async def close(self) -> None:
        return None


def ran(
    model: Model, variants: Sequence[str], replies: Path
) -> tuple[Mapping[str, Result], SharedReplies]:
    results: dict[str, Result] = {}
    shared = SharedReplies(model, replies)

    def tell(name: str, result: Result) -> None:
        results[name] = result

    asyncio.run(ablate(TASKS, variants, 1, shared, "scripted:none", tell))
    return results, shared


def test_without_checks_a_claim_is_taken_for_true(tmp_path: Path) -> None:
    liar = Stateless("finish", summary="All books are in books.json.")
    results, _ = ran(liar, (WHOLE, "no_checks"), tmp_path / "replies.jsonl")
    assert results[WHOLE].ending == "partly"
    assert results["no_checks"].false_done
    rows = compared({name: [result] for name, result in results.items()})
    assert last_line(rows) == "ablate whole=0.00 no_checks=0.00 runs=1"


def test_without_the_ledger_a_circle_ends_by_its_budget_only(tmp_path: Path) -> None:
    circle = Stateless("list_files")
    results, _ = ran(circle, (WHOLE, "no_ledger"), tmp_path / "replies.jsonl")
    assert results[WHOLE].ending == "stuck"
    assert results["no_ledger"].ending == "out_of_budget"
    assert results["no_ledger"].steps == 25


def test_without_reflection_a_circle_ends_sooner_and_unreflected(tmp_path: Path) -> None:
    circle = Stateless("list_files")
    results, _ = ran(circle, ("no_reflection",), tmp_path / "replies.jsonl")
    assert "reflect" not in circle.purposes
    assert results["no_reflection"].ending == "stuck"


def test_without_a_plan_the_model_is_asked_for_none(tmp_path: Path) -> None:
    circle = Stateless("list_files")
    ran(circle, ("no_plan",), tmp_path / "replies.jsonl")
    assert "plan" not in circle.purposes
    ran(circle, (WHOLE,), tmp_path / "others.jsonl")
    assert "plan" in circle.purposes


def test_what_was_asked_before_is_not_asked_again(tmp_path: Path) -> None:
    liar, replies = Stateless("finish", summary="All is well."), tmp_path / "replies.jsonl"
    _, shared = ran(liar, (WHOLE, "no_ledger"), replies)
    assert shared.fresh == len(set(shared.known)) == len(liar.purposes)
    alone, _ = ran(Stateless("finish", summary="All is well."), (WHOLE,), tmp_path / "x")
    assert len(liar.purposes) == alone[WHOLE].calls, "no_ledger asked nothing of its own"
    _, again = ran(liar, (WHOLE, "no_ledger"), replies)
    assert again.fresh == 0, "it goes on from the file"


def test_the_command_prints_a_row_per_variant_and_the_last_line(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"fail": "down"}]), "utf-8")
    argv = ["--set", "practice", "--only", "books-to-json", "--attempts", "1"]
    argv += ["--model", f"scripted:{script}", "--replies", str(tmp_path / "replies.jsonl")]
    result = CliRunner().invoke(ablation_command.command, argv)
    assert result.exit_code == 0, result.output
    *table, last = result.stdout.splitlines()
    assert [name for name in VARIANTS if any(f"| {name} | 0/1 |" in line for line in table)] == [
        *VARIANTS
    ]
    assert last.startswith("ablate whole=0.00 no_plan=0.00") and last.endswith("runs=1")


@pytest.mark.parametrize("name", [name for name in VARIANTS if name != WHOLE])
def test_the_docs_name_every_variant(name: str) -> None:
    assert name in Path("docs/evaluation.md").read_text("utf-8")
