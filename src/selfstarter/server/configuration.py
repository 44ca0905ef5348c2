"""The settings: what each means, where its value is from; the person's own file is changed."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from selfstarter import config
from selfstarter.core.cleaning import clean
from selfstarter.core.said import Said
from selfstarter.server.desk import AtDesk, Desk
from selfstarter.server.language import Language
from selfstarter.server.shapes import Given
from selfstarter.settings import NAMES, LayerKind, config_file
from selfstarter.words import in_language

routes = APIRouter(prefix="/api/v1/config", tags=["settings"])
FIXED = ("home", "database", "tools")
"""Where this server works, and whose code it runs: not changed from a page."""


class Setting(BaseModel):
    name: str
    kind: str
    """As in the schema: `integer`, `"auto" or "on" or "off"`, `array of string`, …"""
    does: str
    value: Any
    """In force for new runs; a password in an address is not shown."""
    default: Any
    origin: LayerKind
    """What the value in force is from; the person's file is overruled by the environment."""
    variable: str
    in_file: bool
    """It stands in the person's file."""
    fixed: bool
    """It is changed by `selfstarter config set` only."""


class Settings(BaseModel):
    file: str
    settings: list[Setting]


class Value(Given):
    text: str = Field(max_length=4_000)
    """As on the command line; of a list, with blanks between."""


@routes.get("")
def every(desk: AtDesk, language: Language) -> Settings:
    return Settings(file=str(config_file()), settings=list(all_of(desk, language)))


@routes.get("/schema")
def schema() -> dict[str, Any]:
    """JSON Schema of the configuration file."""
    return dict(config.schema())


@routes.put("/{name}")
def change(name: str, said: Value, desk: AtDesk, language: Language) -> Setting:
    """Written into the person's file, and so for each run that is begun from now on."""
    changeable(name)
    if "//***@" in said.text:
        raise HTTPException(422, "The password is not shown here: write it in full.")
    config.put(name, [said.text])
    desk.reload()
    return one_of(desk, name, language)


@routes.delete("/{name}")
def unset(name: str, desk: AtDesk, language: Language) -> Setting:
    """Take it out of the person's file."""
    changeable(name)
    config.take_out(name)
    desk.reload()
    return one_of(desk, name, language)


def changeable(name: str) -> None:
    if name not in NAMES:
        raise HTTPException(404, f"There is no setting {name[:100]!r}.")
    if name in FIXED:
        raise HTTPException(409, f"{name} is changed on the machine: selfstarter config set {name}")


def one_of(desk: Desk, name: str, language: str) -> Setting:
    return next(one for one in all_of(desk, language) if one.name == name)


def all_of(desk: Desk, language: str) -> list[Setting]:
    # `home` is given to every server, so that it says nothing of where it comes from.
    return [
        Setting(
            name=one.setting.name,
            kind=one.setting.kind,
            does=in_language(language, Said(one.setting.does)),
            value=shown(one.value),
            default=shown(one.setting.default),
            origin=one.kind,
            variable=one.setting.variable,
            in_file=any(said.kind == "user file" for said in one.said),
            fixed=one.setting.name in FIXED,
        )
        for one in config.explain({"home": Path(desk.settings.home)})
    ]


def shown(value: Any) -> Any:
    if isinstance(value, list):
        return [shown(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return clean(value) if isinstance(value, str) else value
