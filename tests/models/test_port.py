"""What every way to a model keeps."""

import asyncio
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from fake_model_server import Says, serving

from selfstarter.core.errors import ModelDown
from selfstarter.core.ports import Message, Model, Reply, Request
from selfstarter.models.open import open_model
from selfstarter.models.recorded import RecordedModel, RecordingModel
from selfstarter.models.retrying import RetryingModel
from selfstarter.models.scripted import ScriptedModel

SCRIPT = ({"text": "one"}, {"text": "two"}, {"fail": "down"})
REQUESTS = tuple(Request((Message("user", t),), purpose="choose") for t in ("a", "b", "c"))
Make = Callable[[], Model]


def scripted() -> ScriptedModel:
    return ScriptedModel.of(*SCRIPT, after="error")


@pytest.fixture(params=["scripted", "recorded", "retrying", "api"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Make]:
    """Makes a model that says "one" and "two" and is then down."""
    if request.param == "scripted":
        yield scripted
    elif request.param == "retrying":
        yield lambda: RetryingModel(scripted())
    elif request.param == "recorded":
        path = tmp_path / "run.jsonl"
        recorder = RecordingModel(scripted(), path)
        for each in REQUESTS[:2]:
            asyncio.run(recorder.complete(each))
        yield lambda: RecordedModel(path)
    else:
        with serving() as server:
            server.says = [Says("one"), Says("two"), Says(status=401)]
            yield lambda: open_model(f"{server.url}#any")


def test_replies_come_in_order_and_then_it_is_down(make: Make) -> None:
    async def main() -> list[Reply]:
        model = make()
        said = [await model.complete(each) for each in REQUESTS[:2]]
        with pytest.raises(ModelDown):
            await model.complete(REQUESTS[2])
        await model.close()
        return said

    said = asyncio.run(main())
    assert [reply.text for reply in said] == ["one", "two"]
    assert all(reply.usage.input > 0 and reply.usage.output > 0 for reply in said)
    assert not any(reply.cut for reply in said)


def test_its_count_grows_with_the_text(make: Make) -> None:
    model = make()
    assert 0 <= model.count("") <= 1 < model.count("a few words") < model.count("few words" * 99)
    asyncio.run(model.close())


def test_its_facts_do_not_change(make: Make) -> None:
    async def main() -> None:
        model = make()
        before = model.facts
        await model.complete(REQUESTS[0])
        assert model.facts == before
        assert before.name
        assert before.window >= 512
        await model.close()

    asyncio.run(main())


def test_it_can_be_closed_twice_and_unused(make: Make) -> None:
    async def main() -> None:
        model = make()
        await model.close()
        await model.close()

    asyncio.run(main())
