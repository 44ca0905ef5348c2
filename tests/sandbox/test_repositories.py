"""Repositories in the workspace: git on the host runs nothing that a program planted (X35)."""

import shutil
import subprocess
from pathlib import Path

import pytest
from sandbox_parts import Box

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")

REPOSITORIES = {
    # the folder that a person works in -> what of it leads to the repository
    ".": ".git",
    "nested/deep": "nested/deep/.git",
    "submodule": ".git/modules/lib",
    "linked": ".git/worktrees/linked",
}
PLANT = """
plant() {{ printf '[core]\\nrepositoryformatversion=0\\nfsmonitor="echo >> {mark}; false"\\n'; }}
aside() {{ mkdir -p .cache/g; cp -r .git/objects .git/refs .git/HEAD .cache/g/
           plant > .cache/g/config; }}
git -C {folder} config core.fsmonitor 'echo >> {mark}; false'
plant > {repository}/config.worktree
plant >> {repository}/config
mkdir -p {repository}/hooks
printf '#!/bin/sh\\necho >> {mark}\\n' > {repository}/hooks/post-index-change
chmod +x {repository}/hooks/post-index-change
aside
echo "$PWD/.cache/g" > {repository}/commondir
mv {repository} {repository}.old && cp -r .cache/g {repository}
[ -f {folder}/.git ] && echo "gitdir: $PWD/.cache/g" > {folder}/.git
mv nested gone
true
"""


def git(folder: Path, *words: str) -> str:
    options = ("-c", "protocol.file.allow=always", "-c", "user.name=a", "-c", "user.email=a@b.c")
    ran = subprocess.run(
        ["git", *options, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def work(box: Box) -> Path:
    """A repository with a nested one, a submodule and a linked worktree; each has a commit."""
    work = box.workspace
    for folder in (work.parent / "library", work / "nested/deep", work):
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", ".")
        (folder / ".git/info/exclude").write_text("/nested\n/linked\n/.cache\n")
        (folder / "a.txt").write_text("a\n")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", "first")
    git(work, "submodule", "--quiet", "add", "--name", "lib", str(work.parent / "library"),
        "submodule")  # fmt: skip
    git(work, "worktree", "add", "--quiet", "linked")
    git(work, "config", "extensions.worktreeConfig", "true")
    git(work, "commit", "--quiet", "-m", "second")
    return work


@pytest.mark.case("X35")
@pytest.mark.parametrize("folder", REPOSITORIES)
def test_the_next_git_of_the_person_runs_nothing_of_a_program(
    box: Box, work: Path, folder: str
) -> None:
    mark = work.parent / "mark"
    box.run("bash", "-c", PLANT.format(folder=folder, repository=REPOSITORIES[folder], mark=mark))
    git(work / folder, "status")
    box.close_worker()
    git(work / folder, "status")
    (work / folder / "a.txt").write_text("b\n")
    git(work / folder, "commit", "--quiet", "-am", "third")
    assert not mark.exists()


@pytest.mark.parametrize("folder", REPOSITORIES)
def test_a_program_may_commit_on_a_branch_of_its_own(box: Box, work: Path, folder: str) -> None:
    ran = box.run(
        "bash", "-c", f"cd {folder} && git checkout -q -b mine && echo b > b.txt && git add b.txt"
        " && git commit -q -m mine && git gc -q && git stash list && git status --short",
    )  # fmt: skip
    assert (ran.status, ran.output) == (0, "")
    assert git(work / folder, "log", "--format=%s", "-1") == "mine\n"
    assert git(work / folder, "status", "--short") == ""
    box.close_worker()
    assert git(work / folder, "status", "--short") == ""


def test_what_keeps_a_repository_goes_with_the_last_sandbox(box: Box, work: Path) -> None:
    other = Box(box.workspace, box.bwrap)
    kept = [work / REPOSITORIES[folder] / "commondir" for folder in (".", "nested/deep")]
    for one in (box, other):
        one.run("true")
    other.close()
    assert all(path.exists() for path in kept)
    box.close_worker()
    assert not any(path.exists() for path in kept)
    assert git(work, "rev-parse", "--git-common-dir") == ".git\n"


@pytest.mark.case("X35")
def test_a_repository_whose_hooks_are_a_link_is_read_only(box: Box) -> None:
    """The link itself could be exchanged: nothing can be mounted upon it."""
    git(box.workspace, "init", "--quiet", ".")
    shutil.rmtree(box.workspace / ".git/hooks")
    (box.workspace / ".git/hooks").symlink_to("../shared")
    ran = box.run("bash", "-c", "rm .git/hooks; git add .")
    assert ran.status == 128 and ran.output.count("Read-only file system") == 2
