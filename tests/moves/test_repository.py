"""What a bigger model is told of the git repository that it works in, and that git runs nothing for
it."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from plays import laid, needs_sandbox

from selfstarter.app import pursue
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

pytestmark = needs_sandbox
SETTINGS = "-c user.email=a@example.invalid -c user.name=A -c init.defaultBranch=main"


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *SETTINGS.split(), *words], cwd=folder, check=True, capture_output=True)


def listing(workspace: Path, home: Path, small: bool = False) -> list[str]:
    model = ScriptedModel.of({"text": "no"}, small=small)
    settings = Settings(model="scripted", home=home, steps=1)
    outcome = asyncio.run(pursue("Do it", workspace, settings, model=model))
    assert outcome.state.scouted
    return outcome.state.scouted.listing.splitlines()


@pytest.fixture
def repository(workspace: Path) -> Path:
    laid(workspace, {"a.py": "a = 1\n", "b/ü.py": "b = 1\n", ".gitignore": "*.log\n"})
    git(workspace, "init", "-q")
    git(workspace, "add", ".")
    git(workspace, "commit", "-q", "-m", "Begin")
    return workspace


def test_branch_and_changes_are_told_to_a_bigger_model(repository: Path, home: Path) -> None:
    assert listing(repository, home)[-1] == "git: main; not committed: nothing"
    laid(repository, {"a.py": "a = 2\n", "c.py": "", "run.log": "", "d.py": "d = 1\n"})
    git(repository, "mv", "b/ü.py", "b/v.py")
    git(repository, "add", "d.py")
    git(repository, "checkout", "-q", "-b", "tax")
    told = listing(repository, home)[-1]
    assert told == "git: tax; not committed: M a.py, R  b/ü.py -> b/v.py, A  d.py, ?? c.py"
    assert not any(line.startswith("git:") for line in listing(repository, home, small=True))


def test_of_many_changes_some_are_named(repository: Path, home: Path) -> None:
    laid(repository, {f"{n:02}.py": "" for n in range(12)})
    assert listing(repository, home)[-1].endswith("?? 07.py, … and 4 more")


def test_a_folder_that_is_no_repository_is_not_spoken_of(workspace: Path, home: Path) -> None:
    laid(workspace, {"a.py": "", ".git/HEAD": "ref: refs/heads/main\n"})
    assert listing(workspace, home) == ["a.py (0 bytes)"]


def test_without_files_nothing_of_it_is_read(repository: Path, home: Path) -> None:
    for path in ("a.py", "b/ü.py", ".gitignore"):
        (repository / path).unlink()
    assert listing(repository, home) == ["(the folder is empty)"]


def test_no_setting_of_the_repository_is_obeyed(repository: Path, home: Path) -> None:
    program = "touch ran.txt; cat"
    for setting in ("core.fsmonitor", "filter.x.clean", "filter.x.process", "core.hooksPath"):
        git(repository, "config", setting, program)
    laid(repository, {".gitattributes": "* filter=x\n", "a.py": "a = 2\n"})
    before = (repository / ".git/index").read_bytes()
    assert "M a.py" in listing(repository, home)[-1]
    assert not (repository / "ran.txt").exists()
    assert (repository / ".git/index").read_bytes() == before
