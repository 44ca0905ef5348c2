"""The official conformance kit of the Model Context Protocol against a real server: every scenario
of its server suite that asks for no fixture of the kit's own (its other scenarios call tools, and
read resources and prompts, that only a server made for the kit has)."""

import os
import subprocess
from pathlib import Path

import pytest
from server_parts import Server

KITS = Path(__file__).parents[2] / "kits"
MODULES = KITS / "node_modules"
NODE = MODULES / "node" / "bin" / "node"
KIT = MODULES / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"


@pytest.mark.skipif(
    not (NODE.exists() and KIT.exists()),
    reason="the kit is not installed: `make api-test` does, where npm is",
)
@pytest.mark.parametrize(
    ("scenario", "checks"),
    [
        ("server-initialize", 1),
        ("ping", 1),
        ("tools-list", 1),
        ("server-sse-multiple-streams", 2),
        ("dns-rebinding-protection", 2),
    ],
)
def test_the_official_kit_finds_nothing_wrong(
    idle: Server, tmp_path: Path, scenario: str, checks: int
) -> None:
    argv = [NODE, "--import", KITS / "token.mjs", KIT, "server", "--url", f"{idle.address}/mcp"]
    ran = subprocess.run(
        [*argv, "--scenario", scenario],
        cwd=tmp_path,  # it writes what it found beside itself
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TOKEN": idle.token},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"Passed: {checks}/{checks}, 0 failed, 0 warnings" in ran.stdout, ran.stdout
    assert ran.returncode == 0
