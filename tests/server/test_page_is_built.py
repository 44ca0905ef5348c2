"""The committed page is what its source makes, and the server gives it out. Needs no Node."""

import hashlib
import re
from pathlib import Path

import httpx2
from server_parts import Server

ROOT = Path(__file__).parent.parent.parent
UI = ROOT / "ui"
PAGE = ROOT / "src" / "selfstarter" / "server" / "page"
PARTS = (
    "index.html",
    "package-lock.json",
    "package.json",
    "public",
    "sources.ts",
    "src",
    "tsconfig.json",
    "vite.config.ts",
)
ENTRY_BYTES = 800_000
"""Of the script; UI.md's budget is 250 KB after compression, which is about a third of it."""


def files(part: Path) -> list[Path]:
    return [part] if part.is_file() else [file for file in part.rglob("*") if file.is_file()]


def digest() -> str:
    """As ui/sources.ts has it."""
    whole = hashlib.sha256()
    found = {file.relative_to(UI).as_posix(): file for part in PARTS for file in files(UI / part)}
    for name in sorted(found):
        whole.update(f"{name}\0".encode() + found[name].read_bytes() + b"\0")
    return whole.hexdigest()


def test_the_page_was_built_from_its_source_as_it_is() -> None:
    said = re.search(r'<meta name="sources" content="(\w+)"', (PAGE / "index.html").read_text())
    assert said and said[1] == digest(), "ui/ has changed: make ui, and commit src/…/server/page"


def test_the_page_holds_what_its_server_allows_and_asks_nobody_else() -> None:
    index = (PAGE / "index.html").read_text()
    assert re.findall(r"(?:src|href)=\"([^\"]+)\"", index)
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", index), "inline"
    for file in (PAGE / "assets").iterdir():
        text = file.read_text("utf-8")
        assert len(text) < ENTRY_BYTES, file.name
        loads = re.findall(r"(?:import|url|fetch|EventSource|Worker)\(\s*[\"'`]?https?:", text)
        assert not loads, (file.name, loads)


def test_the_lock_names_no_place_to_load_from() -> None:
    assert '"resolved"' not in (UI / "package-lock.json").read_text()


def test_every_address_gives_the_page_and_its_parts_are_kept(idle: Server) -> None:
    for path in ("/", "/runs", "/runs/abc?tab=files", "/inbox"):
        answer = httpx2.get(idle.address + path)
        assert answer.status_code == 200 and '<div id="page">' in answer.text
        assert answer.headers["cache-control"] == "no-cache"
        assert "script-src 'self'" in answer.headers["content-security-policy"]
    for asset in re.findall(r'"(/assets/[^"]+)"', answer.text):
        part = httpx2.get(idle.address + asset)
        assert part.status_code == 200 and "immutable" in part.headers["cache-control"]
