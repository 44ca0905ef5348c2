"""What the API says of itself is true: whatever is sent, every answer is one that it describes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from server_parts import DRAFT, FINISH, PLAN, WRAP_UP, WRITE, Server

SECONDS = os.environ.get("API_TEST_S", "10")
"""`make api-test` gives more."""
NOT_SAID = "positive_data_acceptance"
"""No description can say that a workspace must be a folder, or that `say` says something."""
NEVER_ENDS = "/api/v1/events/stream"
A_FORM_IS_TEXT = """
[[operations]]
include-path-regex = "/artifacts$"
include-method = "POST"

[operations.checks.negative_data_rejection]
enabled = false
"""
"""A form's field that was meant as `false` goes over the wire as the name "false", a good one."""


@pytest.fixture
def harmless(home: Path, tmp_path: Path, script: Callable[..., str]) -> Iterator[Server]:
    """A server whose runs have a script for a model, whatever they are asked."""
    started = Server(home, tmp_path, model=script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH))
    yield started
    started.end()


def test_every_answer_is_one_that_is_described(harmless: Server, tmp_path: Path) -> None:
    run_id = harmless.begin("")
    harmless.ended(run_id)
    (tmp_path / "schemathesis.toml").write_text(A_FORM_IS_TEXT, "utf-8")
    argv = [sys.executable, "-P", "-m", "schemathesis.cli", "run"]
    argv += [f"{harmless.address}/api/v1/openapi.json", "--header"]
    argv += [f"Authorization: Bearer {harmless.token}", "--exclude-checks", NOT_SAID]
    argv += ["--exclude-path", NEVER_ENDS, "--max-time", SECONDS, "--seed", "1", "--no-color"]
    ran = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
