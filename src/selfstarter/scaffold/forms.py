"""What forms have in common: the shape of a reply, and the file that is written of it."""

from collections.abc import Mapping

from selfstarter.core.events import CallChosen
from selfstarter.core.ports import JsonSchema
from selfstarter.core.state import State


def all_of(properties: Mapping[str, JsonSchema]) -> JsonSchema:
    """An object with each of these and nothing else."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def writing(path: str, content: str, state: State) -> CallChosen:
    return CallChosen(
        call_id=f"{state.spent.steps + 1}",
        tool="write_file",
        args={"path": path, "content": content},
    )
