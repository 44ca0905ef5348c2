"""The wheel and the sdist hold everything, and the wheel alone works: no clone, no Node."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked(*under: str) -> set[str]:
    argv = ["git", "ls-files", "-z", *under]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip("this is no clone")
    return {name for name in ran.stdout.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both, built from the tracked files alone, as in a clean clone."""
    clone, out = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("dist")
    for name in tracked():
        target = clone / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    argv = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    ran = subprocess.run(argv, cwd=clone, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as found:
        names = set(found.namelist())
    wanted = {name.removeprefix("src/") for name in tracked("src/selfstarter")}
    wanted |= {f"selfstarter/{name}" for name in tracked("examples")}
    assert wanted <= names
    for ending in (".md", ".toml", ".html", ".js", ".css", ".svg"):
        assert any(name.endswith(ending) for name in wanted), ending
    left = {name for name in names - wanted if ".dist-info/" not in name}
    assert not left, "files that nobody has looked at"


def test_the_sdist_holds_what_the_wheel_is_built_from(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as found:
        names = {name.partition("/")[2] for name in found.getnames()}
    assert tracked("src", "examples", "requirements", "docs") <= names
    assert {"pyproject.toml", "README.md", "LICENSE"} <= names
    assert not any("node_modules" in name or name.startswith(".venv") for name in names)


def test_the_wheel_alone_does_a_recipe_and_serves_its_page(wheel: Path, tmp_path: Path) -> None:
    """In a folder of its own, beside the packages it requires; nothing of the clone is in reach."""
    there, work = tmp_path / "there", tmp_path / "work"
    work.mkdir()
    with zipfile.ZipFile(wheel) as found:
        found.extractall(there)
    (tmp_path / "script.json").write_text(json.dumps({"replies": [{"text": "ready"}]}))
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SELFSTARTER_", "PYTHON"))}
    env = kept | {
        "PYTHONPATH": os.pathsep.join([str(there), sysconfig.get_path("purelib")]),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "SELFSTARTER_HOME": str(tmp_path / "home"),
    }
    code = """
import sys
from pathlib import Path
import selfstarter
from selfstarter.cli import main
assert selfstarter.__file__.startswith(sys.argv[1]), selfstarter.__file__
from selfstarter.recipes.recipe import recipes
from selfstarter.server.application import PAGE
from selfstarter.app import example
from selfstarter.prompts import prompt
from selfstarter.settings import load
assert len(recipes()) >= 5
assert (PAGE / "index.html").is_file() and list((PAGE / "assets").glob("*.js"))
assert example("competitive-analysis", load())[0]
main(["models", "test", sys.argv[2]])
"""
    argv = [sys.executable, "-S", "-P", "-c", code, str(there), f"scripted:{tmp_path}/script.json"]
    ran = subprocess.run(argv, cwd=work, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and "answered" in ran.stdout, ran.stdout + ran.stderr
    code = 'from selfstarter.cli import main; main(["ui", "--no-open", "--port", "0"])'
    env["PATH"] = str(tmp_path)  # no Node, nor anything else
    argv = [sys.executable, "-S", "-P", "-c", code]
    served = subprocess.Popen(argv, cwd=work, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout
        said = served.stdout.readline()
        address, _, token = said.removeprefix("Open ").strip().partition("/#t=")
        (entry,) = re.findall(r'src="(/assets/[^"]+\.js)"', httpx2.get(address).text)
        assert len(httpx2.get(address + entry).content) > 100_000
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx2.get(f"{address}/api/v1/runs", headers=headers).json()["runs"] == []
    finally:
        served.terminate()
        served.wait()


def test_the_container_builds_from_the_wheel_and_runs_as_nobody_special() -> None:
    """Read, not built: no registry of images is in reach of the tests."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    user = text.index("\nUSER selfstarter\n")
    assert text.index("pip wheel") < user < text.index("ENTRYPOINT")
    assert "--require-hashes" in text and "requirements/run.txt" in text and "-slim" in text
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".git", ".venv*", "ui/node_modules"} <= set(ignored)
