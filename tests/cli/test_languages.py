"""What the command line says to people, in their language; English is in the code."""

import ast
import json
import os
import re
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from terminal import FINISH, GOAL, PLAN, WRITE, clean, draft, words

from selfstarter.core.contract import ANSWERED, SILENT, FileMatches
from selfstarter.goals.criteria import there_text
from selfstarter.proofs.content import size_of
from selfstarter.proofs.in_short import wanted
from selfstarter.words.of_checks import FOUND_IN, made_of, retold

ROOT = Path(__file__).resolve().parents[2]
CLI = ROOT / "src" / "selfstarter" / "cli"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
Script = Callable[..., str]


def tool() -> Any:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return __import__("words")
    finally:
        sys.path.pop(0)


# ── the catalogues ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", tool().LANGUAGES)
def test_a_catalogue_has_exactly_what_is_said_and_all_of_it_translated(language: str) -> None:
    made, kept = tool().renewed(language), tool().file_of(language).read_bytes()
    assert tool().po(made) == kept, "run: make words"
    assert [one.id for one in made if one.id and not one.string] == []
    with tool().file_of(language).with_suffix(".mo").open("rb") as file:
        compiled = {one.id: one.string for one in read_mo(file) if one.id}
    assert compiled == {one.id: one.string for one in made if one.id}, "run: make words"


@pytest.mark.parametrize("language", tool().LANGUAGES)
def test_a_translation_has_the_same_holes_and_the_same_commands(language: str) -> None:
    for one in tool().catalogue(language):
        if one.id:
            assert holes(one.string) == holes(one.id), one.id
            assert commands(one.string) == commands(one.id), one.id


def holes(text: str) -> set[tuple[str | None, str | None, str | None]]:
    return {part[1:] for part in string.Formatter().parse(text) if part[1] is not None}


def commands(text: str) -> list[str]:
    return sorted(re.findall(r"selfstarter [a-z-]+|--[a-z-]+", text))


SAYS = {"echo", "print", "prompt", "confirm", "UsageError", "BadParameter"}


def test_nothing_is_said_that_is_not_in_the_catalogue() -> None:
    """As far as the text stands where it is said. What other rooms say comes in English."""
    bare = [
        f"{file.name}:{node.lineno}: {text}"
        for file in sorted(CLI.glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and called(node) in SAYS
        for argument in node.args
        for text in literals(argument)
        if re.search(r"[a-z]{2,} [a-z]{2,}|[a-z]{3,}[.?!]$", re.sub(r"selfstarter .*", "", text))
    ]
    assert bare == []


def test_the_sentence_of_an_error_stands_where_it_is_raised() -> None:
    """And what fills it beside it: one that is put together first could not be translated."""
    house = ROOT / "src" / "selfstarter"
    bare = {
        f"{file.relative_to(house)}: {ast.unparse(node.args[0])}"
        for file in sorted(house.rglob("*.py"))
        if house / "evals" not in file.parents
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and called(node) in {*tool().TROUBLES, "Said"}
        if node.args and not isinstance(node.args[0], ast.Constant)
    }
    assert bare == {  # of texts that are in the catalogue already
        "core/errors.py: sentence",
        "server/configuration.py: one.setting.does",
        "server/problems.py: error.fix",
        "words/__init__.py: text",
    }


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def literals(node: ast.AST) -> Iterator[str]:
    """But those in `_(…)`."""
    match node:
        case ast.Call() if called(node) in ("_", "N_"):
            return
        case ast.JoinedStr(values=values):
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values)
        case ast.Constant(value=str(text)):
            yield text
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        if not isinstance(node, ast.JoinedStr) or isinstance(child, ast.FormattedValue):
            yield from literals(child)


# ── as a person meets them ───────────────────────────────────────────────────────────────────


@pytest.fixture
def person(tmp_path: Path, home: Path, workspace: Path) -> Callable[..., Any]:
    def runs(*args: str | Path, language: str = "zh_CN.UTF-8", **more: str) -> Any:
        env = {k: v for k, v in clean(tmp_path).items() if k not in ("LC_ALL", "LANGUAGE")}
        return subprocess.run(
            words(*args), env={**env, "LANG": language, "PYTHONUTF8": "1", **more}, cwd=workspace,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    return runs


def test_a_run_is_told_in_the_language_of_the_system_but_not_what_programs_read(
    person: Any, script: Script, home: Path
) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, FINISH)
    assert "还没有运行" in person("ls", "--home", home).stderr
    ran = person("run", GOAL, "-m", model, "--home", home)
    assert ran.returncode == 0, ran.stderr
    for said in ("目标", "完成条件", "# 完成：所有条件都通过了。", "**花费**", GOAL):
        assert said in ran.stderr
    for label in ("goal ", "done when", "Cost", "Report:", "Every criterion passes."):
        assert label not in ran.stderr
    assert "完成" in person("ls", "--home", home).stdout
    row = json.loads(person("ls", "--home", home, "--json").stdout)
    assert row["status"] == "done" and not CHINESE.search(json.dumps(row, ensure_ascii=False))
    wrong = person("show", "nowhere", "--home", home)
    assert wrong.returncode == 2 and wrong.stderr.splitlines()[1].startswith("E201  请用")
    failed = person("run", GOAL, "-m", "opneai:x", "--json", "--home", home)
    assert json.loads(failed.stdout)["fix"].startswith("Change what is named")


CHECKED = [
    {"kind": "file_matches", "path": "report.md", "min_words": 2, "contains": ["tea"]},
    {"kind": "citations_resolve", "path": "report.md"},
    {"kind": "judge", "path": "report.md", "question": "Does it name the tea?"},
]


def test_so_is_what_a_check_is_and_what_it_has_found_where_no_model_wrote_it(
    person: Any, script: Script, home: Path, workspace: Path
) -> None:
    (workspace / "prices.csv").write_text("good,price\ntea,120\n")
    criteria = [{"text": f"茶的价格写明了 {n}", "check": check} for n, check in enumerate(CHECKED)]
    sketch = {"outcome": "x", "files": ["report.md"], "assumptions": (), "criteria": criteria}
    text = "The tea costs 120 [prices.csv].\n"
    model = script(
        {"for": "draft", "json": sketch | {"document": False}}, PLAN,
        {"call": {"tool": "write_file", "args": {"path": "report.md", "content": text}}},
        {"call": {"tool": "finish", "args": {"summary": "The tea costs 120."}}},
        {"for": "judge", "json": {"evidence": "The tea costs 120", "passes": True}},
    )  # fmt: skip
    ran = person("run", "Write report.md about prices.csv.", "-m", model, "--home", home)
    assert ran.returncode == 0, ran.stderr
    for row in (
        "| report.md 存在且不为空 | 通过 | report.md 有 32 字节 |",
        '| 茶的价格写明了 0 | 通过 | report.md: 5 字, 含有 "tea", 至少 2 字 |',
        "| report.md 中 1 处引用，所引文件都存在并含有相应数字 |",
        "| 评审：The tea costs 120 |",
    ):
        assert row in ran.stderr
    assert "完成条件  report.md 存在且不为空" in ran.stderr
    run_id = json.loads(person("ls", "--home", home, "--json").stdout)["run_id"]
    shown = person("show", run_id, "--jsonl", "--home", home).stdout
    assert "report.md exists and is not empty" in shown and "存在且不为空" not in shown


FOUND = FileMatches(
    path="out.csv",
    contains=("a, b",),
    columns=("x", "y"),
    records=3,
    min_records=1,
    values_of="in.csv",
    decimals=2,
    numeric=("x",),
    distinct=True,
    no_head=("x",),
    min_words=2,
    max_words=9,
    keeps=("x",),
    parses_as="csv",
)


def test_what_is_said_of_a_check_is_known_as_it_is_put_together() -> None:
    known = [made_of(FOUND_IN, part) for part in wanted(FOUND)]
    assert known == [*wanted(FOUND)]
    for path in ("a.md", "a.csv"):
        sizes = size_of(path, "x,y\n1,2\n").split(", ")
        assert [made_of(FOUND_IN, one) for one in sizes] == sizes
    for text in (there_text("a b.md"), ANSWERED, SILENT, "exit status 1: a; b, c", "x: 3 words, y"):
        assert retold(text) == text


def test_set_up_is_told_in_it_too_but_not_what_programs_read(person: Any, home: Path) -> None:
    said = person("doctor", "--home", home).stdout
    assert re.search(r"^disk +ok +\S+ 有足够空间$", said, re.M), said
    for one in json.loads(person("doctor", "--json", "--home", home).stdout)["findings"]:
        assert not CHINESE.search(one["said"] + one["mend"]), one
    said = person("config", "explain", "steps").stdout
    for one in ("来自：默认值", "一次运行最多的工具调用次数。", "可以调低", "run --max-steps"):
        assert one in said
    assert "Most tool calls" in person("config", "explain", "steps", "--json").stdout
    assert "不需要密钥" in person("models", "ls").stdout
    assert not CHINESE.search(person("models", "ls", "--json").stdout)


def test_an_error_is_told_in_it_too_and_what_is_within_it(person: Any, home: Path) -> None:
    said = person("show", "nothing", "--home", home).stderr
    assert "'nothing' 不是运行；`selfstarter ls` 列出它们。" in said
    wrong = ("run", "Say hi", "--home", home, "--model", "opnai:x")
    said = person(*wrong).stderr
    assert "模型 'opnai:x' 不是已知的写法。你是不是想写 openai:x？ 已知：" in said
    said = person("doctor", "--home", home, SELFSTARTER_MODEL="opnai:x").stdout
    assert re.search(r"^model +bad +模型 'opnai:x' 不是已知的写法", said, re.M), said
    for told in (person(*wrong, "--json").stdout, person(*wrong, language="C.UTF-8").stderr):
        assert "The model 'opnai:x' is of no known form. Did you mean openai:x?" in told


def test_the_setting_beats_the_system_and_english_is_what_remains(
    person: Any, tmp_path: Path
) -> None:
    assert "Usage:" in person("--help", language="xx_XX.UTF-8").stdout
    assert "Usage:" in person("--help", SELFSTARTER_LANGUAGE="en").stdout
    file = tmp_path / "config" / "selfstarter" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('language = "zh"\n')
    said = person("ls", "--help", language="C.UTF-8").stdout
    assert "列出运行，最新的在前" in said and "用法：" in said and "每行一个 JSON 对象" in said
    assert "Usage:" in person("ls", "--help", language="C.UTF-8", SELFSTARTER_LANGUAGE="en").stdout
    file.write_text("language = [\n")
    assert person("--help", language="C.UTF-8").returncode == 0


def test_chinese_help_imports_nothing_more(person: Any) -> None:
    def imported(language: str) -> set[str]:
        code = "import sys, selfstarter.cli as c\ntry: c.main(['--help'])\nfinally: "
        code += "print(*sys.modules, sep='\\n', file=sys.stderr)"
        env = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LANGUAGE")}
        ran = subprocess.run(
            [sys.executable, "-P", "-c", code], env={**env, "LANG": language}, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return set(ran.stderr.splitlines())

    english, chinese = imported("C.UTF-8"), imported("zh_CN.UTF-8")
    assert not {"pydantic", "rich", "httpx2", "pathlib"} & (english | chinese)
    assert chinese - english <= {"struct", "_struct", "copy"}  # of gettext
