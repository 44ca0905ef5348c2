"""What is shown of the workspace before the first call: to a model that has the room, small files
whole."""

import asyncio
from pathlib import Path

import pytest
from plays import finish, laid, needs_sandbox, worked

from selfstarter.app import pursue
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

OFFER = "".join(f"line {n} of the offer\n" for n in range(1, 7))


def shown(workspace: Path, home: Path, files: dict[str, str], small: bool, window: int) -> str:
    laid(workspace, files)
    model = ScriptedModel.of({"text": "no"}, small=small, window=window)
    settings = Settings(model="scripted", home=home, steps=1)
    outcome = asyncio.run(pursue("Do it", workspace, settings, model=model))
    return outcome.state.scouted.heads if outcome.state.scouted else ""


@pytest.mark.parametrize(("small", "whole"), [(False, True), (True, False)])
def test_a_small_file_is_shown_whole_where_there_is_room(
    workspace: Path, home: Path, small: bool, whole: bool
) -> None:
    files = {"offer.txt": OFFER, "wide.txt": "w" * 300 + "\n"}
    heads = shown(workspace, home, files, small, 32_768)
    assert (f"== offer.txt\n{OFFER.strip()}" in heads, "w" * 300 in heads) == (whole, whole)
    assert ("(6 lines)" in heads) is not whole


@pytest.mark.parametrize("window", [4_096, 32_768, 1_000_000])
def test_no_more_than_there_is_room_for(workspace: Path, home: Path, window: int) -> None:
    files = {f"{n:02}.txt": f"{n:02}\n" * 1_200 for n in range(14)} | {"big.txt": "b\n" * 2_100}
    heads = shown(workspace, home, files, False, window)
    assert heads.count("== ") == 14
    whole = [part for part in heads.split("== ")[1:] if part.count("\n") > 400]
    assert len(whole) == {4_096: 0, 32_768: 2, 1_000_000: 6}[window]


def test_code_is_shown_whole_before_what_stands_beside_it(workspace: Path, home: Path) -> None:
    lines = "".join(f"{n:02} is a line of it\n" for n in range(100))
    files = {name: f"{name}\n{lines}" for name in (".gitignore", "README.md", "src/tax.py")}
    heads = shown(workspace, home, files, False, 16_384)
    whole = [part.split("\n")[0] for part in heads.split("== ")[1:] if "99 is" in part]
    assert whole[-1] == "src/tax.py" and len(whole) == 2


@pytest.mark.parametrize("small", [False, True])
def test_a_bigger_model_learns_what_it_would_have_to_clean(
    workspace: Path, home: Path, small: bool
) -> None:
    rows = [f"C{n},{('South', 'SOUTH ', 'north')[n % 3]},{n}\n" for n in range(600)]
    table = "customer,region,paid\n" + "".join([*rows, *rows[:4]])
    heads = shown(workspace, home, {"a.csv": table}, small, 32_768)
    assert ("4 of 604 rows repeat another row" in heads) is not small
    assert ("2 values spelled in 3 ways, like 'SOUTH', 'South'" in heads) is not small


@needs_sandbox
@pytest.mark.parametrize(("name", "right"), [("Müller", True), ("Mueller", False)])
def test_what_is_not_utf8_is_seen_by_all_who_look(
    workspace: Path, home: Path, name: str, right: bool
) -> None:
    """Whoever drafts, checks and judges."""
    line = "供应商;金额\n华东贸易有限公司;1200\n"
    (workspace / "liste.csv").write_bytes(line.encode("gb18030"))
    copied = line.encode("gb18030").decode("latin-1")
    holds = {"kind": "file_matches", "path": "out.txt", "contains": ["Preis für Müller"]}
    named = {"kind": "judge", "path": "out.txt", "question": "Is it as in liste.csv?"}
    asked: list[Request] = []
    program = f"open('out.txt', 'w', encoding='cp1252').write('Preis für {name}: 1200')"
    outcome = worked(
        workspace,
        home,
        "Write out.txt.",
        {"call": {"tool": "run_python", "args": {"code": program}}},
        finish("It is there."),
        {"for": "judge", "json": {"evidence": "Preis für Müller: 1200", "passes": True}},
        there={},
        checks=[holds, named],
        files=["out.txt"],
        asked=asked,
    )
    assert (outcome.ending == "done") is right, outcome.report
    for purpose in ("draft", "choose", *(("judge",) if right else ())):
        shown = next(request for request in asked if request.purpose == purpose)
        said = "\n".join(message.text for message in shown.messages)
        assert line.strip() in said and copied[:6] not in said
        assert ("(read as gb18030)" in said) == (purpose != "judge")


MAILS = {f"mail/{n:02}.txt": f"Mail {n}\n" for n in range(1, 21)}


@pytest.mark.parametrize("small", [False, True])
def test_what_is_not_shown_is_named_and_takes_no_place(
    workspace: Path, home: Path, small: bool
) -> None:
    (workspace / "a.png").write_bytes(b"\x89PNG\0\0")
    (workspace / "b.pdf").write_bytes(b"%PDF-1.4 ")
    (workspace / "c.bin").write_bytes(bytes(range(256)))
    (workspace / "d.txt").write_bytes("Größe\n".encode("cp1252"))
    heads = shown(workspace, home, MAILS, small, 32_768)
    assert heads.startswith(
        "Not shown below: a.png: a PNG image; b.pdf: not a PDF that can be read: Stream has ended"
        " unexpectedly; c.bin: binary data; the 7 files from mail/14.txt on"
        "\n\n== d.txt\nGröße\n(read as cp1252)"
    )
    assert heads.count("== ") == 14 and heads.endswith("== mail/13.txt\nMail 13")


@pytest.mark.parametrize("small", [False, True])
def test_where_all_is_shown_nothing_is_said(workspace: Path, home: Path, small: bool) -> None:
    heads = shown(workspace, home, {"a.txt": "a\n", "b.txt": "b\n", "none.txt": ""}, small, 32_768)
    assert heads == "== a.txt\na\n\n== b.txt\nb"


def test_a_copy_is_named_and_not_shown_again(workspace: Path, home: Path) -> None:
    long = "".join(f"line {n}\n" for n in range(9_000))
    files = {"a.txt": OFFER, "a.txt.bak": OFFER, "b.txt": OFFER.upper(), "long.txt": long}
    files |= {"long2.txt": long, "long3.txt": long + "one more\n"}
    heads = shown(workspace, home, files, False, 32_768)
    assert "== a.txt.bak\n(the same as a.txt)\n" in heads and heads.count(OFFER.strip()) == 1
    assert "== b.txt\nLINE 1" in heads
    assert "== long2.txt\n(the same as long.txt)\n\n== long3.txt\nline 0\n" in heads


def test_a_small_model_reads_each_file(workspace: Path, home: Path) -> None:
    heads = shown(workspace, home, {"a.txt": "a\n", "b.txt": "a\n"}, True, 32_768)
    assert heads == "== a.txt\na\n\n== b.txt\na"
