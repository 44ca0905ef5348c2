"""The page shows what a run changed, branches it off and gives it away as a file."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_parts import WATCH, Visit, launched, visiting
from playwright.sync_api import Browser, expect
from pypdf import PdfReader
from server_parts import DRAFT, FINISH, PLAN, WRAP_UP, WRITE, Reply, Server

Script = Callable[..., str]
EVIL = (
    "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    with visiting(browser, server) as found:
        yield found
        found.nothing_is_wrong()


def write(path: str, text: str) -> Reply:
    return {"call": {"tool": "write_file", "args": {"path": path, "content": text}}}


def test_changes_are_shown_and_a_branch_is_made_where_one_looks(
    visit: Visit, script: Script
) -> None:
    run = visit.server.begin(script(DRAFT, PLAN, WRAP_UP, write("evil.md", EVIL), WRITE, FINISH))
    visit.server.ended(run)
    page = visit.open(f"/runs/{run}?tab=changes")
    expect(page.locator(".changes summary")).to_have_count(2)
    expect(page.locator(".changes .plus").first).to_have_text(f"+{EVIL}\n")
    assert page.title().endswith("Selfstarter")
    (step, *_) = visit.server.api.get(f"/runs/{run}/changes").json()["steps"]
    page = visit.open(f"/runs/{run}/replay?at={step['seq']}")
    page.get_by_role("button", name="Fork from here").click()
    page.wait_for_url(re.compile(rf"/runs/(?!{run})\w+$"))
    other = page.url.rpartition("/")[2]
    assert visit.server.ended(other)["run"]["ending"] == "done"
    page = visit.open(f"/runs/{other}?tab=timeline")
    expect(page.locator("body")).to_contain_text(f"from run {run} after its event {step['seq']}")


@pytest.mark.case("X45")
def test_an_exported_page_replays_offline_and_runs_nothing_of_the_run(
    visit: Visit, script: Script, tmp_path: Path
) -> None:
    finish = {"call": {"tool": "finish", "args": {"summary": EVIL}}}
    run = visit.server.begin(script(DRAFT, PLAN, WRAP_UP, write("evil.md", EVIL), WRITE, finish))
    last = visit.server.ended(run)["seq"]
    page = visit.open(f"/runs/{run}")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Web page").click()
    file = tmp_path / "run.html"
    download.value.save_as(file)
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    paper = tmp_path / download.value.suggested_filename
    download.value.save_as(paper)
    assert "Done: every criterion passes." in PdfReader(paper).pages[0].extract_text()
    context = page.context.browser.new_context(offline=True)  # pyright: ignore[reportOptionalMemberAccess]
    alone = context.new_page()
    alone.add_init_script(WATCH)
    asked: list[str] = []
    said: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("console", lambda message: said.append(message.text))
    alone.goto(file.as_uri())
    expect(alone.locator("#seq")).to_have_text(f"{last} of {last}")
    expect(alone.locator("#criteria li").first).to_contain_text("passed")
    alone.locator("#place").press("Home")
    expect(alone.locator("#seq")).to_have_text(f"1 of {last}")
    expect(alone.locator("#criteria li")).to_have_count(0)
    expect(alone.locator("#report")).to_contain_text("onerror")
    assert alone.title() == f"Run {run}"
    assert asked == [file.as_uri()] and said == []
    assert alone.evaluate("window.violations") == []
    context.close()
