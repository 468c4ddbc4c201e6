"""Makes the files of a report in each form."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from nbflow.analysis.discover.folder import REPORT_MARK
from nbflow.delivery.chromium import make_pdf
from nbflow.model import make_warning
from nbflow.present.report.markdown_form import make_markdown
from nbflow.present.report.notebook_form import make_notebook
from nbflow.present.report.page import draw_report
from nbflow.reports.facts import Form, Report

Files = Mapping[str, bytes]  # by path; the first is the report itself
LARGE = 25_000_000  # bytes of a page, above which an archive or a folder is suggested
_FIRST = 315532800.0  # 1980: an archive knows no earlier date


def make_files(report: Report, form: Form, stem: str) -> Files:
    """Return the files of a report that is called `stem`; the same report gives the same bytes.

    Of a folder and an archive, the paths lie in them; of other forms, beside the report. Raises
    ReportError where the form needs a program that is not there.
    """
    match form:
        case "html":
            return {f"{stem}.html": draw_report(report).encode()}
        case "pdf":
            return {f"{stem}.pdf": make_pdf(draw_report(report), report.run.ended)}
        case "md":
            text, pictures = make_markdown(report, f"{stem}_files")
            return {f"{stem}.md": text.encode(), **pictures}
        case "ipynb":
            return {f"{stem}.ipynb": _make_ipynb(report)}
        case "zip":
            return {f"{stem}.zip": _make_zip(make_parts(report), report.run.started)}
    return make_parts(report)


def make_parts(report: Report) -> Files:
    """Return what the folder of a report holds: the page, and the notebook of each step."""
    mark = _encode({"run": report.run.id, "pipeline": report.run.pipeline})
    page = _draw_index(report).encode()
    return {"index.html": page, **dict(_make_notebooks(report)), REPORT_MARK: mark}


def _draw_index(report: Report) -> str:
    """Return the page of a folder; the cells of a large one stand in the notebooks alone."""
    page = draw_report(report)
    if len(page) <= LARGE:
        return page
    beside = make_warning("cells-beside", bytes=len(page), folder="notebooks")
    bare = tuple(replace(step, cells=()) for step in report.steps)
    return draw_report(replace(report, steps=bare, left_out=(*report.left_out, beside)))


def _make_notebooks(report: Report) -> Iterator[tuple[str, bytes]]:
    """Yield a notebook for each step that has cells, and the pictures of the story as files."""
    for step in report.steps:
        if step.cells:
            name = re.sub(r"[^\w.-]", "_", str(step.state.task))
            alone = replace(report, title=step.state.name, numbers=(), story=(), steps=(step,))
            yield f"notebooks/{name}.ipynb", _make_ipynb(alone)
    yield from make_markdown(replace(report, steps=()), "figures")[1].items()


def _make_ipynb(report: Report) -> bytes:
    return _encode(make_notebook(report))


def _encode(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    return text.encode("utf-8", errors="backslashreplace")


def _make_zip(files: Files, moment: float) -> bytes:
    """Return an archive whose files all were made at this moment."""
    archive = io.BytesIO()
    date = time.gmtime(max(moment, _FIRST))[:6]
    with zipfile.ZipFile(archive, "w") as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            made.writestr(entry, content)
    return archive.getvalue()
