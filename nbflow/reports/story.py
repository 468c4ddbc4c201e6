"""Chooses the cells with which a pipeline says what came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from nbflow.model import Frozen
from nbflow.reports.facts import ReportCell, Story
from nbflow.reports.headings import find_heading, has_prose

TAG = "report"  # of cells that belong to the story
SHOW = "show-input"  # of cells whose code belongs to it too
HIDE = "remove-input"  # of cells whose code is not to be shown
_NO_CODE = {HIDE, "hide-input"}
_HIDDEN = {"remove-cell", "hide-cell"}
_NO_OUTPUT = {"remove-output", "hide-output"}


class Source(Frozen, frozen=True):
    """A step's cells, from which a story may be chosen; `whole`: it is marked as the report."""

    step: str
    path: str
    cells: tuple[ReportCell, ...]
    whole: bool = False


def make_story(sources: Iterable[Source]) -> tuple[Story, ...]:
    """Return the cells tagged `report`, and all of the steps marked as the report.

    Where there are neither, the last step with prose is the story. Code cells get the tag
    `remove-input`, unless they are tagged `show-input`: only their outputs are told. The title, a
    first heading of level 1, is left out of the cells.
    """
    known = list(sources)
    chosen = [(one, _choose(one)) for one in known]
    if not any(cells for _, cells in chosen):
        last = next((one for one in reversed(known) if has_prose(one.cells)), None)
        chosen = [(last, last.cells)] if last else []
    stories = (Story(one.step, one.path, tuple(_tell(cells))) for one, cells in chosen)
    return tuple(story for story in stories if story.cells)


def _choose(source: Source) -> tuple[ReportCell, ...]:
    if source.whole:
        return source.cells
    return tuple(cell for cell in source.cells if TAG in cell.tags)


def _tell(cells: Iterable[ReportCell]) -> Iterator[ReportCell]:
    """Yield what is shown of these cells, without the title."""
    titled = False
    for cell in cells:
        if _HIDDEN & {*cell.tags}:
            continue
        told = _tell_code(cell) if cell.kind == "code" else cell
        if cell.kind == "markdown" and not titled:
            titled, told = True, _drop_title(cell)
        if told.outputs or (told.source.strip() and _is_shown(told)):
            yield told


def _is_shown(cell: ReportCell) -> bool:
    """Say whether the text of a cell is told."""
    return cell.kind == "markdown" or (cell.kind == "code" and HIDE not in cell.tags)


def _tell_code(cell: ReportCell) -> ReportCell:
    """Return a code cell with what is told of it; its code stays, as it says what figures show."""
    shown = [] if _NO_OUTPUT & {*cell.tags} else [*filter(_is_told, cell.outputs)]
    if SHOW in cell.tags:
        tags = tuple(tag for tag in cell.tags if tag not in _NO_CODE)
        return replace(cell, outputs=tuple(shown), tags=tags)
    return replace(cell, outputs=tuple(shown), tags=(*cell.tags, HIDE))


def _is_told(output: Mapping[str, Any]) -> bool:
    """Say whether an output is meant for readers: warnings that a library prints are not."""
    return output.get("output_type") != "stream" or output.get("name") != "stderr"


def _drop_title(cell: ReportCell) -> ReportCell:
    found = find_heading(cell.source)
    if found is None or found.level > 1:
        return cell
    lines = cell.source.splitlines()
    return replace(cell, source="\n".join([*lines[: found.first], *lines[found.end :]]).strip())
