"""From the name a person writes to a model."""

from difflib import get_close_matches
from pathlib import Path

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Model
from selfstarter.core.said import did_you_mean
from selfstarter.models.naming import SERVICES, ApiName, FindKey, api_name, from_environment
from selfstarter.models.scripted import load_script

FORMS = (
    "local, local:/path/model.gguf, scripted:FILE, recorded:FILE, openai:…, openai-chat:…,"
    " anthropic:…, google:…, groq:…, openrouter:…, ollama:…, or the URL of an OpenAI-compatible"
    " server with the model's name, as in http://127.0.0.1:8080/v1#qwen3-8b"
)
KINDS = ("local", "scripted", "recorded", *SERVICES)


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
    close = get_close_matches(kind, KINDS, n=1)
    raise BadSetting(
        "The model {name!r} is of no known form.{meant} Known: {forms}.",
        name=name,
        meant=did_you_mean(*(f"{one}:{rest}" for one in close)),
        forms=FORMS,
    )


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
