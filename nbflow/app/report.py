"""Writes the report of a run."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbflow.app.answers import Told
from nbflow.app.pipelines import say_where
from nbflow.base.nearest import say_nearest
from nbflow.errors import CallError, NbflowError, ReportError
from nbflow.model import Command, Next
from nbflow.reports.facts import Options
from nbflow.runs.history import find_run_id
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline

if TYPE_CHECKING:
    from nbflow.delivery.target import Target
    from nbflow.reports.facts import Form, Report

_LOGO = 1_000_000  # bytes of a picture that stands on top of a page
_NO_OPTIONS = Options()


def report(
    pipeline: PipelineFolder,
    run: str = "last",
    options: Options = _NO_OPTIONS,
    *,
    to: str = "",
    form: Form | None = None,
) -> Told:
    """Write a run's report and say where it is.

    `to` is a file, a folder or a URL and `form` what is made, as `find_target` reads them. Raises
    UnknownNameError and ReportError; what was there before then stays.
    """
    run_id = find_run_id(pipeline, run)
    target = find_report_target(pipeline, run_id, to, form)
    made = make_report(pipeline, run_id, options)
    return _tell(pipeline, made, target, write_report(made, target))


def write_run_report(
    notebooks: str, run_id: str, to: str, *, form: Form | None = None, **options: Any
) -> Path | str:
    """Write the report of a run of the pipeline in a folder; return its path, or its URL."""
    for name in ("steps", "redact"):
        if name in options:
            options[name] = _make_names(options[name])
    wrong = options.keys() - set(Options.__struct_fields__)
    if wrong:
        said = say_nearest(min(wrong), (*Options.__struct_fields__, "form"))
        raise CallError(f"A report has no option {min(wrong)!r}. {said}")
    told = report(find_pipeline(notebooks), run_id, Options(**options), to=to, form=form)
    place = str(told.facts["path"])
    return place if "://" in place else Path(place)


def _make_names(said: str | Iterable[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def report_or_tell(pipeline: PipelineFolder, run_id: str, to: str) -> Told:
    """Write the report of a run that has just ended, or say why that failed: the run is done."""
    try:
        return report(pipeline, run_id, to=to)
    except Exception as error:  # noqa: BLE001 - also a fault of ours must not hide how the run ended
        why = str(error) if isinstance(error, NbflowError) else f"{type(error).__name__}: {error}"
        again = Command("report", (run_id, say_where(pipeline)))
        return Told(
            "report-unwritten", {"why": why, "run": run_id}, ((again, "tries again"),), failed=True
        )


def find_report_target(
    pipeline: PipelineFolder, run_id: str, to: str = "", form: Form | None = None
) -> Target:
    """Return where a run's report goes: `flights-20261123-064312-1f3a.html` by default."""
    from nbflow.delivery.target import find_target  # noqa: PLC0415 - to look at a pipeline needs none

    name = pipeline.folder.name if pipeline.name == "." else pipeline.name.replace("/", "-")
    return find_target(to, form, f"{name}-{run_id}")


def make_report(pipeline: PipelineFolder, run_id: str, options: Options = _NO_OPTIONS) -> Report:
    """Return a run's report, without what others must not see."""
    from nbflow.reports import gather  # noqa: PLC0415 - as above

    if options.logo:
        options = replace(options, logo=_read_logo(options.logo))
    return gather.make_report(pipeline, run_id, options)


def write_report(made: Report, target: Target) -> int:
    """Write a report to its target, and return how many bytes it has; raises ReportError."""
    from nbflow.delivery.forms import make_files  # noqa: PLC0415 - as above
    from nbflow.delivery.write import write_files  # noqa: PLC0415 - as above

    files = make_files(made, target.form, target.stem)
    write_files(target, files)
    return sum(map(len, files.values()))


def _read_logo(path: str) -> str:
    """Return a picture as data of a page; raises ReportError."""
    kind = mimetypes.guess_type(path)[0] or ""
    try:
        content = Path(path).expanduser().read_bytes()
    except OSError as error:
        raise ReportError(f"The logo {path} cannot be read: {error.strerror or error}.") from error
    if not kind.startswith("image/"):
        raise ReportError(f"The logo {path} is no picture. Its name should end in .png or .svg.")
    if len(content) > _LOGO:
        raise ReportError(f"The logo {path} has {len(content):,} bytes. Use one of at most 1 MB.")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _tell(pipeline: PipelineFolder, made: Report, target: Target, size: int) -> Told:
    from nbflow.delivery.forms import LARGE  # noqa: PLC0415 - as above

    run = made.run.id
    masked = [{"rule": one.rule, "count": one.count} for one in made.masked]
    facts = {"path": target.place, "run": run, "form": target.form, "bytes": size}
    after: tuple[Next, ...] = ()
    if target.form == "html" and size > LARGE:
        smaller = Command("report", (run, "--format", "zip", say_where(pipeline)))
        after = ((smaller, "opens faster: the cells stand in notebooks beside the page"),)
    return Told("report-written", {**facts, "masked": masked}, after)
