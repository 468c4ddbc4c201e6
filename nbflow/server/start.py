"""Starts the server that follows a run, where Jupyter Server is installed."""

from __future__ import annotations

from collections.abc import Callable

from nbflow.errors import ReportError
from nbflow.runs.history import find_run_id
from nbflow.workspace.pipeline_folder import PipelineFolder


def start(
    pipeline: PipelineFolder, run: str, opened: Callable[[str], None], *, port: int = 0
) -> None:
    """Serve a run, "" being whichever is the newest, until it is stopped.

    `opened` is called with the address. Raises UnknownNameError for an unknown run, ReportError
    where the server cannot start.
    """
    run_id = find_run_id(pipeline, run or "last")
    try:
        from nbflow.server.live_run import LiveRun  # noqa: PLC0415 - an extra
        from nbflow.server.serve import serve  # noqa: PLC0415
    except ImportError as error:
        raise ReportError(
            "A run is followed in the browser through Jupyter Server, which is not installed: "
            "`pip install 'jupyter-nbflow[live]'` adds it, and JupyterLab brings it."
        ) from error
    try:
        serve(LiveRun(pipeline, run_id if run else ""), opened, port)
    except OSError as error:
        raise ReportError(
            f"The server cannot listen on port {port}: {error.strerror or error}. Choose another "
            "with --port, or leave it out for one that is free."
        ) from error
