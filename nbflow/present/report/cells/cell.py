"""One cell of an executed notebook: its words, or its folded code and what it gave out."""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup

from nbflow.base.text import say_bytes, say_count, say_seconds
from nbflow.present.html.markup import dim, join, tag
from nbflow.present.report.cells.live_frames import FrameScripts
from nbflow.present.report.cells.markdown import draw_markdown
from nbflow.present.report.cells.outputs import Place, draw_outputs
from nbflow.present.report.cells.source import draw_source
from nbflow.reports.facts import ReportCell

CodeLook = Literal["folded", "open", "none"]
_HIDE_CODE = {"hide-input", "remove-input", "hide_input", "remove_input"}
_HIDE_OUTPUT = {"hide-output", "remove-output", "hide_output", "remove_output"}
_HIDE_ALL = {"remove-cell", "remove_cell"}


def draw_cell(
    cell: ReportCell,
    *,
    step: str = "",
    id: str | None = None,  # noqa: A002 - as HTML calls it
    code: CodeLook = "folded",
    level: int = 3,
    language: str = "python",
    scripts: FrameScripts | None = None,
) -> Markup:
    """Return a cell as HTML; nothing that it shows can act in the page, or asks the network.

    `id` is the element's own, for links to the cell. `code` says how code is shown; a cell that
    failed shows it open. The largest heading in markdown becomes `h<level>`. `scripts` lets
    outputs run scripts, each in a frame that can reach neither the page nor the network; it
    collects what the page's policy must allow.
    A cell with nothing to show, or tagged `remove-cell`, is empty.
    """
    content = _draw_content(cell, Place(step, cell.number, level, scripts, cell), code, language)
    if not content or _HIDE_ALL.intersection(cell.tags):
        return Markup()
    kind = "nb-cell nb-failed-cell" if cell.failed else "nb-cell"
    return tag("div", content, class_=kind, id=id)


def _draw_content(cell: ReportCell, place: Place, code: CodeLook, language: str) -> Markup:
    if cell.kind == "markdown":
        if not cell.source.strip():
            return Markup()
        return draw_markdown(cell.source, cell.attachments, level=place.level)
    if cell.kind == "raw":  # for another converter, as LaTeX
        return Markup()
    hidden = _HIDE_OUTPUT.intersection(cell.tags) and not cell.failed
    return join(
        _draw_code(cell, code, language),
        None if hidden else draw_outputs(cell.outputs, place),
        _say_cut(cell.cut),
    )


def _draw_code(cell: ReportCell, look: CodeLook, language: str) -> Markup | None:
    if not cell.source.strip():
        return None
    if cell.failed:
        return draw_source(cell.source, language, cell.line)
    if look == "none" or _HIDE_CODE.intersection(cell.tags):
        return None
    drawn = draw_source(cell.source, language)
    if look == "open":
        return drawn
    lines = say_count(cell.source.strip().count("\n") + 1, "line")
    took = "" if cell.seconds is None else f", {say_seconds(cell.seconds)}"
    title = tag("summary", f"Code of cell {cell.number} ", dim(f"{lines}{took}"))
    return tag("details", title, drawn, class_="nb-fold")


def _say_cut(count: int) -> Markup | None:
    if not count:
        return None
    text = f"{say_bytes(count)} of output are left out here; the executed notebook has them."
    return tag("p", text, class_="nb-note")
