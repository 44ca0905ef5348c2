"""`selfstarter policy`: what is in force, and what would become of a call."""

from pathlib import Path

import pytest
from terminal import FINISH, GOAL, PLAN, WRITE, Cli, Script, call, draft

from selfstarter.cli.lines import in_rows


def test_what_is_in_force_is_shown_with_how_each_tool_is_seen(cli: Cli) -> None:
    shown = cli("policy", "show", "--mode", "ask", "--allow", "write_*", "--deny", "run_shell")
    assert shown.returncode == 0, shown.stderr
    lines = [line.split(maxsplit=1) for line in shown.stdout.splitlines()]
    assert ["mode", "ask"] in lines and ["files", "private"] in lines
    assert ["allow", "write_*"] in lines and ["deny", "run_shell"] in lines
    assert ["write_file", "acts inside"] in lines and ["read_file", "reads inside"] in lines
    assert ["read_page", "reads outside, its arguments leave"] in lines


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("read_page", "url=https://a.example/", "--untrusted", "--goal", "see a.example"), 0),
        (("read_page", "url=https://a.example/", "--untrusted"), 4),
        (("read_page", "url=https://a.example/", "--untrusted", "--offered",
          "https://a.example"), 0),
        (("read_page", "url=https://a.example/", "--untrusted", "--private", "--offered",
          "https://a.example"), 4),
        (("mcp__bank__pay", "amount=5", 'to=["Bob"]', "--untrusted", "--goal",
          "pay Bob 5 with bank"), 0),
        (("mcp__bank__pay", "amount=50", "to=Bob", "--untrusted", "--goal",
          "pay Bob 5 with bank"), 4),
        (("run_shell", "command=id", "--mode", "readonly"), 3),
        (("run_shell", "command=id", "--mode", "ask", "--allow", "run_shell:command=id"), 0),
        (("nobody_knows", "--untrusted"), 2),
        (("read_page", "url"), 2),
        (("read_page", "--allow", "no rule"), 7),
    ],
)  # fmt: skip
def test_a_call_is_judged_without_being_made(cli: Cli, words: tuple[str, ...], code: int) -> None:
    done = cli("policy", "test", *words)
    assert done.returncode == code, done.stdout + done.stderr
    if code in (3, 4):
        assert done.stdout.partition(": ")[0] == {3: "deny", 4: "ask"}[code]


def test_why_not_is_told_in_rows_of_whole_words(cli: Cli) -> None:
    url = "https://news.example/a/page/of/the/day?id=7"
    given = ("--untrusted", "--private", "--offered", url)
    said = cli("policy", "test", "read_page", f"url={url}", *given).stdout
    why = f"the address '{url}' was offered from outside, and private text was read"
    assert len(said.splitlines()) == 2
    assert said.split() == f"ask: {why}".split()


@pytest.mark.parametrize("text", ["", "a b", "word " * 30, "x" * 25, " " * 25, "a b " + "y" * 12])
def test_nothing_is_cut_from_what_is_shown_in_rows(text: str) -> None:
    rows = in_rows(text, 10)
    assert "".join(rows) == text and all(len(row) <= 10 for row in rows)


def test_a_tool_that_is_not_there_is_not_judged_but_one_of_a_server_may_be_elsewhere(
    cli: Cli, workspace: Path, tmp_path: Path
) -> None:
    assert "Did you mean write_file?" in cli("policy", "test", "write_fil", "path=x").stderr
    elsewhere = cli("policy", "test", "mcp__bank__pay", "amount=5")
    assert (elsewhere.returncode, "not known here" in elsewhere.stderr) == (0, True)
    own = "from selfstarter import tool\n\n@tool(effect='read')\ndef dice() -> str:\n    'Roll.'\n"
    (workspace / "own.py").write_text(own)
    settings = tmp_path / "config" / "selfstarter" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('tools = ["own.py"]\n')
    assert cli("policy", "test", "dice").returncode == 0


def test_it_can_be_judged_as_a_run_would(cli: Cli, workspace: object, script: Script) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, call("list_files"), FINISH)
    assert cli("run", f"{GOAL} after a.example", "-m", model).returncode == 0
    known = cli("policy", "test", "read_page", "url=https://a.example/", "--run", "@last")
    other = cli("policy", "test", "read_page", "url=https://b.example/x", "--run", "@last")
    assert (known.returncode, other.returncode) == (0, 4)


def test_a_tool_of_a_server_that_is_not_approved_is_said_to_be_so(cli: Cli) -> None:
    assert cli("mcp", "add", "bank", "--", "bank-server").returncode == 0
    said = cli("policy", "test", "mcp__bank__pay", "amount=5").stderr
    assert "No run can call it yet: the server bank is not approved." in said
    assert "No run" not in cli("policy", "test", "mcp__other__pay", "amount=5").stderr
