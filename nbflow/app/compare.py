"""How a run differs from another one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nbflow.app.answers import Compared, Told
from nbflow.errors import CallError, UnknownNameError
from nbflow.model import Command
from nbflow.runs.history import find_run_id, iterate_run_ids, read_run
from nbflow.workspace.pipeline_folder import PipelineFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.reports.comparison import Comparison
    from nbflow.reports.facts import Options

_LOOKED_AT = 50  # earlier runs


def compare(
    pipeline: PipelineFolder,
    before: str = "",
    after: str = "",
    *,
    steps: Sequence[str] = (),
    table: str = "",
    key: Sequence[str] = (),
    every: bool = False,
) -> Compared:
    """Return how a run differs from an earlier one: only what differs, with `every` all of it.

    A single run is compared with the last one, and the last one with the newest before it that was
    done. Raises UnknownNameError, CallError, and StoreError for a key that does not fit.
    """
    from nbflow.reports.compare_runs import compare_runs  # noqa: PLC0415 - of few commands
    from nbflow.reports.comparison import Choice  # noqa: PLC0415 - as above

    if key and not table:
        raise CallError("--key tells the rows of one table apart. Name it: --table step.name.")
    if table and "." not in table:
        raise CallError(f"--table {table}: it takes a step and its table, as step.name.")
    first, second = _choose_runs(pipeline, before, after)
    choice = Choice(tuple(steps), table, tuple(key), every)
    return Compared(pipeline, compare_runs(pipeline, first, second, choice), every=every)


def write_page(compared: Compared, to: str, options: Options | None = None) -> Told:
    """Write what differs as an HTML page, without what others must not see; say where it is.

    `to` is a file, a folder or a URL. Raises ReportError; what was there before then stays.
    """
    from nbflow.delivery.target import find_target  # noqa: PLC0415 - as above
    from nbflow.delivery.write import write_files  # noqa: PLC0415 - as above
    from nbflow.present.report.comparison import draw_comparison  # noqa: PLC0415 - as above
    from nbflow.reports.redaction import redact  # noqa: PLC0415 - as above

    found = compared.comparison
    target = find_target(to, "html", f"{found.before.id}-{found.after.id}")
    made = redact(_leave_out_places(found, options or found.options))
    page = draw_comparison(made).encode()
    write_files(target, {Path(target.place).name: page})
    masked = [{"rule": one.rule, "count": one.count} for one in made.masked]
    facts = {"path": target.place, "run": found.after.id, "form": "html", "bytes": len(page)}
    return Told("report-written", {**facts, "masked": masked})


def _leave_out_places(comparison: Comparison, options: Options) -> Comparison:
    """Return the comparison without where its runs lie, which a page does not show."""
    runs = (comparison.before, comparison.after)
    before, after = (replace(run, folder="", home="", notebooks="") for run in runs)
    return replace(comparison, before=before, after=after, options=options)


def _choose_runs(pipeline: PipelineFolder, before: str, after: str) -> tuple[str, str]:
    last = find_run_id(pipeline, after or "last")
    first = find_run_id(pipeline, before) if before else last
    if first == last and after and before:
        raise CallError(f"{before} and {after} are one run, {last}. Name two.")
    return (first, last) if first != last else (_find_earlier(pipeline, last), last)


def _find_earlier(pipeline: PipelineFolder, run_id: str) -> str:
    """Return the newest run before one that was done, else the newest before it."""
    earlier = [one for one in iterate_run_ids(pipeline) if one < run_id][:_LOOKED_AT]
    if not earlier:
        raise UnknownNameError(
            f"Run {run_id} is the only one, and there is nothing to compare it with. ",
            Command("run"),
            " makes another.",
        )
    done = (one for one in earlier if read_run(pipeline, one).status == "done")
    return next(done, earlier[0])
