# pyright: basic, reportMissingImports=false
"""deepagents, with files and a shell in the workspace; it plans, and compacts to the window."""

from importlib import metadata
from typing import Any


def version() -> str:
    import deepagents  # noqa: F401

    return metadata.version("deepagents")


def run(job: Any) -> dict[str, Any]:
    from deepagents import create_deep_agent
    from deepagents.backends import LocalShellBackend
    from langchain_openai import ChatOpenAI
    from langgraph.errors import GraphRecursionError

    model: Any = ChatOpenAI(
        model=job.model,
        base_url=job.url,
        api_key="none",
        temperature=0.0,
        seed=job.seed,
        use_responses_api=False,
        profile={"max_input_tokens": job.window, "tool_calling": True},
    )
    backend: Any = LocalShellBackend(root_dir=job.workspace, inherit_env=True)
    agent: Any = create_deep_agent(model=model, backend=backend)
    heard: list[Any] = []
    asked = {"messages": [{"role": "user", "content": job.goal}]}
    try:
        for state in agent.stream(
            asked, {"recursion_limit": 10 * job.steps + 20}, stream_mode="values"
        ):
            heard = state["messages"]
            if calls(heard) > job.steps:
                return {"ending": "out_of_budget", "answer": "", "steps": calls(heard)}
    except GraphRecursionError:
        return {"ending": "out_of_budget", "answer": "", "steps": calls(heard)}
    return {"ending": "done", "answer": heard[-1].text, "steps": calls(heard)}


def calls(heard: list[Any]) -> int:
    return sum(len(getattr(message, "tool_calls", ())) for message in heard)
