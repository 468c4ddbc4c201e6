"""Shows the report of a run in the browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from msgspec.structs import replace

from nbflow.app.answers import Told
from nbflow.app.jupyterlab import is_in_kernel
from nbflow.app.report import report
from nbflow.workspace.pipeline_folder import PipelineFolder, make_home


def view(pipeline: PipelineFolder, run: str = "last", *, browser: bool = True) -> Told:
    """Write a run's report into the pipeline's cache, and open it in the browser.

    In a notebook no browser is opened: it may be on another machine.
    """
    make_home(pipeline)
    told = report(pipeline, run, to=f"{pipeline.cache / 'reports'}/")
    path = Path(told.facts["path"])
    opened = browser and not is_in_kernel() and open_browser(path.as_uri())
    return replace(told, code="report-opened", facts={**told.facts, "opened": opened})


def open_browser(url: str) -> bool:
    """Open an address in the user's browser; tell whether there is one."""
    try:
        return webbrowser.open(url)
    except (OSError, webbrowser.Error):
        return False
