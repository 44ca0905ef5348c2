# pyright: basic, reportMissingImports=false
"""mini-swe-agent's DefaultAgent with the configuration of its own command: bash as a native tool,
or, for a small model, in a fenced block."""

import os
from importlib import metadata
from typing import Any

ENVIRON = {
    "MSWEA_SILENT_STARTUP": "1",
    "MSWEA_COST_TRACKING": "ignore_errors",
    "MSWEA_MODEL_RETRY_STOP_AFTER_ATTEMPT": "2",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
}
HOW_TO_ANSWER = (
    " (If an answer is wanted, print it in that last command, on the lines after"
    " COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT.)"
)
"""What it hands in is else nothing but the state of the folder."""


def version() -> str:
    os.environ.update(ENVIRON)
    import minisweagent.agents.default  # noqa: F401

    return metadata.version("mini-swe-agent")


def run(job: Any) -> dict[str, Any]:
    os.environ.update(ENVIRON)
    from minisweagent.agents.default import DefaultAgent
    from minisweagent.config import get_config_from_spec
    from minisweagent.environments.local import LocalEnvironment
    from minisweagent.models.litellm_model import LitellmModel
    from minisweagent.models.litellm_textbased_model import LitellmTextbasedModel

    config = get_config_from_spec("mini_textbased.yaml" if job.small else "mini.yaml")
    asked = config["model"].pop("model_kwargs", {}) | {
        "api_base": job.url,
        "api_key": "none",
        "temperature": 0.0,
        "seed": job.seed,
    }
    kind = LitellmTextbasedModel if job.small else LitellmModel
    model = kind(model_name=f"openai/{job.model}", model_kwargs=asked, **config["model"])
    place = LocalEnvironment(cwd=job.workspace, **config["environment"])
    settings = {"step_limit": job.steps, "cost_limit": 0.0}
    known = ("system_template", "instance_template")
    agent = DefaultAgent(model, place, **{n: config["agent"][n] for n in known}, **settings)
    ended = agent.run(job.goal + HOW_TO_ANSWER)
    replies = [message for message in agent.messages if message["role"] == "assistant"]
    steps, said = len(replies), replies[-1].get("content") if replies else ""
    match ended.get("exit_status"):
        case "Submitted":
            return {"ending": "done", "answer": ended["submission"].strip() or said, "steps": steps}
        case "LimitsExceeded":
            return {"ending": "out_of_budget", "answer": "", "steps": steps}
        case other:
            return {"ending": "failed", "answer": "", "why": str(other), "steps": steps}
