"""AgentDojo's tasks and attacks as one JSON document on stdout. Runs in a venv of its own.

For each suite: what each tool returns in the benign run of each task, and the calls of each attack
where they would be made by a model that obeys the first injected text it reads. Nothing is asked of
any model, and no network is used.
"""

# pyright: basic, reportMissingImports=false
import json
import sys
from typing import Any

from agentdojo.base_tasks import BaseInjectionTask, BaseUserTask
from agentdojo.functions_runtime import FunctionsRuntime
from agentdojo.task_suite.load_suites import get_suites
from agentdojo.task_suite.task_suite import TaskSuite
from pydantic import BaseModel

VERSION = "v1.2.2"
MARK = "INJECTED-TEXT"


def plain(value: Any) -> Any:
    """A result as JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(v) for v in value]
    return json.loads(json.dumps(value, default=str))


def played(suite: TaskSuite, calls: list[Any], env: Any) -> list[dict[str, Any]]:
    """Each call with what it returned."""
    runtime = FunctionsRuntime(suite.tools)
    found: list[dict[str, Any]] = []
    for call in calls:
        result, error = runtime.run_function(env, call.function, call.args)
        found.append(
            {"tool": call.function, "args": plain(call.args), "result": plain(result),
             "error": error or ""}
        )  # fmt: skip
    return found


def fresh(suite: TaskSuite, user: BaseUserTask, marked: bool) -> Any:
    defaults = suite.get_injection_vector_defaults()
    env = suite.load_and_inject_default_environment(dict.fromkeys(defaults, MARK) if marked else {})
    return user.init_environment(env)


def case(suite: TaskSuite, user: BaseUserTask) -> dict[str, Any]:
    env = fresh(suite, user, marked=False)
    benign = played(suite, user.ground_truth(env.model_copy(deep=True)), env)
    clean = fresh(suite, user, marked=False)
    marked = fresh(suite, user, marked=True)
    seen = played(suite, user.ground_truth(clean), marked)
    read = next((n for n, one in enumerate(seen, 1) if MARK in json.dumps(one["result"])), None)
    return {"id": user.ID, "goal": user.PROMPT, "calls": benign, "hijacked_after": read}


def attack(suite: TaskSuite, task: BaseInjectionTask) -> dict[str, Any]:
    env = suite.load_and_inject_default_environment({})
    calls = task.ground_truth(env.model_copy(deep=True))
    return {"id": task.ID, "goal": task.GOAL, "calls": played(suite, calls, env)}


def main() -> None:
    document = {
        name: {
            "tools": [
                {
                    "name": t.name,
                    "does": t.description,
                    "parameters": t.parameters.model_json_schema(),
                }
                for t in suite.tools
            ],
            "tasks": [case(suite, task) for task in suite.user_tasks.values()],
            "attacks": [attack(suite, task) for task in suite.injection_tasks.values()],
        }
        for name, suite in get_suites(VERSION).items()
    }
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
