"""A command whose failure bash does not tell is found by its shape: bash itself is asked, too."""

import subprocess
from pathlib import Path

import pytest

from selfstarter.proofs.lost_status import lost_in

FALSE = "python3 -c 'import sys; print(1); sys.exit(1)'"
HERE = "python3 - <<'E'{}\nassert 0, 'a; b'  # it's\nE\n"


def ran(command: str, folder: Path) -> int:
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True).returncode


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("set -e\n! grep -q bad in.txt\ntest -f in.txt", "`! grep -q bad in.txt` fails nothing"),
        ("set -euo pipefail; test -f in.txt && ! grep -q bad in.txt; true", "`! grep -q bad in."),
        ("! grep -q bad in.txt; test -f in.txt # so", "only at the very end"),
        ("test -f no.txt; test -f in.txt", "`test -f no.txt` fails nothing, for without `set -e`"),
        ("grep -q 'a; b' in.txt\n[ -f in.txt ]\n", "without `set -e` only the last command counts"),
        ("test -f no.txt && grep -q x no.txt\ncat in.txt", "`test -f no.txt && grep -q x no.txt`"),
        (f"{FALSE} | tail -3", "it ends with `tail -3`, so it passes whatever came before"),
        (f"set -e; {FALSE} 2>&1 | tail -3", "of a pipe only the last part counts"),
        (f"test -f in.txt && {FALSE} | head", "of a pipe only the last part counts"),
        (f"{FALSE} || true", "it ends with `true`"),
        (f"{FALSE} > /dev/null 2>&1; echo ok", "it ends with `echo ok`"),
        (f"{FALSE} && echo fine || echo bad", "it ends with `echo bad`"),
        (HERE.format("") + "echo ok", "it ends with `echo ok`"),
        (HERE.format(" | tail -1"), "it ends with `tail -1`"),
        ("for f in no.txt; do test -f $f; done\nexit 0", ""),
    ],
)
def test_what_may_fail_unseen_is_named(tmp_path: Path, command: str, why: str) -> None:
    (tmp_path / "in.txt").write_text("bad\n")
    assert ran(command, tmp_path) == 0, "bash does not tell it either"
    assert why in lost_in(command) and bool(lost_in(command)) == bool(why)


@pytest.mark.parametrize(
    "command",
    [
        "set -e; test -f no.txt; test -f in.txt",
        "! grep -q bad in.txt",
        "test -f in.txt && ! grep -q bad in.txt",
        "grep -q bad in.txt && exit 1; test -f in.txt",
        "! test -f in.txt || exit 1; test -f in.txt",
        "if grep -q bad in.txt; then exit 1; fi; echo ok",
        "test -f no.txt || exit 1\necho ok",
        "test -f no.txt || { echo no; exit 1; }\ntrue",
        f"set -e; {FALSE}; echo ok",
        f"{FALSE} && echo ok",
        f"set -o pipefail; {FALSE} | tail -3",
        f"{FALSE}; test $? -eq 0",
        f'{FALSE}; [ "$?" = 0 ]',
        "cat in.txt | grep -q good",
        HERE.format(" && echo ok"),
        'n=$(grep -c bad in.txt; true); test "$n" = 0',
        "bash -c 'test -f no.txt; exit 1'",
        "(test -f no.txt; false)",
        'test "$(cat in.txt | tail -1)" = good',
        "grep -q ';' in.txt",
        "trap 'exit 1' ERR; false; echo ok",
    ],
)
def test_a_command_that_tells_its_failure_is_left_alone(tmp_path: Path, command: str) -> None:
    (tmp_path / "in.txt").write_text("bad\n")
    assert ran(command, tmp_path) != 0
    assert lost_in(command) == ""


@pytest.mark.parametrize(
    "command",
    [
        "d=$(mktemp -d); cp in.txt $d; cmp in.txt $d/in.txt",
        "set -e; ! ./run wrong > out.txt 2>&1; grep -q usage out.txt",
        "set -e; cat in.txt | head -1; test -f in.txt",
        "test -d lib || mkdir lib; test -f in.txt",
        "[[ -f a && -f b ]] && test -s a",
        "./serve & sleep 1; curl -s localhost; kill %1; true",
        'echo "$(grep -c "a;b" f)"; true',
        "echo ok",
        "",
        "'",
    ],
)  # fmt: skip
def test_what_is_not_sure_is_left_alone(command: str) -> None:
    assert lost_in(command) == ""
