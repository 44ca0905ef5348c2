"""A tool is a typed function: its name, docstring and annotations are what the model sees."""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from selfstarter.core.arguments import Json, in_a_note, named, retyped, spelled
from selfstarter.core.errors import BadSetting, NoSandbox, ToolFailed
from selfstarter.core.loose_json import NO_JSON
from selfstarter.core.ports import Effect, JsonSchema, Result

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
EFFECTS: tuple[Effect, ...] = get_args(Effect)
AS_JSON = (
    "Call it again with one JSON object: names and texts in double quotes, a line break as \\n, a"
    ' quote within a text as \\".'
)
NO_SUCH = "there is no argument `{name}`"
SAYS_NOTHING = ("none", "false", "", "utf-8", "utf8")
"""Values that ask for what is done anyway."""
DATA = ("default", "const", "enum", "examples")
"""Schema keywords whose value is data: a "title" in there is the tool's own."""


@dataclass(frozen=True, slots=True)
class FunctionTool:
    name: str
    does: str
    effect: Effect
    parameters: JsonSchema
    arguments: type[BaseModel]
    function: Callable[..., Awaitable[str | Result]]
    takes_key: bool = False
    reads_untrusted: bool = False
    reads_private: bool = False
    egress: bool = False

    async def __call__(self, args: Mapping[str, Any], key: str) -> Result:
        parsed, repairs = self._parsed(args)
        if isinstance(parsed, Result):
            return parsed
        values = dict(parsed)
        if self.takes_key:
            values["key"] = key
        try:
            given = await self.function(**values)
        except ToolFailed as failed:
            given = Result(
                failed.failure,
                error=str(failed),
                next_action=failed.next_action,
                ours=failed.ours,
            )
        except NoSandbox as none:
            given = Result("denied", error=str(none), ours=True)
        return noted(self._result(given), repairs)

    def _parsed(self, args: Mapping[str, Any]) -> tuple[BaseModel | Result, list[str]]:
        """The arguments, and what had to be repaired; or the Result that says what is wrong."""
        if NO_JSON in args:
            wrong = f"{self.name} did not run: its arguments are no JSON."
            return Result("permanent", error=wrong, next_action=AS_JSON, ours=True), []
        try:
            return validated(self.arguments, args), []
        except ValidationError as error:
            wrong = error
        mended, repairs = repaired(self.arguments.model_fields, args)
        unknown = self._needless(mended)
        if not repairs and not unknown:
            return self._refusal(wrong), []
        known = {name: value for name, value in mended.items() if name not in unknown}
        left_out = [f"{name!r} is no argument of {self.name} and was left out" for name in unknown]
        try:
            return validated(self.arguments, known), [*repairs, *left_out]
        except ValidationError as error:
            return self._refusal(error, unknown), []

    def _needless(self, args: Mapping[str, Any]) -> list[str]:
        """Arguments that there are not, and that the call can do without: if it only reads, any;
        if it changes files, those that say nothing. What is sent or run is never guessed at."""
        fields = self.arguments.model_fields
        unknown = [name for name in args if not spelled(name, fields)]
        if self.effect == "read":
            return unknown
        idle = [name for name in unknown if str(args[name]).lower() in SAYS_NOTHING]
        return idle if self.effect == "repeatable" else []

    def _refusal(self, error: ValidationError, unknown: Sequence[str] = ()) -> Result:
        """`unknown`: arguments of which one may be meant for what is missing."""
        told = [problem(e["loc"], e["msg"], e["input"]) for e in error.errors()]
        told += [NO_SUCH.format(name=name) for name in unknown]
        wrong = "; ".join(told[:4])
        return Result(
            "permanent",
            error=f"Wrong arguments, {self.name} did not run: {wrong}.",
            next_action=f"Call {self.name} with {shape(self.parameters)}.",
            ours=True,
        )

    def _result(self, given: str | Result) -> Result:
        result = Result("ok", given) if isinstance(given, str) else given
        if result.status == "ok" and not result.output.strip() and not result.written:
            return Result("empty", f"{self.name} ran and gave no output.")
        return result


def tool(
    effect: Effect,
    *,
    reads_untrusted: bool = False,
    reads_private: bool = False,
    egress: bool = False,
) -> Callable[[Callable[..., Awaitable[str | Result]]], FunctionTool]:
    """Make a tool of an async function that returns a str (fine) or a Result.

    It may raise ToolFailed. A parameter named `key` is given the idempotency key and is not shown
    to the model. Descriptions of parameters: `Annotated[int, Field(description=...)]`.
    Raises BadSetting: no such effect.
    """
    if effect not in EFFECTS:  # the function itself, where the brackets are missing
        raise BadSetting(
            'A tool needs to say what a call of it may do: write @tool(effect="read") above the'
            " function, with one of {effects} (docs/extending.md).",
            effects=", ".join(EFFECTS),
        )

    def make(function: Callable[..., Awaitable[str | Result]]) -> FunctionTool:
        fields = fields_of(function)
        takes_key = fields.pop("key", None) is not None
        arguments = create_model(
            function.__name__,
            __config__=STRICT,
            **fields,
        )
        return FunctionTool(
            name=function.__name__,
            does=inspect.getdoc(function) or "",
            effect=effect,
            parameters=compact(arguments.model_json_schema()),
            arguments=arguments,
            function=function,
            takes_key=takes_key,
            reads_untrusted=reads_untrusted,
            reads_private=reads_private,
            egress=egress,
        )

    return make


def fields_of(function: Callable[..., object]) -> Json:
    """Parameter -> (type, default or ...), as pydantic wants it."""
    hints = get_type_hints(function, include_extras=True)
    fields: Json = {}
    for p in inspect.signature(function).parameters.values():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY) or p.name not in hints:
            raise TypeError(
                f"{function.__name__}: parameter {p.name!r} cannot be shown to a model;"
                " give it a name and an annotation"
            )
        fields[p.name] = (hints[p.name], ... if p.default is p.empty else p.default)
    return fields


def compact(schema: JsonSchema) -> JsonSchema:
    """The schema without the titles that pydantic makes of names; descriptions stay."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            items = cast(Json, value).items()
            return {
                k: v if k in DATA else strip(v)
                for k, v in items
                if not (k == "title" and isinstance(v, str))
            }
        return [strip(v) for v in cast(list[Any], value)] if isinstance(value, list) else value

    return cast(JsonSchema, strip(schema))


def validated(arguments: type[BaseModel], args: Mapping[str, Any]) -> BaseModel:
    """Checked as JSON and strictly: what is bent to fit is bent in `repaired`, and said."""
    try:
        text = json.dumps(args)
    except (TypeError, ValueError, RecursionError):  # not JSON, an endless number, too deep
        text = ""
    return arguments.model_validate_json(text)


def repaired(fields: Mapping[str, FieldInfo], args: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """The arguments mended where the repair is certain, and a clause for each repair."""
    inside, repairs = named(fields, args)
    values: Json = {}
    for name, value in inside.items():
        field = fields.get(name)
        if field is None or accepts(field, value):
            values[name] = value
        elif value is None and not field.is_required():
            repairs.append(f"null for {name!r} was read as its default")
        elif accepts(field, better := retyped(value)):
            values[name] = better
            repairs.append(f"{name!r} was read as {json.dumps(better)[:60]}")
        else:
            values[name] = value
    return values, repairs


def accepts(field: FieldInfo, value: object) -> bool:
    wanted: Any = (field.annotation, field)
    alone = create_model("alone", __config__=STRICT, value=wanted)
    try:
        validated(alone, {"value": value})
    except ValidationError:
        return False
    return True


def noted(result: Result, repairs: list[str]) -> Result:
    return result.noted(in_a_note(repairs)) if repairs else result


def problem(where: tuple[int | str, ...], message: str, given: object) -> str:
    name = ".".join(map(str, where))
    message = message[:1].lower() + message[1:]
    if not name:
        return message
    if message.startswith("field required"):
        return f"`{name}` is missing"
    if message.startswith("extra inputs"):
        return NO_SUCH.format(name=name)
    shown = repr(given)
    return f"`{name}`: {message}, got {shown[:80]}{'…' if len(shown) > 80 else ''}"


def shape(parameters: JsonSchema) -> str:
    """The arguments as one line: `path` (string), `start` (integer, 1 if left out)."""
    required = parameters.get("required", [])
    properties = cast(dict[str, Json], parameters.get("properties", {}))
    if not properties:
        return "no arguments: {}"
    return ", ".join(
        f"`{name}` ({kind(one)}{'' if name in required else left_out(one)})"
        for name, one in properties.items()
    )


def kind(schema: Json) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(v) for v in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    return str(schema.get("type", "object"))


def left_out(schema: Json) -> str:
    return f", {json.dumps(schema['default'])} if left out" if "default" in schema else ", optional"
