"""What the server shows: the newest run or a chosen one, followed while somebody looks."""

from __future__ import annotations

import time

from nbflow.app.pipelines import say_where
from nbflow.app.report import make_report
from nbflow.present.report.live_page import draw_live_page, draw_live_parts
from nbflow.present.report.page import draw_report
from nbflow.runs.follow import Followed
from nbflow.runs.history import find_newest_id
from nbflow.runs.next_commands import find_after_run
from nbflow.workspace.pipeline_folder import PipelineFolder

_LINES = 12  # that a running step printed last


class LiveRun:
    """Follows a run; with no id the newest one, whichever that is."""

    def __init__(self, pipeline: PipelineFolder, run_id: str = "") -> None:
        self._pipeline, self._chosen = pipeline, run_id
        self._followed: Followed | None = None
        self._report: tuple[str, str] = ("", "")  # a run that is over, and its report

    def draw_page(self) -> str:
        """Return the page of the run; once it is over, its report."""
        followed = self._read()
        if followed.live:
            return draw_live_page(followed.run, self._draw_parts(followed))
        run_id = followed.run.id
        if self._report[0] != run_id:
            self._report = (run_id, draw_report(make_report(self._pipeline, run_id)))
        return self._report[1]

    def make_answer(self) -> dict[str, object]:
        """Return the parts of the page, and for which page they are."""
        followed = self._read()
        if not followed.live:
            return {"page": "report", "parts": {}}
        return {"page": followed.run.id, "parts": self._draw_parts(followed)}

    def _read(self) -> Followed:
        run_id = self._chosen or find_newest_id(self._pipeline)
        if self._followed is None or self._followed.run.id != run_id:
            self._followed = Followed(self._pipeline, run_id, kept=_LINES)
        while self._followed.read():
            pass
        return self._followed

    def _draw_parts(self, followed: Followed) -> dict[str, str]:
        run = followed.run
        running = [task for task, step in run.steps.items() if step.status == "running"]
        printed = [(task, text) for task in running for _, text in followed.read_printed(task)[1]]
        after = find_after_run(run, say_where(self._pipeline))
        return draw_live_parts(run, time.time(), printed, after)
