"""What a model may say to the harness itself, shown to it as tools. `choose` takes these calls."""

from selfstarter.core.ports import JsonSchema, ToolSpec

TEXT: JsonSchema = {"type": "string"}
IDS: JsonSchema = {"type": "array", "items": TEXT, "description": "ids of tasks in the plan"}


def control_specs(attended: bool) -> tuple[ToolSpec, ...]:
    """A model that nobody listens to is not shown how to ask."""
    return (REVISE_PLAN, ASK_PERSON, FINISH) if attended else (REVISE_PLAN, FINISH)


def taking(*, required: tuple[str, ...], **properties: JsonSchema) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


REVISE_PLAN = ToolSpec(
    "revise_plan",
    "Change the plan: add tasks that turned out to be needed, drop those that are not, mark those"
    " that are done.",
    taking(
        add={
            "type": "array",
            "items": taking(title=TEXT, done_when=TEXT, required=("title", "done_when")),
        },
        drop=IDS,
        done=IDS,
        reason=TEXT | {"description": "what you saw that calls for it"},
        required=("reason",),
    ),
)
ASK_PERSON = ToolSpec(
    "ask_person",
    "Ask the person a question. Only when a wrong guess could not be undone.",
    taking(question=TEXT, required=("question",)),
)
FINISH = ToolSpec(
    "finish",
    "Say that every criterion is met. It is checked by machine.",
    taking(
        summary=TEXT | {"description": "what was done, or the answer to the question"},
        required=("summary",),
    ),
)
