"""Where a model is served in OpenAI's form, and the same model reached at another address."""

from collections.abc import Callable
from dataclasses import replace

from selfstarter.core.ports import Model, Served
from selfstarter.models.naming import COMPATIBLE
from selfstarter.models.retrying import RetryingModel


async def served(model: Model) -> Callable[[], Served] | None:
    """Where it is now; a local one that crashed has another address. None: in no such form."""
    from selfstarter.models.api import ApiModel
    from selfstarter.models.local import LocalModel

    if isinstance(model, LocalModel):
        await model.started()
        return lambda: model.served
    if isinstance(model, RetryingModel) and len(model.models) == 1:
        (model,) = model.models
    if isinstance(model, ApiModel) and model.url:
        at = Served(model.url, model.key, model.name.model)
        return lambda: at
    return None


def through(model: Model, url: str) -> Model:
    """The same model at `url` (without `/v1`), where somebody sits who passes requests on."""
    from selfstarter.models.api import ApiModel
    from selfstarter.models.local import Detour, LocalModel

    if isinstance(model, LocalModel):
        return Detour(model, url)
    if isinstance(model, RetryingModel):
        return RetryingModel(*(through(one, url) for one in model.models))
    assert isinstance(model, ApiModel), "only what is served can be reached at another address"
    name = replace(model.name, service=COMPATIBLE, url=f"{url}/v1")
    there = ApiModel(name, lambda _: "none")
    there.facts = model.facts
    return there
