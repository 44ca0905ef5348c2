"""A recipe: a goal with holes, what may fill them, and the checks that come with it."""

import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from selfstarter.core.contract import Check, Criterion
from selfstarter.core.errors import BadSetting
from selfstarter.core.said import did_you_mean
from selfstarter.settings import config_file, contents

HOLE = re.compile(r"\{([a-z_]+)\}")
SHIPPED = Path(__file__).parent
CHECK: TypeAdapter[Check] = TypeAdapter(Check)


class Parameter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    does: str
    default: str | None = None
    """None: it must be given."""
    input: bool = False
    """A file or folder that is read: it must be there before a run begins."""


class Recipe(BaseModel):
    """As it stands in a TOML file; `title`, `goal` and `checks` may hold {parameters}."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    does: str
    goal: str = Field(min_length=1)
    parameters: Mapping[str, Parameter] = Field(default_factory=dict[str, Parameter])
    checks: tuple[dict[str, Any], ...] = ()
    """A `text` for a person, and a check of core/contract.py by its `kind`."""


@dataclass(frozen=True, slots=True)
class Filled:
    goal: str
    checks: Sequence[Criterion]


def own_folder() -> Path:
    return config_file().parent / "recipes"


def recipes() -> Mapping[str, Path]:
    """The person's own hide those of the same name that came with the installation."""
    found = {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}
    return found | {path.stem: path for path in sorted(own_folder().glob("*.toml"))}


def recipe(name: str) -> Recipe:
    """Raises BadSetting: there is none of that name, or its file is wrong."""
    found = recipes()
    if name not in found:
        raise BadSetting(
            "There is no recipe {name!r}.{meant} Known: {found}; your own lie in {folder}.",
            name=name,
            meant=did_you_mean(*map(repr, get_close_matches(name, found, n=1))),
            found=", ".join(found),
            folder=own_folder(),
        )
    path = found[name]
    try:
        read = Recipe.model_validate(tomllib.loads(contents(path)))
        blanks = {key: one.default or key for key, one in read.parameters.items()}
        filled(read, blanks)  # every hole has a parameter, every check is one
    except (ValidationError, ValueError, RecursionError, BadSetting) as error:
        raise BadSetting("The recipe {path} is wrong: {why}", path=path, why=said(error)) from error
    return read


def given(words: Sequence[str]) -> Mapping[str, str]:
    """`report=out.md` as a mapping. Raises BadSetting."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise BadSetting("{word!r} is no parameter of a recipe; write NAME=VALUE.", word=word)
        found[name] = value
    return found


def filled(recipe: Recipe, values: Mapping[str, str]) -> Filled:
    """Raises BadSetting: a parameter is missing or unknown."""
    known = recipe.parameters
    if strangers := sorted(values.keys() - known.keys()):
        names = ", ".join(known) or "none"
        raise BadSetting(
            "{stranger!r} is no parameter of this recipe. Known: {names}.",
            stranger=strangers[0],
            names=names,
        )
    all_values = {name: values.get(name, one.default) for name, one in known.items()}
    for name, value in all_values.items():
        if value is None:
            raise BadSetting(
                "The recipe needs {name}=… ({does}).", name=name, does=known[name].does
            )
    texts = {name: value or "" for name, value in all_values.items()}
    checks = [
        Criterion(
            id=f"r{number}",
            text=put_in(str(check.get("text", "")), texts),
            check=CHECK.validate_python(
                {key: of_check(key, value, texts) for key, value in check.items() if key != "text"}
            ),
        )
        for number, check in enumerate(recipe.checks, 1)
    ]
    return Filled(" ".join(put_in(recipe.goal, texts).split()), checks)


def is_all_there(recipe: Recipe, values: Mapping[str, str], workspace: Path) -> None:
    """Raises BadSetting: a file or folder that is to be read is not in the workspace."""
    for name, one in recipe.parameters.items():
        value = values.get(name, one.default) or ""
        file = workspace / value.partition("::")[0]  # behind it a test is named
        if not one.input or not value or file.exists() or not workspace.is_dir():
            continue
        raise BadSetting(
            "{name}={value}: there is no such file or folder in {workspace}.{meant} It is what the"
            " recipe reads ({does}); name it as {name}=…",
            name=name,
            value=value,
            workspace=workspace.resolve(),
            meant=did_you_mean(*likely(value, workspace)),
            does=one.does,
        )


def likely(value: str, workspace: Path) -> Sequence[str]:
    """What is beside it with a like name, else with the same suffix."""
    beside = (workspace / value).parent
    there = [path for path in sorted(beside.glob("*")) if not path.name.startswith(".")]
    names = {path.name: str(Path(value).parent / path.name) for path in there}
    found = get_close_matches(Path(value).name, names, n=3)
    found = found or [path.name for path in there if path.suffix == Path(value).suffix][:3]
    return [names[name] for name in found]


def of_check(key: str, value: Any, texts: Mapping[str, str]) -> Any:
    """In a command a value is one word of the shell, whatever it holds."""
    quoted = {name: shlex.quote(text) for name, text in texts.items()}
    return put_in(value, quoted if key == "command" else texts) if isinstance(value, str) else value


def put_in(text: str, values: Mapping[str, str]) -> str:
    """Raises BadSetting: a hole has no parameter."""

    def value(hole: re.Match[str]) -> str:
        if hole[1] not in values:
            raise BadSetting("{{{hole}}} is no parameter.", hole=hole[1])
        return values[hole[1]]

    return HOLE.sub(value, text)


def said(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
