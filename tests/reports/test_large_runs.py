"""A report of a large run is gathered in no time."""

from __future__ import annotations

import time
from pathlib import Path

from nbflow.reports.gather import make_report
from tests.reports.large_run import RUN, make_large_run


def test_200_steps_with_50_mb_of_outputs_take_less_than_two_seconds(tmp_path: Path):
    pipeline = make_large_run(tmp_path)
    began = time.process_time()
    report = make_report(pipeline, RUN)
    assert time.process_time() - began < 2
    shown = sum(len(str(one)) for step in report.steps for one in step.cells[1].outputs)
    assert shown > 50_000_000
    assert report.chain[0] == "step_000"
    assert report.steps[-1].state.name == report.chain[-1] == "step_199"
