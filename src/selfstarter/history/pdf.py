"""A page of ours on paper: printed by the system's Chromium, without a network."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from selfstarter.core.errors import BadSetting
from selfstarter.core.said import Said

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_S = 120.0
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--proxy-server=127.0.0.1:9",  # nothing answers there: what is printed is in the page
    "--proxy-bypass-list=<-loopback>",
)
INSTEAD = Said("or open the export as html in any browser and print it there")


def chromium() -> str:
    """Path of the program; empty: none is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), "")


def printed(page: str) -> bytes:
    """`page`: HTML of ours, whose own policy lets nothing run that came from elsewhere. Raises
    BadSetting: there is no Chromium, or it does not print."""
    program = chromium()
    if not program:
        raise BadSetting(
            "A PDF is printed by Chromium, and there is none on this machine: install it (Debian:"
            " apt install chromium), {instead}.",
            instead=INSTEAD,
        )
    with TemporaryDirectory(prefix="selfstarter-pdf-") as name:
        folder = Path(name)
        source, file = folder / "run.html", folder / "run.pdf"
        source.write_text(page, "utf-8")
        argv = [program, *FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={file}"]
        if os.geteuid() == 0:
            argv.append("--no-sandbox")  # it does not start as root otherwise
        env = {"PATH": os.environ.get("PATH", ""), "HOME": name, "LANG": "C.UTF-8"}
        try:
            ran = subprocess.run(
                [*argv, source.as_uri()],
                env=env,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BadSetting(
                "{program} did not print the PDF within {seconds:.0f} s: try again, {instead}.",
                program=program,
                seconds=PATIENCE_S,
                instead=INSTEAD,
            ) from error
        if not file.is_file():
            last = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise BadSetting(
                "{program} did not print the PDF ({why}): mend it, {instead}.",
                program=program,
                why=last[0][:200] if last else Said("it ended with {code}", code=ran.returncode),
                instead=INSTEAD,
            )
        return file.read_bytes()
