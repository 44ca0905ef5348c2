"""What a model may say to the harness itself, shown to it as tools. `choose` takes these calls."""

from selfstarter.core.events import DELEGATE
from selfstarter.core.ports import JsonSchema, ToolSpec

TEXT: JsonSchema = {"type": "string"}
IDS: JsonSchema = {"type": "array", "items": TEXT, "description": "ids of tasks in the plan"}


def control_specs(attended: bool, delegates: bool, disputes: bool) -> tuple[ToolSpec, ...]:
    """A model that nobody listens to is not shown how to ask. `disputes`: it may call a check
    wrong."""
    asking = (ASK_PERSON,) if attended else ()
    end = FINISH_OR_DISPUTE if disputes else FINISH
    return (REVISE_PLAN, *((DELEGATE_GOALS,) if delegates else ()), *asking, end)


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
    " that are done. Call it beside your next call, in the same reply, with `done` as soon as tasks"
    " are finished.",
    taking(
        add={
            "type": "array",
            "items": taking(title=TEXT, done_when=TEXT, required=("title", "done_when")),
        },
        drop=IDS,
        done=IDS | {"description": "ids of tasks that are finished"},
        reason=TEXT
        | {"description": "of what is added or dropped: what you saw that calls for it"},
        required=(),
    ),
)
DELEGATE_GOALS = ToolSpec(
    DELEGATE,
    "Give a part of the goal to a child run; it works in this folder and returns its answer, files"
    " and checked criteria. It sees nothing of this talk: say all it must know. Several goals run"
    " side by side and may only read: they have no run_python and no run_shell.",
    taking(
        goals={
            "type": "array",
            "items": taking(
                goal=TEXT | {"description": "complete in itself"},
                done_when={"type": "array", "items": TEXT},
                files={"type": "array", "items": TEXT, "description": "inputs"},
                required=("goal",),
            ),
        },
        share={
            "type": "number",
            "description": "of the budget left, for all; default 0.5. Steps, too",
        },
        required=("goals",),
    ),
)
ASK_PERSON = ToolSpec(
    "ask_person",
    "Ask the person a question. Only when a wrong guess could not be undone.",
    taking(question=TEXT, required=("question",)),
)
FINISH = ToolSpec(
    "finish",
    "Say that every criterion is met, or what cannot be. It is checked by machine.",
    taking(
        summary=TEXT | {"description": "what was done, or the answer to the question"},
        missing=TEXT
        | {
            "description": "only where a part cannot be done here, whatever is tried: which one and"
            " why. The run then ends without it"
        },
        required=("summary",),
    ),
)
DISPUTED: JsonSchema = {
    "type": "array",
    "description": "failed checks that no right result of the goal can pass, with what is to hold"
    " instead and a command that looks at all of that. Somebody else decides, by goal and files."
    " Not criteria that a judge decides",
    "items": taking(
        criterion=TEXT | {"description": "its words"},
        why=TEXT,
        text=TEXT | {"description": "what is to hold instead"},
        command=TEXT,
        required=("criterion", "why", "text", "command"),
    ),
}
FINISH_OR_DISPUTE = ToolSpec(
    FINISH.name,
    FINISH.does,
    {**FINISH.parameters, "properties": {**FINISH.parameters["properties"], "disputed": DISPUTED}},
)
