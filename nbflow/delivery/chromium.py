"""Prints a page to PDF by a browser that is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nbflow.errors import ReportError

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_SECONDS = 120  # a page of 50 MB takes a few
_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def make_pdf(page: str, moment: float) -> bytes:
    """Return a page as PDF, dated at `moment`; raises ReportError where no browser can do it."""
    program = find_browser()
    if program is None:
        raise ReportError(
            "PDF is printed by Chromium or Chrome, and none is installed here. Install it, as with "
            "`apt-get install chromium`, or open the HTML report in a browser and print it."
        )
    with tempfile.TemporaryDirectory(prefix="nbflow-pdf-", ignore_cleanup_errors=True) as folder:
        source, made = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_text(page, encoding="utf-8")
        said = _print(program, source, made)
        if not made.is_file():
            raise ReportError(f"{program} printed no PDF. It said: {said.strip()[-500:] or '—'}")
        return _date(made.read_bytes(), moment)


def find_browser() -> str | None:
    """Return the first browser of Chromium's kind that is installed, None where there is none."""
    return next(_find_browsers(), None)


def _find_browsers() -> Iterator[str]:
    yield from filter(None, map(shutil.which, _NAMES))
    yield from (place for place in _PLACES if Path(place).is_file())
    kept = Path("~/.cache/ms-playwright").expanduser()  # Playwright's own
    yield from map(str, sorted(kept.glob("chromium-*/chrome-linux*/chrome"), reverse=True))


def _print(program: str, source: Path, made: Path) -> str:
    """Run the browser, and return what it printed."""
    command = [
        program,
        *_OPTIONS,
        *(
            ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        ),  # root has none
        f"--user-data-dir={source.parent / 'profile'}",
        f"--print-to-pdf={made}",
        source.as_uri(),
    ]
    try:
        ended = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ended.stderr.decode(errors="replace")


def _date(content: bytes, moment: float) -> bytes:
    """Return the PDF with the moment of its run as its date, so that its bytes stay the same."""
    date = time.strftime("%Y%m%d%H%M%S", time.gmtime(moment)).encode()
    return _DATE.sub(lambda found: b"/" + found[1] + b" (D:" + date, content)
