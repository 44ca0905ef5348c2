"""The settings as a person meets them: what each means, where its value is from, how to change it.

Everything is read off `Settings`: it is the one manifest of the loader, the help, the JSON schema,
the documentation and the Settings page.
"""

import ast
import inspect
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfstarter.core.errors import BadSetting
from selfstarter.models.naming import of_a_known_form
from selfstarter.settings import (
    NAMES,
    NARROWS,
    PREFIX,
    Layer,
    LayerKind,
    Settings,
    as_written,
    config_file,
    contents,
    from_file,
    kept_model,
    layers,
    merged,
    unknown,
    validated,
)

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

FLAGS: Mapping[str, str] = {
    "model": "--model",
    "home": "--home",
    "steps": "--max-steps",
    "tokens": "--max-tokens",
    "cost_usd": "--max-cost",
    "time_s": "--max-time",
    "memory": "--memory",
    "hosts": "--host",
    "mode": "--mode",
    "allow": "--allow",
    "deny": "--deny",
    "public_files": "--public-files",
}
"""Options of `run` that set the same."""


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    kind: str
    """As in the JSON schema: `integer`, `array of string`, `"auto", "on" or "off"`, …"""
    default: Any
    """JSON; `home` depends on the machine."""
    does: str
    flag: str
    """Of `run`; empty: none."""
    narrows: bool
    """May a project's own file lower it?"""

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


@dataclass(frozen=True, slots=True)
class Stated:
    """What one place says of a setting."""

    kind: LayerKind
    place: str
    value: Any
    """JSON."""


@dataclass(frozen=True, slots=True)
class Explained:
    setting: Setting
    value: Any
    """In force, as JSON."""
    kind: LayerKind
    """Of the layer that it comes from."""
    said: Sequence[Stated]
    """Every layer that sets it, the weakest first. The last wins; but a project's file only if it
    asks for less."""


def manifest() -> Sequence[Setting]:
    schema = Settings.model_json_schema()["properties"]
    plain = defaults()
    return [
        Setting(
            name=name,
            kind=kind_of(schema[name]),
            default=plain[name],
            does=docs()[name],
            flag=FLAGS.get(name, ""),
            narrows=name in NARROWS,
        )
        for name in NAMES
    ]


def schema() -> Mapping[str, Any]:
    """JSON Schema of the configuration file, with what each key means."""
    found = Settings.model_json_schema()
    found |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "description": ""}
    found["title"], found["description"] = "selfstarter", "Settings of selfstarter (config.toml)"
    for one in manifest():
        about = {"description": one.does, "x-variable": one.variable, "x-narrows": one.narrows}
        found["properties"][one.name] |= about | ({"x-flag": one.flag} if one.flag else {})
    return found


def explain(
    given: Mapping[str, Any] | None = None, workspace: Path | None = None
) -> Sequence[Explained]:
    """Each setting, its value, and every place that says something of it. Raises BadSetting."""
    return explained(layers(given, workspace=workspace))


def explained(found: Sequence[Layer]) -> Sequence[Explained]:
    """As `explain`, of these layers; of none: the defaults. Raises BadSetting."""
    settings, origin = merged(found)
    values = shown(settings)
    return [
        Explained(
            setting=one,
            value=values[one.name],
            kind=origin[one.name].kind if one.name in origin else "default",
            said=[
                Stated(layer.kind, layer.place(one.name), of_layer(layer, one.name))
                for layer in found
                if one.name in layer.values
            ],
        )
        for one in manifest()
    ]


def setting(name: str) -> Setting:
    """Raises BadSetting: there is none of that name."""
    if name not in NAMES:
        raise BadSetting("{why}", why=unknown(name))
    return next(one for one in manifest() if one.name == name)


def put(name: str, words: Sequence[str]) -> Path:
    """Write a setting into the person's file, which keeps its comments. Raises BadSetting: then
    nothing is changed."""
    setting(name)
    many = isinstance(defaults()[name], list)
    given: Any = " ".join(words) if many else words[0] if len(words) == 1 else None
    if given is None:
        raise BadSetting("{name} takes one value, not {number}.", name=name, number=len(words))
    if name == "model":
        given = kept_model(of_a_known_form(given))
    value = validated({name: given}, {}).model_dump(mode="json")[name]
    if value is None:
        raise BadSetting("To have no {name}, run: selfstarter config unset {name}", name=name)
    document, layer = opened()
    rest = {key: value for key, value in layer.values.items() if key != name}
    validated_layer(replace(layer, values=rest))
    document[name] = value
    return written(document)


def take_out(name: str) -> bool:
    """Whether it stood in the person's file, whose other keys may be wrong. Raises BadSetting."""
    document, _ = opened()
    if name not in document:
        setting(name)
        return False
    document.remove(name)
    written(document)
    return True


def begun_edit() -> Path:
    """A draft beside the person's file, with what stands in it. Raises BadSetting."""
    path = config_file()
    draft = path.with_name("config.draft.toml")
    text = contents(path) or "# Settings; what each means: selfstarter config explain\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.write_text(text, "utf-8")
    except OSError as error:
        raise BadSetting("{draft} cannot be written: {error}.", draft=draft, error=error) from error
    return draft


def ended_edit(draft: Path) -> Path:
    """The draft becomes the person's file. Raises BadSetting: it is wrong, and stays a draft."""
    validated_layer(from_file("user file", draft))
    return draft.replace(config_file())


def opened() -> "tuple[TOMLDocument, Layer]":
    """The person's file, with its comments and without. Raises BadSetting: it is no TOML."""
    import tomlkit

    path = config_file()
    return tomlkit.parse(contents(path)), as_written("user file", path)


def written(document: "TOMLDocument") -> Path:
    """Whole or not at all."""
    path = config_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".config-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(document.as_string())
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError as error:
        raise BadSetting("{path} cannot be written: {error}.", path=path, error=error) from error
    return path


def validated_layer(layer: Layer) -> Settings:
    return validated(layer.values, dict.fromkeys(layer.values, layer))


def of_layer(layer: Layer, name: str) -> Any:
    return shown(validated({name: layer.values[name]}, {name: layer}))[name]


def shown(settings: Settings) -> dict[str, Any]:
    """As JSON; a password in an address is not shown."""
    values = settings.model_dump(mode="json")
    return {key: without_password(value) for key, value in values.items()}


def without_password(value: Any) -> Any:
    return re.sub(r"//[^/@\s]*@", "//***@", value) if isinstance(value, str) else value


def defaults() -> dict[str, Any]:
    return Settings().model_dump(mode="json")


@cache
def docs() -> Mapping[str, str]:
    """The docstring below each setting, in one line."""
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    name = ""
    for node in body.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)):
                pass
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                found[name], name = " ".join(text.split()), ""
            case _:
                name = ""
    return found


def kind_of(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"enum": [*values]}:
            return " or ".join(f'"{value}"' for value in values)
        case {"anyOf": [*kinds]}:
            return " or ".join(kind_of(kind) for kind in kinds if kind.get("type") != "null")
        case {"type": "array", "items": items}:
            return f"array of {kind_of(items)}"
        case {"format": "path"}:
            return "path"
        case _:
            return str(schema.get("type", "string"))
