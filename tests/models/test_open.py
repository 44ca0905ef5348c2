import json
import subprocess
import sys
from pathlib import Path

import pytest

from selfstarter.core.errors import BadSetting
from selfstarter.models.api import ApiModel
from selfstarter.models.naming import SERVICES
from selfstarter.models.open import open_model
from selfstarter.models.recorded import RecordedModel
from selfstarter.models.retrying import RetryingModel
from selfstarter.models.scripted import ScriptedModel

KEYS = (
    "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY", "GROQ_API_KEY",
    "OPENROUTER_API_KEY", "SELFSTARTER_API_KEY",
)  # fmt: skip
HERE = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEYS, "OLLAMA_BASE_URL", "OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def all_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "sk-test")


@pytest.mark.usefixtures("all_keys")
@pytest.mark.parametrize(
    ("name", "window", "small", "local"),
    [
        ("openai:gpt-4o", 128_000, False, False),
        ("openai-chat:gpt-5", 400_000, False, False),
        ("openai:no-such-model", 128_000, False, False),
        ("openai:gpt-4o?window=32768", 32_768, False, False),
        ("openai:gpt-4o?small=1", 128_000, True, False),
        ("anthropic:claude-sonnet-4-5", 200_000, False, False),
        ("google:gemini-2.5-flash", 1_048_576, False, False),
        ("groq:openai/gpt-oss-20b", 131_072, False, False),
        ("openrouter:anthropic/claude-sonnet-4", 128_000, False, False),
        ("ollama:qwen3:4b", 8_192, True, True),
        ("ollama:llama3.2:1b", 8_192, True, True),
        ("ollama:qwen2.5-coder:1.5b-instruct-q4_K_M", 8_192, True, True),
        ("ollama:qwen3:14b", 8_192, False, True),
        ("ollama:qwen3:30b-a3b", 8_192, False, True),
        ("ollama:qwen3:4b?small=0&window=40960", 40_960, False, True),
        (f"{HERE}#qwen3-8b", 128_000, False, True),
        (f"{HERE}#org/qwen3-8b?window=32768&small=1", 32_768, True, True),
        ("http://localhost:8080/v1#x", 128_000, False, True),
        ("http://[::1]:8080/v1#x", 128_000, False, True),
        ("https://llm.example.com/v1#x", 128_000, False, False),
    ],
)
def test_a_name_by_api_opens_a_model_that_asks_again(
    name: str, window: int, small: bool, local: bool
) -> None:
    model = open_model(name)
    assert isinstance(model, RetryingModel)
    assert isinstance(model.models[0], ApiModel)
    facts = model.facts
    assert (facts.name, facts.window, facts.small, facts.local) == (name, window, small, local)
    assert facts.native_tools


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_opens_with_its_key_alone(service: str) -> None:
    keys = SERVICES[service].keys
    model = open_model(
        f"{service}:maker/some-model", lambda name: "sk-test" if name in keys else ""
    )
    assert model.facts.name == f"{service}:maker/some-model"
    if keys:
        with pytest.raises(BadSetting, match=f"export {keys[0]}="):
            open_model(f"{service}:some-model", lambda _: "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "no known form"),
        ("gpt-5", "no known form.*openai:…"),
        ("opnai:gpt", r"no known form\. Did you mean openai:gpt\? Known: local"),
        ("antropic:claude", "Did you mean anthropic:claude"),
        ("openai:", "names no model. Write it as openai:MODEL-NAME"),
        ("ollama: ", "names no model"),
        ("openai:gpt-5?window=ten", "window=ten is no option"),
        ("openai:gpt-5?window=7", "at least 512"),
        ("openai:gpt-5?windw=7000", "windw=7000 is no option"),
        ("openai:gpt-5", "export OPENAI_API_KEY="),
        ("openai-chat:gpt-5", "export OPENAI_API_KEY="),
        ("anthropic:claude-sonnet-4-5", "export ANTHROPIC_API_KEY="),
        ("google:gemini-2.5-flash", r"export GOOGLE_API_KEY=… \(or GEMINI_API_KEY\)"),
        ("groq:llama-3.3-70b-versatile", "export GROQ_API_KEY="),
        ("openrouter:x/y", "export OPENROUTER_API_KEY="),
        ("https://llm.example.com/v1#x", r"export SELFSTARTER_API_KEY=… \(or OPENAI_API_KEY\)"),
        ("http://127.0.0.1.evil.example/v1#x", "needs a key"),
        (HERE, "must name a server and a model"),
        (f"{HERE}?window=4096#x", "must name a server and a model"),
        ("http://user:secret@127.0.0.1/v1#x", "SELFSTARTER_API_KEY"),
        ("http://[::1/v1#x", "is not a URL"),
        ("http://127.0.0.1:99999/v1#x", "is not a URL"),
        ("http://#x", "must name a server"),
        ("scripted:", "needs a file"),
        ("scripted:no-such.json", "cannot be read"),
        ("recorded:", "needs a file"),
        ("recorded:no-such.jsonl", "cannot be read"),
        ("local:/no/such.gguf", "no model file"),
    ],
)
def test_a_wrong_name_is_told(name: str, said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        open_model(name)


def test_a_script_and_a_recording_are_opened(tmp_path: Path) -> None:
    script, recording = tmp_path / "s.json", tmp_path / "r.jsonl"
    script.write_text('[{"text": "hi"}]')
    facts = json.dumps({"kind": "facts", "facts": {
        "name": "x", "window": 4096, "native_tools": True, "json_schema": True, "small": False,
        "local": False,
    }})  # fmt: skip
    reply = json.dumps({"kind": "reply", "digest": "", "purpose": "", "reply": {"text": "hi"}})
    recording.write_text(f"{facts}\n{reply}\n")
    assert isinstance(open_model(f"scripted:{script}"), ScriptedModel)
    assert isinstance(open_model(f"recorded:{recording}"), RecordedModel)


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_a_local_run_never_loads_the_library_of_the_providers(tmp_path: Path) -> None:
    script = tmp_path / "s.json"
    script.write_text('[{"text": "hi"}]')
    code = (
        "import sys; from selfstarter.models.open import open_model; import selfstarter.models.api;"
        f"open_model('scripted:{script}');"
        "print([m for m in sys.modules if m.startswith(('pydantic_ai', 'openai', 'httpx'))])"
    )
    assert python(code) == "[]"


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("anthropic:claude-sonnet-4-5", "anthropic", "anthropic"),
        ("google:gemini-2.5-flash", "google.genai", "google"),
        ("groq:x", "groq", "groq"),
        ("openai:gpt-5", "openai", "openai"),
        ("ollama:qwen3", "openai", "openai"),
        (f"{HERE}#x", "openai", "openai"),
    ],
)
@pytest.mark.usefixtures("all_keys")
def test_a_missing_package_is_told_with_the_command(name: str, package: str, extra: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from selfstarter.core.errors import BadSetting\n"
        "from selfstarter.models.open import open_model\n"
        f"try: open_model({name!r})\n"
        "except BadSetting as error: print(error)"
    )
    assert f"pip install 'selfstarter[{extra}]'" in python(code)
