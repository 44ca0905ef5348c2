"""docs/ as a site in build/site, for reading without a network: `make site`.

The navigation is docs/index.md: its headings, and the pages that are linked below each. Decisions
come after it, all of them. Fonts are the system's and nothing is fetched from anywhere; searching
needs a server, as in: python3 -m http.server -d build/site
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import tomlkit

ROOT = Path(__file__).resolve().parents[1]
DOCS, BUILD = ROOT / "docs", ROOT / "build"


def sections() -> dict[str, list[dict[str, str]]]:
    """Heading -> title and page of each link below it."""
    found: dict[str, list[dict[str, str]]] = {}
    for part in (DOCS / "index.md").read_text("utf-8").split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        links = re.findall(r"^\* \[([^\]]+)\]\(([^)#]+)\)", body, re.MULTILINE)
        found[heading] = [{title: page} for title, page in links]
    pages = sorted((DOCS / "decisions").glob("*.md"))
    found["Decisions"] = [{title_of(page): f"decisions/{page.name}"} for page in pages]
    return found


def title_of(page: Path) -> str:
    return page.read_text("utf-8").partition("\n")[0].removeprefix("# ")


def configuration() -> str:
    """As Zensical reads it."""
    project = {
        "site_name": "selfstarter",
        "docs_dir": "docs",
        "site_dir": "site",
        "use_directory_urls": False,
        "nav": [{"Home": "index.md"}, *({name: pages} for name, pages in sections().items())],
        "theme": {"font": False, "features": ["navigation.sections", "content.code.copy"]},
    }
    return tomlkit.dumps({"project": project})


def main() -> int:
    """With the Zensical that the first argument names."""
    shutil.rmtree(BUILD / "docs", ignore_errors=True)
    for page in DOCS.rglob("*.md"):
        copy = BUILD / "docs" / page.relative_to(DOCS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = page.read_text("utf-8")  # why a snippet is not run is for our tests alone
        copy.write_text(re.sub(r"^(```\w+) \(.*\)$", r"\1", text, flags=re.MULTILINE), "utf-8")
    (BUILD / "zensical.toml").write_text(configuration(), "utf-8")
    return subprocess.call([sys.argv[1], "build", "--clean", "--strict"], cwd=BUILD)


if __name__ == "__main__":
    sys.exit(main())
