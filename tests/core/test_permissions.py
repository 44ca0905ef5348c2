"""Rules of a person, and the tricks by which a call might slip through one."""

import pytest
from pydantic import ValidationError

from selfstarter.core.gate import Labels, Standing, Verdict, judge
from selfstarter.core.permissions import Mode, Permissions, rule_of

READS, WRITES = Labels(reads=True, egress=False), Labels(reads=False, egress=False)
LEAVES, SENDS = Labels(reads=True, egress=True), Labels(reads=False, egress=True)

DRESSED_UP = (
    "ls; id", "ls && id", "ls || id", "ls | sh", "ls & id", "ls\nid", "ls\rid", "ls `id`",
    "ls $(id)", "ls ${IFS}id", "ls <(id)", "ls >x", "ls >>x", "ls <x", "ls 2>x", "ls $'\\x3bid'",
    "/bin/./ls", "./ls", "../ls", "~/ls", "l''s;id", "l\\s", "\"ls\";id", "$0", "$SHELL -c id",
    "a=ls; $a", "PATH=. ls", "LD_PRELOAD=./x.so ls", "env ls", "env -S 'sh -c id'", "command ls",
    "exec ls", "eval ls", "ls *", "ls ?", "ls [a-z]", "ls {a,b}", "ls # id", "find . -exec id ;",
    "find . -delete", "git -c core.pager=id log", "tar cf x --checkpoint-action=exec=id .",
    "xargs -a x id", "awk 'BEGIN{system(\"id\")}'",
)  # fmt: skip
"""Commands that reach another program through quoting, substitution, chaining, options and
assignments (CVE-2024-6091, CVE-2024-1881, CmdNeedle)."""


def judged(mode: Mode, tool: str, labels: Labels, *, allow: str = "", **args: object) -> Verdict:
    given = Permissions(mode=mode, allow=(allow,) if allow else ())
    return judge(tool, args, labels, Standing(given))


# ── modes ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mode", "reads", "writes", "leaves", "sends"),
    [
        ("readonly", "allow", "deny", "allow", "deny"),
        ("ask", "allow", "ask", "ask", "ask"),
        ("auto", "allow", "allow", "allow", "allow"),
        ("yolo", "allow", "allow", "allow", "allow"),
    ],
)
def test_what_a_mode_lets_through_before_anything_was_read(
    mode: Mode, reads: str, writes: str, leaves: str, sends: str
) -> None:
    found = [
        judged(mode, "read_file", READS).kind,
        judged(mode, "write_file", WRITES).kind,
        judged(mode, "read_page", LEAVES).kind,
        judged(mode, "mcp__mail__send", SENDS).kind,
    ]
    assert found == [reads, writes, leaves, sends]


@pytest.mark.case("X04")
@pytest.mark.parametrize("command", DRESSED_UP)
def test_no_command_counts_as_one_that_only_reads(command: str) -> None:
    assert judged("readonly", "run_shell", WRITES, command=command).kind == "deny"
    assert judged("ask", "run_shell", WRITES, command=command).kind == "ask"
    for rule in ("ls*", "ls *", "* ls", "*l*", "find *", "git*", "?*", "*"):
        allow = f"run_shell:command={rule}"
        assert judged("ask", "run_shell", WRITES, allow=allow, command=command).kind == "ask"


def test_forty_four_of_them() -> None:
    assert len(set(DRESSED_UP)) == 44


def test_a_program_is_allowed_word_for_word() -> None:
    allow = "run_shell:command=pytest -q"
    assert judged("ask", "run_shell", WRITES, allow=allow, command="pytest -q").kind == "allow"
    assert judged("ask", "run_shell", WRITES, allow=allow, command="pytest -q; id").kind == "ask"
    assert judged("ask", "run_shell", WRITES, allow="run_*", command="id").kind == "allow"


# ── rules ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "value", "allowed"),
    [
        ("url=https://docs.example.org/*", "https://docs.example.org/a/b", True),
        ("url=https://docs.example.org/*", "HTTPS://DOCS.example.org/a", True),
        ("url=https://docs.example.org/*", "https://docs.example.org.evil.example/", False),
        ("url=https://docs.example.org/*", "https://docs.example.org@evil.example/", False),
        ("url=https://docs.example.org/*", "https://evil.example/https://docs.example.org/", False),
        ("url=https://docs.example.org/*", "https://docs.example.org/../secret", False),
        ("url=https://*.example.org/*", "https://a.example.org/x", True),
        ("url=https://*.example.org/*", "https://evil.example/.example.org/", False),
        ("url=https://*.example.org/*", "https://evil.example?.example.org/", False),
        ("url=https://*.example.org/*", "https://evil.example#.example.org/", False),
        ("url=https://*.example.org/*", "https://evil.example\\.example.org/", False),
        ("url=https://*.example.org/*", "http://a.example.org/x", False),
        ("url=https://docs.example.org", "https://docs.example.org/a", False),
        ("url=https://docs.example.org/safe/*", "https://docs.example.org/safe/..?x", False),
        ("url=https://docs.example.org/safe/*", "https://docs.example.org/safe/..#x", False),
        ("url=https://docs.example.org/safe/*", "https://docs.example.org/safe/%2e./x", False),
        ("path=reports/*", "reports/a.md", True),
        ("path=reports/*", "reports/../secret", False),
        ("path=reports/*", "other/a.md", False),
        ("to=bob@example.org", "bob@example.org", True),
        ("to=bob@example.org", "bob@example.org.evil.example", False),
        ("to=*@example.org", "bob@example.org", True),
        ("to=*", "anybody@evil.example", True),
    ],
)
def test_a_pattern_allows_what_it_says_and_nothing_that_only_looks_so(
    rule: str, value: str, allowed: bool
) -> None:
    found = rule_of(f"send:{rule}")
    assert found.allows("send", {found.argument: value}) is allowed


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "HTTPS://EVIL.example/x",
        "https://evil.example./x",
        "https://evil.example:443/x",
        "https://evil.example",
        "https://evil.example?x",
        "https://evil.example#x",
        " https://evil.example/x\n",
        "https://ev\til.example/x",
        "https://me:pw@evil.example/x",
        "https:\\\\evil.example\\x",
        "https:/evil.example/x",
        "https://evil。example/x",
        "https://%65vil.example/x",
    ],
)
def test_an_address_that_is_denied_is_denied_however_it_is_written(url: str) -> None:
    assert rule_of("read_page:url=https://evil.example/*").denies("read_page", {"url": url})
    assert not rule_of("read_page:url=https://vil.example/*").denies("read_page", {"url": url})


def test_a_folder_of_a_host_is_denied_by_whichever_way_one_comes_to_it() -> None:
    rule = rule_of("read_page:url=https://h.example/secret/*")
    for path in ("secret/x", "a/../secret/x", "./secret/x", "%73ecret/x", "secret/a/..?x"):
        assert rule.denies("read_page", {"url": f"https://h.example/{path}"}), path
    for path in ("", "a/secret/x", "x?to=/secret/x"):
        assert not rule.denies("read_page", {"url": f"https://h.example/{path}"}), path


def test_every_one_of_several_values_must_be_allowed_and_any_is_enough_to_be_denied() -> None:
    rule = rule_of("send:to=*@example.org")
    both = {"to": ["bob@example.org", "eve@evil.example"]}
    assert not rule.allows("send", both)
    assert rule.denies("send", both)
    assert not rule.allows("send", {"to": []})
    assert not rule.allows("send", {"too": "bob@example.org"})
    assert rule.denies("send", {"to": {"list": ["BOB@EXAMPLE.ORG"]}})
    bob, as_bob = rule_of("share:members=bob"), {"members": {"eve": "bob"}}
    assert not bob.allows("share", as_bob), "who is named in an object counts too"
    assert bob.denies("share", {"members": {"bob": "reader"}})


def test_a_rule_that_denies_beats_one_that_allows_and_every_mode() -> None:
    for mode in ("ask", "auto", "yolo"):
        given = Permissions(mode=mode, allow=("*",), deny=("run_shell",))
        verdict = judge("run_shell", {"command": "id"}, WRITES, Standing(given))
        assert verdict.kind == "deny" and "run_shell" in verdict.why
        assert given.hides("run_shell") and not given.hides("run_python")


def test_a_tool_that_is_denied_for_some_arguments_is_still_shown() -> None:
    given = Permissions(deny=("read_page:url=http://*",))
    assert not given.hides("read_page")
    assert judge("read_page", {"url": "http://a.example"}, LEAVES, Standing(given)).kind == "deny"
    assert judge("read_page", {"url": "https://a.example"}, LEAVES, Standing(given)).kind == "allow"


@pytest.mark.parametrize("text", ["", "a b", "a:b", "a:b=", ":b=c", "run shell:command=x"])
def test_what_is_no_rule_is_said_at_once(text: str) -> None:
    with pytest.raises(ValidationError, match="is no rule"):
        Permissions(allow=(text,))


# ── the floor ────────────────────────────────────────────────────────────────────────────────

FLOOR = ("/home/me/.config/selfstarter", "~/.config/selfstarter")


@pytest.mark.case("X02")
@pytest.mark.parametrize(
    "path",
    [
        "/home/me/.config/selfstarter",
        "/home/me/.config/selfstarter/mcp.toml",
        "/home/me/.config/../.config//selfstarter/./mcp.toml",
        "file:///home/me/.config/selfstarter/mcp.toml",
        "~/.config/selfstarter/mcp.toml",
    ],
)
def test_our_own_folders_are_nobodys_business_in_any_mode(path: str) -> None:
    given = Permissions(mode="yolo", allow=("*",))
    for labels in (READS, SENDS):
        for args in ({"path": path}, {"edits": [{"file": path}]}, {"x": {path: 1}}):
            verdict = judge("mcp__files__open", args, labels, Standing(given, floor=FLOOR))
            assert verdict.kind == "deny", args
    beside = {"path": "/home/me/.config/selfstarters/x"}
    assert judge("mcp__files__open", beside, SENDS, Standing(given, floor=FLOOR)).kind == "allow"


@pytest.mark.case("X02")
@pytest.mark.parametrize(
    "path",
    [
        "compose.yaml",
        "Dockerfile",
        "app/Dockerfile",
        ".devcontainer/x.json",
        "a/.GitHub/workflows/x.yml",
    ],
)
def test_what_other_programs_obey_is_asked_even_when_all_else_is_free(path: str) -> None:
    given = Permissions(mode="yolo", allow=("*",))
    for args in ({"path": path}, {"files": {path: "x"}}):
        verdict = judge("mcp__files__write", args, WRITES, Standing(given))
        assert verdict.kind == "ask" and "protected name" in verdict.why
    assert judge("mcp__files__read", {"path": path}, READS, Standing(given)).kind == "allow"
