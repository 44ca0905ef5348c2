"""The page bench on two small sets of each layout: what it counts can be counted by hand."""

import gzip
import json
from pathlib import Path

import pytest
from bench.pages import by_fours, by_texts, main, measures

PAGE = """<html><body><nav><a href=/>Home</a></nav><article><p>{}</p></article>
<footer>All rights reserved by the society</footer></body></html>"""
TEXT = (
    "In the valley 37 kinds of bees were counted in 2024, two more than in the year before it. "
    "Most of them live in the old orchards, where the trees stay until they fall by themselves. "
    "Forty people counted for two weeks, and nobody was stung more often than in other years. "
    "The society wants to count again as soon as the cherry trees are in blossom, in late April."
)


def test_a_set_of_whole_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "a.html.gz").write_bytes(gzip.compress(PAGE.format(TEXT).encode()))
    (tmp_path / "ground-truth.json").write_text(json.dumps({"a": {"articleBody": TEXT}}))
    assert main({"PAGES": str(tmp_path)}) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    found = json.loads(last.removeprefix("bench-pages: "))
    assert found["ours"] == 1.0 and found["behind_best"] <= 0


def test_a_set_of_parts_of_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval" / "a.html").write_text(PAGE.format(TEXT))
    said = {"file": "a.html", "with": ["37 kinds of bees"], "without": ["All rights reserved"]}
    lost = {"file": "gone.html", "with": ["x"], "without": ["y"]}
    (tmp_path / "evaldata.json").write_text(json.dumps({"http://a/": said, "http://b/": lost}))
    assert main({"PAGES": str(tmp_path)}) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 pages") and '"ours": 1.0' in out


def test_without_pages_it_says_what_it_wants(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for given in ({}, {"PAGES": str(tmp_path / "gone")}, {"PAGES": str(tmp_path)}):
        assert main(given) == 2
    assert "PAGES=PATH" in capsys.readouterr().err


def test_words_are_counted_four_by_four() -> None:
    judge = by_fours("a b c d e")
    assert judge("a b c d e") == (1, 0, 0)
    assert judge("a b c d") == (0.5, 0, 0.5)
    assert judge("a b c d e f") == (2 / 3, 1 / 3, 0)
    assert judge("") == (0, 0, 1)


def test_texts_are_found_in_spite_of_their_marks() -> None:
    judge = by_texts(["two or three 10 min", "not there"], ["Imprint"])
    assert judge("# two **or** three\n10 min\n| Imprint |") == (1, 1, 1)


def test_measures_are_means_of_pages() -> None:
    assert measures([(1, 0, 0), (0.5, 0.5, 0), (0, 0, 1)]) == pytest.approx(
        (0.706, 0.75, 0.667), abs=1e-3
    )
