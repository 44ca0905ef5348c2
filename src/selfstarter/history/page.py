"""A run as one HTML file that replays offline: nothing is loaded, and all that a model or a page
wrote is text. Redacted."""

import base64
import hashlib
import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from selfstarter.core.cleaning import clean, in_json
from selfstarter.core.errors import BadSetting
from selfstarter.core.events import AnyEvent
from selfstarter.core.fold import apply
from selfstarter.core.redaction import within
from selfstarter.core.state import State
from selfstarter.history.past import Past, past_in, snapshots_of, tree_of
from selfstarter.keys import redactor
from selfstarter.report import report
from selfstarter.settings import Settings

HERE = Path(__file__).parent
MARKDOWN = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["link", "image", "autolink", "reference"])
)
BODY = 2_000
"""Characters of an event that are shown."""
HEADS, HEAD = 30, 4_000
"""Files that are shown, and characters of each."""


def page(name: str, settings: Settings) -> str:
    """Raises NoSuchRun."""
    past = past_in(settings, name)
    found = {
        "report": report(past.run_id, past.state),
        "rows": list(rows(past)),
        "files": heads(past, settings),
    }
    return written(past, cleaned(within(redactor(), found)))


def cleaned(value: Any) -> Any:
    return within(clean, value)


def rows(past: Past) -> Iterator[dict[str, Any]]:
    """Each event, and where the run then stood: its meters always, plan and criteria where they
    have changed."""
    state, told = State(), ""
    for recorded in past.records:
        state = apply(state, recorded)
        spent, limits = state.spent, state.limits
        row: dict[str, Any] = {
            "seq": recorded.seq,
            "at": recorded.at,
            "kind": recorded.event.kind.replace("_", " "),
            "body": body_of(recorded.event),
            "meters": [spent.steps, limits.steps, spent.tokens, limits.tokens, spent.cost_usd],
        }
        stands = {"plan": plan_of(state), "criteria": criteria_of(state)}
        if (now := json.dumps(stands)) != told:
            told = now
            row |= stands
        yield row


def body_of(event: AnyEvent) -> str:
    """All that an event says, as lines: `name: value`."""
    said = event.model_dump(mode="json", exclude={"kind", "v"}, exclude_defaults=True)
    lines = (
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in said.items()
    )
    text = "\n".join(lines)
    return text if len(text) <= BODY else f"{text[:BODY]}… ({len(text):,} characters)"


def plan_of(state: State) -> list[list[str]]:
    return [[task.status, task.title] for task in state.plan]


def criteria_of(state: State) -> list[list[str]]:
    contract = state.contract
    found: list[list[str]] = []
    for one in contract.criteria if contract else ():
        seen = state.checks.get(one.id)
        mark = "open" if seen is None else "passed" if seen.passed else "failed"
        found.append([mark, one.text, seen.evidence if seen else ""])
    return found


def heads(past: Past, settings: Settings) -> list[list[str]]:
    """(path, its first characters) of what the run made or changed, as it was kept last."""
    if not past.saves:
        return []
    found: list[list[str]] = []
    with snapshots_of(past.run_id, settings) as snapshots:
        try:
            tree = snapshots.tree(tree_of(past.saves[-1]))
        except BadSetting:
            return []
        for path in past.state.ledger.made[:HEADS]:
            entry = tree.get(path)
            if entry is None or entry.kind == "out":
                found.append([path, "(not kept)"])
                continue
            data = snapshots.blob(entry.digest)
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                text = f"(no text, {len(data):,} bytes)"
            found.append([path, text[:HEAD] + ("…" if len(text) > HEAD else "")])
    return found


def written(past: Past, found: dict[str, Any]) -> str:
    script, style = (HERE / "page.js").read_text("utf-8"), (HERE / "page.css").read_text("utf-8")
    policy = (
        f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    # `<` would end the element that holds the data, whatever it stands in.
    data = in_json(json.dumps(found["rows"], ensure_ascii=False)).replace("<", "\\u003c")
    files = "".join(
        f"<details><summary>{html.escape(path)}</summary><pre>{html.escape(text)}</pre></details>"
        for path, text in found["files"]
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Run {html.escape(past.run_id)}</title>
<style>{style}</style>
</head>
<body>
<main>
<div id="report" dir="auto">
{as_html(found["report"])}
</div>
<h2>Files</h2>
{files or "<p>None was made or changed.</p>"}
<section id="replay" hidden>
<h2>Replay of run {html.escape(past.run_id)}</h2>
<label for="place">After event <output id="seq"></output></label>
<input id="place" type="range" min="1" step="1">
<p id="meters"></p>
<div class="columns">
<section><h3>Done when</h3><ul id="criteria"></ul></section>
<section><h3>Plan</h3><ol id="plan"></ol></section>
</div>
<h3>What happened</h3>
<ol id="rows" reversed></ol>
</section>
</main>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def as_html(markdown: str) -> str:
    """Whatever could load or lead elsewhere (markup, links, pictures) is text."""
    tokens = MARKDOWN.parse(markdown)
    for token in tokens:
        token.attrs.pop("style", None)  # how a column is aligned: the policy allows none inline
    return MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})


def digest(text: str) -> str:
    """As a policy names what may stand inline (W3C CSP 3, 6.7.2)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
