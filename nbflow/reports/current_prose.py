"""Gives a reused notebook the texts that its author has written since it was executed.

Texts, comments and most tags do not count for a result: who only rewrites a text gets the result
of before, and yet a report that is made from it tells the new text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from nbflow.reports.executed_cells import ExecutedNotebook, read_executed
from nbflow.reports.facts import ReportCell


def refresh_prose(executed: ExecutedNotebook, source: Path, began: float) -> ExecutedNotebook:
    """Return the notebook with the texts, comments and tags of its source.

    The source must be as the run found it that began then, in seconds since the epoch: the code is
    the same, because the result was reused. Otherwise return the notebook as it was executed.
    """
    if not _is_as_it_was(source, began):
        return executed
    now = read_executed(source)
    if now is None or len(_find_code(now)) != len(_find_code(executed)):
        return executed
    return ExecutedNotebook(tuple(_merge(executed, now)), now.options, executed.language)


def _is_as_it_was(source: Path, began: float) -> bool:
    try:
        return source.suffix == ".ipynb" and source.stat().st_mtime <= began
    except OSError:
        return False


def _find_code(notebook: ExecutedNotebook) -> list[ReportCell]:
    return [cell for cell in notebook.cells if cell.kind == "code"]


def _merge(executed: ExecutedNotebook, now: ExecutedNotebook) -> Iterator[ReportCell]:
    ran = iter(_find_code(executed))
    for cell in now.cells:
        if cell.kind == "code":
            yield replace(next(ran), number=cell.number, source=cell.source, tags=cell.tags)
        else:
            yield cell
