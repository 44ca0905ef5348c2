# pyright: basic, reportMissingImports=false
"""smolagents' ToolCallingAgent, with tools for files and programs."""

import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any


def version() -> str:
    import smolagents  # noqa: F401

    return metadata.version("smolagents")


def list_files() -> str:
    """Lists the files of the working folder and of the folders in it."""
    return "\n".join(sorted(str(path) for path in Path().rglob("*") if path.is_file()))


def read_file(path: str) -> str:
    """Reads a text file.

    Args:
        path: Its path in the working folder.
    """
    return Path(path).read_text("utf-8", errors="replace")


def write_file(path: str, content: str) -> str:
    """Writes a text file, in place of one that is there.

    Args:
        path: Its path in the working folder.
        content: The whole content.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(content, "utf-8")
    return f"Wrote {path}."


def run_shell(command: str) -> str:
    """Runs a bash command in the working folder (python is there, with pandas) and returns its
    output.

    Args:
        command: The command.
    """
    ran = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False
    )
    return f"status {ran.returncode}\n{(ran.stdout + ran.stderr)[-8_000:]}"


def run(job: Any) -> dict[str, Any]:
    from smolagents import OpenAIModel, ToolCallingAgent, tool

    model: Any = OpenAIModel(
        job.model, api_base=job.url, api_key="none", temperature=0.0, seed=job.seed
    )
    agent: Any = ToolCallingAgent(
        tools=[tool(one) for one in (list_files, read_file, write_file, run_shell)],
        model=model,
        max_steps=job.steps,
        return_full_result=True,
    )
    result = agent.run(job.goal)
    steps = sum("step_number" in step for step in result.steps)
    ending = "done" if result.state == "success" else "out_of_budget"
    return {"ending": ending, "answer": result.output, "steps": steps}
