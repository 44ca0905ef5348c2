"""What a page, a tool or a model wrote cannot drive the terminal, nor hide in what is shown."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from terminal import Script, call, clean, draft, rows, the_run, words

ATTACKS = {
    "erase": "\x1b[2J\x1b[1;1H",
    "clipboard": "\x1b]52;c;cm0gLXJm\x07",
    "link": "\x1b]8;;http://evil.test\x1b\\ok\x1b]8;;\x1b\\",
    "eight bit": "\x9b2J\x9d0;title\x9c",
    "over": "safe\rFORGED",
    "back": "yes\b\b\bno!",
    "bidi": "user\u202egpj.exe",
    "zero width": "in\u200bvi\u2060sible",
    "tags": "x\U000e0069\U000e0067\U000e006e",
    "variation": "x\U000e0101\U000e0102",
}
NASTY = "".join(f"[{name}:{text}]" for name, text in ATTACKS.items())
FORBIDDEN = (
    "\x1b[2J", "\x1b[1;1H", "\x1b]52", "\x1b]8;", "\x9b", "\x9d", "\rFORGED", "\b", "\u202e",
    "\u200b", "\u2060", "\U000e0069", "\U000e0101",
)  # fmt: skip
EVIDENT = (r"safe\u{d}FORGED", r"yes\u{8}\u{8}\u{8}no!", r"user\u{202e}gpj.exe", r"in\u{200b}vi")


@pytest.fixture
def nasty(script: Script, workspace: Path) -> str:
    """A run whose files, tool output and model all say it."""
    (workspace / "page.txt").write_text(f"{NASTY}\n")
    (workspace / f"name{ATTACKS['bidi']}.txt").write_text("x")
    return script(
        draft("hello.txt"), {"for": "plan", "json": {"tasks": [{"title": NASTY}]}},
        call("read_file", path="page.txt"), {"text": f"I think {NASTY}"},
        call("run_shell", command="cat page.txt"), call("read_file", path=NASTY[:200]),
        call("write_file", path="hello.txt", content=NASTY),
        call("finish", summary=f"done {NASTY}"),
    )  # fmt: skip


def in_terminal(args: list[str], env: dict[str, str]) -> str:
    """All that a terminal is sent."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(args, stdin=theirs, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    said = b""
    while True:
        try:
            block = os.read(ours, 1 << 16)
        except OSError:
            break
        if not block:
            break
        said += block
    process.wait(timeout=30)
    os.close(ours)
    return said.decode("utf-8", "replace")


@pytest.mark.case("X03")
@pytest.mark.parametrize("view", [[], ["--plain"], ["--jsonl"], ["--json"]], ids=str)
def test_a_terminal_gets_no_sequence_of_the_attacker(
    nasty: str, view: list[str], workspace: Path, home: Path, tmp_path: Path
) -> None:
    env = clean(tmp_path) | {"TERM": "xterm-256color", "COLUMNS": "400", "LINES": "40"}
    where = ["--home", str(home)]
    said = in_terminal(
        words("run", f"Go {NASTY}", "-w", workspace, "-m", nasty, *where, *view), env
    )
    for args in (["show"], ["show", "--events"], ["show", "--jsonl"], ["replay"], ["ls"]):
        said += in_terminal(words(*args, *where), env)
    assert [bad for bad in FORBIDDEN if bad in said] == []
    assert [good for good in EVIDENT if good not in said] == []


@pytest.mark.case("X03")
def test_report_and_journal_hold_no_sequence_and_json_keeps_the_data(
    nasty: str, workspace: Path, home: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        words("run", "Go", "-w", workspace, "-m", nasty, "--home", home, "--jsonl"),
        env=clean(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    run_id = the_run(home)
    report = (home / "runs" / run_id / "report.md").read_text("utf-8")
    assert [bad for bad in FORBIDDEN if bad in report] == []
    results = [row for row in rows(home, run_id) if row["kind"] == "call_returned"]
    assert [
        bad for bad in FORBIDDEN for row in results if bad in row["output"] + row["error"]
    ] == []
    events = [json.loads(line) for line in done.stdout.splitlines()]
    thoughts = [event["text"] for event in events if event["kind"] == "model_called"]
    assert f"I think {NASTY}" in thoughts


@pytest.mark.case("X03")
def test_a_model_never_reads_it(
    nasty: str, workspace: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from selfstarter.app import pursue
    from selfstarter.core.ports import Reply, Request
    from selfstarter.models.scripted import ScriptedModel
    from selfstarter.settings import Settings

    read: list[str] = []
    complete = ScriptedModel.complete

    async def noted(self: ScriptedModel, request: Request) -> Reply:
        read.extend(message.text for message in request.messages)
        return await complete(self, request)

    monkeypatch.setattr(ScriptedModel, "complete", noted)
    asyncio.run(pursue(f"Go {NASTY}", workspace, Settings(model=nasty, home=home)))
    whole = "\n".join(read)
    assert [bad for bad in FORBIDDEN if bad in whole] == []
    assert [good for good in EVIDENT if good not in whole] == []
