"""Pages that a program puts together, in a real Chromium: it reaches nothing but what we fetch."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from web_site import Answer, Site, served

from selfstarter.core.errors import BadSetting
from selfstarter.core.pages import WebAccess
from selfstarter.core.ports import Result
from selfstarter.sandbox.probe import probe
from selfstarter.tools.web import read_page_of
from selfstarter.web import browser as module
from selfstarter.web.browser import Browser, missing
from selfstarter.web.captures import Captured
from selfstarter.web.fetch import Fetcher
from selfstarter.web.opened import can_reach
from selfstarter.web.reading import WebPages

BWRAP = str(probe().bwrap or "")
needs_browser = pytest.mark.skipif(bool(missing(BWRAP)), reason=missing(BWRAP) or "no browser")

WORDS = "In the valley 37 kinds of bees were counted, and most of them live in the old orchards. "


def made_by(script: str) -> Answer:
    """A page whose text is made by its program, twelve sentences of it, after `script` has run."""
    program = f"""
        const told = [];
        const tell = text => told.push(String(text).slice(0, 80));
        (async () => {{ {script}
          document.getElementById('app').innerHTML = '<article><p>' + '{WORDS}'.repeat(12)
            + '</p><p>TOLD ' + told.join('; ') + '</p></article>';
        }})();"""
    body = f"<div id=app></div><script>{program}</script>"
    return Answer(f"<html><body>{body}</body></html>".encode())


async def literal(host: str, port: int) -> Sequence[str]:
    """No name is looked up in these tests."""
    return ["127.0.0.1" if host == "localhost" else host.strip("[]")]


def read(folder: Path, site: Site, path: str = "/") -> tuple[Result, Browser]:
    fetcher = Fetcher(frozenset({site.host}), pause_s=0.0, resolve=literal)
    browser = Browser(BWRAP, fetcher, idle_s=3.0)
    read_page = read_page_of(WebPages(fetcher, Captured(folder / "pages"), browser=browser))
    return asyncio.run(read_page({"url": site.url + path}, "run:1")), browser


@needs_browser
def test_a_page_that_is_made_by_its_program_is_read(tmp_path: Path) -> None:
    script = "const got = await (await fetch('/data.json')).json(); tell('kinds ' + got.kinds);"
    answers = {"/": made_by(script), "/data.json": Answer(b'{"kinds": 37}', "application/json")}
    with served(answers) as site:
        result, _ = read(tmp_path, site)
        assert "37 kinds of bees" in result.output and "kinds 37" in result.output
        assert "when its programs have run" in result.output
        assert site.paths == ["/", "/data.json"]


@needs_browser
def test_a_page_with_text_needs_no_browser(tmp_path: Path) -> None:
    page = f"<html><body><article><p>{WORDS * 12}</p></article><script src=/x.js></script></body>"
    with served({"/": Answer(page.encode())}) as site:
        result, _ = read(tmp_path, site)
        assert "37 kinds" in result.output and "programs" not in result.output
        assert site.paths == ["/"]


@pytest.mark.case("X09")
@pytest.mark.case("X11")
@needs_browser
def test_a_page_reaches_no_address_that_we_would_not_fetch(tmp_path: Path) -> None:
    with served({"/secret": Answer(b"inner", "text/plain")}) as inner:
        port = inner.server_port
        script = f"""
          for (const url of ['http://127.0.0.1:{port}/secret', 'http://localhost/secret',
                             'http://[::1]/secret', 'http://169.254.169.254/latest/',
                             '/leads-inside'])
            try {{ tell('GOT ' + await (await fetch(url)).text()); }} catch (e) {{ tell('none'); }}
          await new Promise(done => {{
            const socket = new WebSocket('ws://127.0.0.1:{port}/secret');
            socket.onopen = () => {{ tell('GOT socket'); done(); }};
            socket.onerror = () => {{ tell('none'); done(); }};
          }});"""
        inside = Answer(status=302, headers={"Location": f"{inner.url}/secret"})
        with served({"/": made_by(script), "/leads-inside": inside}) as site:
            result, browser = read(tmp_path, site)
        assert "TOLD none; none; none; none; none; none" in result.output
        assert inner.heard == []
        assert f"http://127.0.0.1:{port}/secret" in browser.refused


@pytest.mark.case("X10")
@needs_browser
@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version", "view-source:http://a/"])
def test_a_page_leads_the_browser_to_no_other_scheme(tmp_path: Path, url: str) -> None:
    script = f"""
      try {{ tell('GOT ' + await (await fetch('{url}')).text()); }} catch (e) {{ tell('none'); }}
      try {{ window.open('{url}'); }} catch (e) {{ }}
      try {{ location.href = '{url}'; }} catch (e) {{ }}
      await new Promise(done => setTimeout(done, 300));"""
    with served({"/": made_by(script)}) as site:
        result, _ = read(tmp_path, site)
    assert "TOLD none" in result.output
    assert "root:" not in result.output and "GOT" not in result.output


@pytest.mark.case("X46")
@needs_browser
def test_no_picture_frame_or_form_carries_anything_out(tmp_path: Path) -> None:
    script = """
      const add = html => document.body.insertAdjacentHTML('beforeend', html);
      add('<img src="/pixel.png?d=NOTES"><iframe src="/frame?d=NOTES"></iframe>');
      add('<link rel=stylesheet href="/style.css?d=NOTES"><video src="/film?d=NOTES"></video>');
      add('<form id=f method=post action="/form?d=NOTES"></form>');
      navigator.sendBeacon('/beacon?d=NOTES', 'x');
      try { await fetch('/post?d=NOTES', {method: 'POST', body: 'x'}); } catch (e) { tell('none'); }
      await new Promise(done => setTimeout(done, 300));"""
    with served({"/": made_by(script)}) as site:
        result, browser = read(tmp_path, site)
        assert site.paths == ["/"]
    assert "TOLD none" in result.output
    assert any("pixel.png" in url for url in browser.refused)


@needs_browser
def test_a_page_that_never_ends_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOTAL_S", 6.0)
    with served({"/": made_by("while (true) {}")}) as site:
        result, _ = read(tmp_path, site)
    assert result.status == "empty"


def nothing(name: str) -> None:
    """No package of that name."""


def something(name: str) -> str:
    return name


def test_what_a_browser_lacks_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", nothing)
    with pytest.raises(BadSetting, match=r"pip install 'selfstarter\[browser\]'"):
        can_reach(WebAccess(browser=True), lambda name: "")
    monkeypatch.setattr(module, "find_spec", something)
    monkeypatch.setattr(module, "chromium", lambda: "/usr/bin/chromium")
    with pytest.raises(BadSetting, match="no working bubblewrap"):
        can_reach(WebAccess(browser=True), lambda name: "")
    monkeypatch.setattr(module, "chromium", lambda: "")
    with pytest.raises(BadSetting, match="Chromium is not installed"):
        can_reach(WebAccess(browser=True), lambda name: "", "/usr/bin/bwrap")
