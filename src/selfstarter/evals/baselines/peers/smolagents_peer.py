# pyright: basic, reportMissingImports=false
"""smolagents' CodeAgent: it acts in Python, and its code may import what it likes."""

from importlib import metadata
from typing import Any


def version() -> str:
    import smolagents  # noqa: F401

    return metadata.version("smolagents")


def run(job: Any) -> dict[str, Any]:
    from smolagents import CodeAgent, OpenAIModel

    model: Any = OpenAIModel(
        job.model, api_base=job.url, api_key="none", temperature=0.0, seed=job.seed
    )
    agent: Any = CodeAgent(
        tools=[],
        model=model,
        additional_authorized_imports=["*"],
        executor_kwargs={"additional_functions": {"open": open}, "timeout_seconds": 120},
        max_steps=job.steps,
        return_full_result=True,
        instructions="You work in the current folder; read and write files with open().",
    )
    result = agent.run(job.goal)
    steps = sum("step_number" in step for step in result.steps)
    ending = "done" if result.state == "success" else "out_of_budget"
    return {"ending": ending, "answer": result.output, "steps": steps}
