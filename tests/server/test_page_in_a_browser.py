"""The page as a person uses it: a real browser, a real server, a scripted model."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_parts import Visit, launched, visiting
from playwright.sync_api import Browser, Page, expect
from server_parts import DRAFT, FINISH, GOAL, PLAN, WRAP_UP, WRITE, Server, look

Script = Callable[..., str]
REPORT = "# Offers\n\n**Nordwind** it is.\n\n| offer | price |\n|---|---|\n| Nordwind | 1200 |"
TABLE = 'offer,price\n"Nordwind, Kiel",1350\n'
EVIL = (
    "<img src=x onerror=\"document.title='owned'\"> <script>document.title='owned'</script>"
    " [a link](javascript:document.title='owned') \u202etxt.exe"
)
CLOSED_AND_AT_ONCE_I = """(sheet) => {
    sheet.close();
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "i", bubbles: true }));
}"""
"""Before the page is drawn again: on a busy machine a person's next key comes as soon."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    started = Server(folder / "home", folder)
    yield started
    started.end()


@pytest.fixture
def visit(browser: Browser, ours: Server) -> Iterator[Visit]:
    with visiting(browser, ours) as found:
        yield found
        found.nothing_is_wrong()


def write(path: str, content: str) -> dict[str, object]:
    return {"call": {"tool": "write_file", "args": {"path": path, "content": content}}}


def slow(script: Script) -> str:
    """Is at work until it is stopped."""
    quick = [look(f"folder{n}", after_s=0.2) for n in range(5)]
    looks = [look(f"place{n}", after_s=1.2) for n in range(50)]
    return script(DRAFT, PLAN, WRAP_UP, *quick, *looks, WRITE, FINISH)


def rows(page: Page) -> list[str]:
    """The rows that are drawn, each with its place among all."""
    expect(page.locator(".place", has_text="Ended")).to_be_visible()
    expect(page.locator(".older")).to_have_count(0)
    return page.locator(".place").evaluate_all(
        "all => all.map(one => [one.dataset.seq, one.ariaPosInSet, one.ariaSetSize, one.innerText]"
        ".join(' '))"
    )


def state(page: Page, word: str) -> None:
    expect(page.locator(".runhead .state")).to_have_text(word)


def test_a_goal_is_given_watched_told_paused_resumed_and_stopped(
    visit: Visit, script: Script
) -> None:
    visit.page.context.clear_cookies()
    page = visit.open(f"/#t={visit.server.token}")  # as `selfstarter ui` prints it
    page.get_by_label("What do you want done?").fill(GOAL)
    page.get_by_text("Model, limits, permissions").click()
    page.get_by_label("Model", exact=True).fill(slow(script))
    page.reload()  # what is written is kept
    expect(page.get_by_label("What do you want done?")).to_have_value(GOAL)
    page.get_by_label("What do you want done?").press("Control+Enter")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    state(page, "running")
    expect(page.get_by_role("listitem").filter(has_text="folder2")).to_be_visible()
    expect(page.locator(".criterion")).to_have_count(1)

    page.get_by_label("Say something to the agent").fill("In English, please.")
    page.keyboard.press("Enter")
    expect(page.locator(".row.tone-you", has_text="In English, please.")).to_be_visible()

    page.get_by_role("button", name="Pause").click()
    state(page, "paused")
    page.reload()  # nothing is lost
    state(page, "paused")
    expect(page.locator(".row.tone-you", has_text="In English, please.")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    state(page, "running")

    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Stop for good?").click()
    state(page, "stopped")
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", name="Stopped by a person.")).to_be_visible()


def test_a_report_is_read_a_file_is_opened_and_every_view_is_an_address(
    visit: Visit, script: Script
) -> None:
    model = script(
        DRAFT, PLAN, WRAP_UP, write("offers.md", REPORT), write("t.csv", TABLE), WRITE, FINISH
    )
    run_id = visit.server.begin(model)
    visit.server.ended(run_id)
    page = visit.open(f"/runs/{run_id}")
    expect(page.get_by_role("heading", name="Done: every criterion passes.")).to_be_visible()
    page.get_by_role("link", name="Files (3)").click()
    page.get_by_role("link", name="offers.md").click()
    expect(page.get_by_role("cell", name="1200")).to_be_visible()
    assert page.url.endswith("?tab=files&file=offers.md")
    page.reload()
    expect(page.get_by_role("cell", name="1200")).to_be_visible()
    page.get_by_role("link", name="t.csv").click()
    expect(page.get_by_role("cell", name="Nordwind, Kiel")).to_be_visible()
    for _ in range(3):
        page.go_back()
    expect(page.get_by_role("heading", name="Done: every criterion passes.")).to_be_visible()
    page.get_by_role("link", name="Timeline").click()
    page.get_by_role("button", name="offers.md").click()
    expect(page.locator(".opened")).to_contain_text("Nordwind")


@pytest.mark.case("X45")
def test_what_a_model_wrote_is_text_wherever_it_is_shown(visit: Visit, script: Script) -> None:
    finish = {"call": {"tool": "finish", "args": {"summary": EVIL}}}
    files = [write("evil.md", EVIL), write("evil.html", EVIL)]
    run_id = visit.server.begin(script(DRAFT, PLAN, WRAP_UP, *files, WRITE, finish), goal=EVIL)
    visit.server.ended(run_id)
    for path in ("", "?tab=timeline", "?tab=files&file=evil.md", "/replay"):
        page = visit.open(f"/runs/{run_id}{path}")
        expect(page.locator("body")).to_contain_text("\\u{202e}txt.exe")
        assert "\u202e" not in page.locator("body").inner_text()
        assert page.locator("img:not([src='/icon.svg']), a[href^='javascript']").count() == 0
        assert "owned" not in page.title().split(" · ")[0]
    page = visit.open(f"/runs/{run_id}?tab=files&file=evil.html")
    page.frame_locator(".frame").locator("img").wait_for(state="attached")
    assert page.locator(".frame").get_attribute("sandbox") == ""
    # The sandbox refused what the file tried, and said so: that is as it should be.
    visit.wrong = [said for said in visit.wrong if not re.search("sandboxed|evil.html|ERR_", said)]
    visit.wrong = [said for said in visit.wrong if "Content Security Policy" not in said]


def test_a_limit_is_raised_where_it_is_asked(visit: Visit, script: Script) -> None:
    model = script(DRAFT, PLAN, WRAP_UP, look("a"), look("b"), WRITE, FINISH)
    run_id = visit.server.begin(model, budget={"steps": 2})
    page = visit.open("/inbox")
    item = page.locator(".inbox li")
    expect(item).to_contain_text("Raise the limit?")
    item.focus()
    page.keyboard.press("e")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    assert visit.server.ended(run_id)["limits"]["steps"] == 7


def test_a_call_is_allowed_by_who_has_seen_all_of_it(visit: Visit, script: Script) -> None:
    long = "A greeting. " * 400 + "\u202eThe very end."
    model = script(DRAFT, PLAN, WRAP_UP, write("hello.txt", long), FINISH)
    run_id = visit.server.begin(model, mode="ask")
    page = visit.open(f"/runs/{run_id}")
    call = page.locator(".askcall")
    expect(call).to_contain_text("The very end.")
    expect(call).to_contain_text("sha256 ")
    assert "\u202e" not in call.inner_text()
    page.get_by_role("button", name="Allow once").click()
    state(page, "done")
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator(".row", has_text="once, by you")).to_be_visible()


def test_a_call_is_refused_and_the_agent_is_told_why(visit: Visit, script: Script) -> None:
    model = script(DRAFT, PLAN, WRAP_UP, WRITE, look("elsewhere"), WRITE, FINISH)
    run_id = visit.server.begin(model, mode="ask")
    page = visit.open("/inbox")
    page.get_by_label("Why not, for the agent to read").fill("Not in this folder.")
    page.get_by_role("button", name="Do not allow").click()
    page.goto(f"{visit.server.address}/runs/{run_id}?tab=timeline")
    expect(page.locator(".row", has_text="by you: Not in this folder.")).to_be_visible()
    visit.server.api.post(f"/runs/{run_id}/commands", json={"type": "stop"})


def test_a_contract_is_seen_changed_and_started_by_key(visit: Visit, script: Script) -> None:
    judged = {"for": "judge", "json": {"evidence": "Hello there.", "passes": True}}
    page = visit.open("/")
    page.get_by_label("What do you want done?").fill(GOAL)
    page.get_by_text("Model, limits, permissions").click()
    page.get_by_label("Model", exact=True).fill(script(DRAFT, PLAN, WRAP_UP, judged, WRITE, FINISH))
    page.get_by_label("Show me what done means before you start").press("Space")
    page.get_by_label("What do you want done?").press("Control+Enter")
    page.wait_for_url(re.compile(r"/runs/\w+/contract$"))
    sheet = page.locator("form.sheet")
    for said in (GOAL, "the file must be there", "Write it", "English will do.", "Steps: 60"):
        expect(sheet).to_contain_text(said)
    sheet.get_by_role("checkbox").press("Space")
    expect(page.get_by_role("alert")).to_contain_text("Something must be left to be done")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    page.get_by_label("Add conditions").fill("It greets")
    page.reload()  # nothing is lost
    expect(sheet.get_by_role("checkbox")).not_to_be_checked()
    expect(page.get_by_label("Add conditions")).to_have_value("It greets")
    page.get_by_label("Add conditions").press("Control+Enter")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    state(page, "done")
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator(".row", has_text="+ It greets")).to_be_visible()
    page.goto(f"{page.url.partition('?')[0]}/contract")
    page.wait_for_url(re.compile(r"/runs/\w+$"))  # there is none to accept any more


def test_what_is_said_of_a_contract_is_drafted_anew_and_a_refusal_ends_it(
    visit: Visit, script: Script
) -> None:
    again = {"for": "plan", "json": {"tasks": [{"title": "Write it in small letters"}]}}
    same = {"for": "amend", "json": {"quote": ""}}
    model = script(DRAFT, PLAN, same, again, WRITE, FINISH)
    run_id = visit.server.begin(model, review=True)
    page = visit.open("/inbox")
    item = page.locator(".inbox li")
    expect(item).to_contain_text("Is this what done means?")
    item.focus()
    page.keyboard.press("a")  # it is seen before it is accepted
    page.wait_for_url(re.compile(r"/contract$"))
    page.get_by_label("Say something to the agent").fill("In small letters.")
    page.keyboard.press("Enter")
    expect(page.locator("form.sheet")).to_contain_text("Write it in small letters")
    page.goto(f"{visit.server.address}/runs/{run_id}")
    expect(page.get_by_role("link", name="Look at it")).to_be_visible()
    page.get_by_role("button", name="End with a report").click()
    state(page, "stopped")
    assert visit.server.api.get(f"/runs/{run_id}/files").json() == {"files": []}


def test_a_run_is_gone_through_again_event_by_event(visit: Visit, script: Script) -> None:
    run_id = visit.server.begin(script(DRAFT, PLAN, WRAP_UP, look("a"), WRITE, FINISH))
    last = visit.server.ended(run_id)["seq"]
    page = visit.open(f"/runs/{run_id}/replay?at=1")
    state(page, "running")
    expect(page.locator(".task")).to_have_count(0)
    page.get_by_label("Event", exact=True).press("End")
    state(page, "done")
    expect(page.locator(".task")).to_have_count(1)
    assert page.url.endswith(f"at={last}")


def test_what_runs_learnt_is_found_put_right_and_forgotten(visit: Visit, script: Script) -> None:
    wish = f"{GOAL}. Always greet in lower case."
    run_id = visit.server.begin(script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH), goal=wish)
    visit.server.ended(run_id)
    page = visit.open("/memory")
    page.get_by_label("Search by meaning").fill("lower case")
    page.wait_for_url("**/memory?q=lower+case")
    record = page.locator(".memory").filter(has_text="The person said: Always")
    record.get_by_role("button", name="More").click()
    expect(record.get_by_role("link", name=run_id)).to_be_visible()
    record.get_by_label("In your words").fill("Greet in small letters, always lower case.")
    record.get_by_role("button", name="Put it so").click()
    record = page.locator(".memory").filter(has_text="Greet in small letters")
    expect(record).to_contain_text("in your words")
    expect(record).to_contain_text("The person said: Always greet in lower case.")
    record.get_by_role("button", name="Forget").click()
    record.get_by_role("button", name="Forget for good?").click()
    expect(page.get_by_text("Greet in small letters")).to_have_count(0)


def test_a_goal_is_scheduled_run_now_paused_and_removed(visit: Visit, script: Script) -> None:
    page = visit.open("/schedules")
    page.get_by_label("What is to be done again and again?").fill(GOAL)
    page.get_by_label("When", exact=True).fill("99 * * * *")
    page.get_by_label("Model").fill(script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH))
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("is no cron expression")
    page.get_by_label("How often").select_option("every")
    page.get_by_label("When", exact=True).fill("2h")
    page.get_by_role("button", name="Schedule", exact=True).click()
    one = page.locator(".scheduled").filter(has_text=GOAL)
    expect(one).to_contain_text("every 2h")
    expect(one).to_contain_text("no run yet")
    one.get_by_role("button", name="Run now").click()
    expect(one.locator(".state")).to_have_text("done", timeout=30_000)
    one.get_by_role("button", name="Pause").click()
    expect(one).to_contain_text("paused")
    one.get_by_role("link", name="Last run").click()
    state(page, "done")
    page.go_back()
    one.get_by_role("button", name="Remove").click()
    one.get_by_role("button", name="Remove for good?").click()
    expect(page.get_by_text("Nothing is scheduled.")).to_be_visible()
    visit.wrong = [said for said in visit.wrong if "422" not in said]  # the refusal


def test_a_setting_is_changed_and_set_back(visit: Visit) -> None:
    page = visit.open("/settings")
    steps = page.locator(".setting").filter(has_text="Most tool calls of a run.")
    steps.get_by_role("textbox").fill("-3")
    steps.get_by_role("button", name="Save").click()
    expect(steps.get_by_role("alert")).to_contain_text("greater than 0")
    steps.get_by_role("textbox").fill("17")
    steps.get_by_role("button", name="Save").click()
    expect(steps).to_contain_text("from your file")
    assert visit.server.api.get("/defaults").json()["limits"]["steps"] == 17
    steps.get_by_role("button", name="Back to 60").click()
    expect(steps).to_contain_text("as shipped")
    assert visit.server.api.get("/defaults").json()["limits"]["steps"] == 60
    visit.wrong = [said for said in visit.wrong if "422" not in said]  # the refusal


def test_how_a_run_went_is_drawn_and_said(visit: Visit, script: Script) -> None:
    price = {"input": 1e-4, "output": 1e-4}
    unknown: dict[str, int] = {}
    costly = [{**one, "usage": unknown} for one in (DRAFT, PLAN, WRAP_UP, look("a"), WRITE, FINISH)]
    run_id = visit.server.begin(script(*costly, price=price))
    visit.server.ended(run_id)
    page = visit.open(f"/runs/{run_id}?tab=course")
    expect(page.locator(".chart")).to_have_count(3)
    expect(page.get_by_text("conditions that pass: 1 of 1")).to_be_visible()
    tokens = page.locator(".chart").filter(has_text="Tokens")
    expect(tokens).to_contain_text("after 2 steps")
    page.keyboard.press("2")
    expect(page.locator(".row", has_text="hello.txt").first).to_be_visible()


def test_eight_pages_of_one_browser_stay_live(visit: Visit, script: Script) -> None:
    """A browser allows six streams to a server: with one each, the seventh page would hang."""
    run_id = visit.server.begin(slow(script))
    pages = [visit.open(f"/runs/{run_id}")]
    for _ in range(7):
        pages.append(visit.page.context.new_page())
        pages[-1].goto(f"{visit.server.address}/runs/{run_id}")
        state(pages[-1], "running")
    visit.server.api.post(f"/runs/{run_id}/commands", json={"type": "stop"})
    for page in pages:
        state(page, "stopped")
    pages[0].goto(f"{visit.server.address}/health")
    expect(pages[0].get_by_text("one for all tabs")).to_be_visible()
    for other in pages[1:]:
        other.close()


def test_a_browser_without_shared_workers_is_served_too(
    browser: Browser, ours: Server, script: Script
) -> None:
    with visiting(browser, ours, before="delete window.SharedWorker;") as visit:
        page = visit.open("/health")
        expect(page.get_by_text("of this tab")).to_be_visible()
        run_id = ours.begin(slow(script))
        page = visit.open(f"/runs/{run_id}")
        expect(page.locator(".row", has_text="folder3")).to_be_visible()
        ours.api.post(f"/runs/{run_id}/commands", json={"type": "stop"})
        state(page, "stopped")
        visit.nothing_is_wrong()


def test_a_server_that_dies_under_an_open_page_costs_it_nothing(
    browser: Browser, tmp_path: Path, script: Script
) -> None:
    first = Server(tmp_path / "home", tmp_path)
    run_id = first.begin(slow(script))
    with visiting(browser, first) as visit:
        page = visit.open(f"/runs/{run_id}")
        expect(page.locator(".row", has_text="folder1")).to_be_visible()
        first.kill()
        expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
        again = Server(tmp_path / "home", tmp_path, port=first.port)
        expect(page.get_by_text("The server cannot be reached.")).to_have_count(0)
        state(page, "interrupted")
        page.get_by_role("button", name="Resume").click()
        state(page, "running")
        expect(page.locator(".row", has_text="Resumed")).to_be_visible()
        page.get_by_role("button", name="Stop", exact=True).click()
        page.get_by_role("button", name="Stop for good?").click()
        state(page, "stopped")
        page.get_by_role("link", name="Timeline").click()
        followed = rows(page)
        page.reload()
        expect(page.locator(".row", has_text="Resumed")).to_be_visible()
        assert followed == rows(page), "nothing is missed, nothing comes twice"
        again.end()


def test_all_that_is_often_wanted_has_a_key(visit: Visit, script: Script) -> None:
    run_id = visit.server.begin(slow(script))
    page = visit.open(f"/runs/{run_id}")
    page.keyboard.press("p")
    state(page, "paused")
    page.keyboard.press("3")
    expect(page.get_by_role("link", name="Report")).to_have_attribute("aria-current", "page")
    page.keyboard.press("s")
    page.keyboard.type("p is only a letter here")
    expect(page.get_by_label("Say something to the agent")).to_have_value("p is only a letter here")
    state(page, "paused")
    page.get_by_label("Say something to the agent").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Resume")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("?")
    page.locator("dialog[open]").evaluate(CLOSED_AND_AT_ONCE_I)
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    visit.server.api.post(f"/runs/{run_id}/commands", json={"type": "stop"})


def test_without_the_token_nothing_is_shown_but_the_way_in(browser: Browser, ours: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{ours.address}/runs")
    page.get_by_label("Address or token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not the server's token")
    page.get_by_label("Address or token").fill(f"{ours.address}/#t={ours.token}")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    assert ours.token not in page.url
    context.close()


def test_the_page_speaks_chinese_and_remembers_its_colours(browser: Browser, ours: Server) -> None:
    with visiting(browser, ours, language="zh-CN") as visit:
        page = visit.open()
        expect(page.get_by_label("你想完成什么？")).to_be_visible()
        page.get_by_role("button", name="配色").click()
        page.get_by_role("button", name="配色").click()
        page.reload()
        expect(page.locator("html[data-theme=dark]")).to_be_attached()
        page.goto(f"{ours.address}/settings")
        expect(page.get_by_text("一次运行最多的工具调用次数。")).to_be_visible()
        page.get_by_role("button", name="语言").click()
        expect(page.get_by_text("Most tool calls of a run.")).to_be_visible()
        visit.nothing_is_wrong()
