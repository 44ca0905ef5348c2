# pyright: basic, reportMissingImports=false
"""pydantic-ai, with the file and shell tools of its own harness."""

from importlib import metadata
from typing import Any


def version() -> str:
    import pydantic_ai_harness  # noqa: F401

    harness = metadata.version("pydantic-ai-harness")
    return f"{metadata.version('pydantic-ai-slim')} with harness {harness}"


def run(job: Any) -> dict[str, Any]:
    from pydantic_ai import Agent, UsageLimitExceeded, UsageLimits, capture_run_messages
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai_harness import FileSystem, Shell

    provider = OpenAIProvider(base_url=job.url, api_key="none")
    capabilities: list[Any] = [
        FileSystem(root_dir=job.workspace),
        Shell(cwd=job.workspace, default_timeout=120),
    ]
    agent: Any = Agent(
        OpenAIChatModel(job.model, provider=provider),
        instructions="Solve the task in the working directory with your tools, then say what the"
        " answer is or what you did.",
        capabilities=capabilities,
        model_settings={"temperature": 0.0, "seed": job.seed},
    )
    with capture_run_messages() as messages:
        try:
            result = agent.run_sync(job.goal, usage_limits=UsageLimits(request_limit=job.steps + 1))
        except UsageLimitExceeded:
            ending, answer = "out_of_budget", ""
        else:
            ending, answer = "done", result.output
    steps = sum(part.part_kind == "tool-call" for said in messages for part in said.parts)
    return {"ending": ending, "answer": answer, "steps": steps}
