"""Everything that is wrong with a pipeline, or with what it has kept."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from nbflow.app.answers import Checked, Told
from nbflow.app.pipelines import say_where
from nbflow.model import Command, Scan
from nbflow.planning.missing_prerequisites import find_absent
from nbflow.storage.results.checking import check_results as compare
from nbflow.workspace.pipeline_folder import PipelineFolder


def check(pipeline: PipelineFolder, scan: Scan) -> Checked:
    """Return every problem of the notebooks, and of what they need on this machine."""
    problems = (*scan.problems, *find_absent(pipeline, scan))
    return Checked(pipeline, replace(scan, problems=problems))


def check_results(pipeline: PipelineFolder, *, repair: bool = False) -> Told:
    """Compare each kept file with what was written; with `repair`, set aside what is damaged."""
    report = compare(pipeline, repair=repair)
    facts = msgspec.to_builtins(report)
    if not report.faults:
        return Told("results-whole", facts)
    where = say_where(pipeline)
    again = (Command("run", (where,)), "makes them again, and what was made from them")
    if not repair:
        again = (Command("check", ("--results", "--repair", where)), "set them aside")
    left = any(not one.repaired for one in report.faults)
    return Told("results-damaged", facts, (again,), failed=left)
