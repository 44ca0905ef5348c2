"""From the name a person writes to a model."""

from pathlib import Path

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Model
from selfstarter.models.naming import ApiName, FindKey, api_name, from_environment, no_such_form
from selfstarter.models.scripted import load_script


def open_model(name: str, key: FindKey = from_environment) -> Model:
    """Imports only what the name needs. `key`: where the keys of providers are found.

    Raises BadSetting: no such form, or a key is missing.
    """
    kind, _, rest = name.partition(":")
    if kind == "local":
        return local_model(name, rest)
    if kind == "scripted":
        if not rest:
            raise BadSetting("scripted: needs a file, as in scripted:replies.json.")
        return load_script(Path(rest).expanduser(), name)
    if kind == "recorded":
        return recorded_model(name, rest)
    if found := api_name(name):
        return model_by_api(found, key)
    raise no_such_form(name)


def local_model(name: str, path: str) -> Model:
    from selfstarter.models.local import SMALL_BYTES, LocalModel, model_file
    from selfstarter.models.weights import weights

    if not path:
        return LocalModel(weights)
    file = model_file(Path(path).expanduser())
    small = file.stat().st_size < SMALL_BYTES
    return LocalModel(lambda: file, name=name, small=small)


def recorded_model(name: str, path: str) -> Model:
    from selfstarter.models.recorded import RecordedModel

    if not path:
        raise BadSetting("recorded: needs a file, as in recorded:run.jsonl.")
    return RecordedModel(Path(path).expanduser(), name)


def model_by_api(name: ApiName, key: FindKey) -> Model:
    from selfstarter.models.api import ApiModel
    from selfstarter.models.retrying import RetryingModel

    return RetryingModel(ApiModel(name, key))
