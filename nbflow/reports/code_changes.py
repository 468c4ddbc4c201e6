"""Finds the code cells that differ between two executed notebooks, and their lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from nbflow.reports.comparison import CodeChange, DiffLine
from nbflow.reports.facts import ReportCell

_AROUND = 2  # unchanged lines that are shown around a change
_ALIKE = 0.4  # how much of two cells is the same where one is an edit of the other
_CUT = DiffLine("same", "…")

Pair = tuple[ReportCell | None, ReportCell | None]


def find_code_changes(
    before: Iterable[ReportCell], after: Iterable[ReportCell]
) -> tuple[CodeChange, ...]:
    """Return the code cells that differ, in the order of the later notebook."""
    old, new = (
        [cell for cell in cells if cell.kind == "code" and cell.source.strip()]
        for cells in (before, after)
    )
    return tuple(_make_change(*pair) for pair in pair_cells(old, new) if not _is_same(*pair))


def pair_cells(old: Sequence[ReportCell], new: Sequence[ReportCell]) -> Iterator[Pair]:
    """Yield each cell with its counterpart, None where it was removed or added."""
    matcher = difflib.SequenceMatcher(
        None, [_strip(one) for one in old], [_strip(one) for one in new], autojunk=False
    )
    for _, first, last, start, end in matcher.get_opcodes():
        yield from _pair_alike(old[first:last], new[start:end])


def make_diff(before: str, after: str, around: int = _AROUND) -> tuple[DiffLine, ...]:
    """Return the lines that differ, with some around them; `…` stands for what is left out."""
    old, new = before.splitlines(), after.splitlines()
    return tuple(_make_lines(list(difflib.unified_diff(old, new, n=around, lineterm=""))[2:]))


def _is_same(old: ReportCell | None, new: ReportCell | None) -> bool:
    return old is not None and new is not None and _strip(old) == _strip(new)


def _strip(cell: ReportCell) -> str:
    return cell.source.strip()


def _pair_alike(old: Sequence[ReportCell], new: Sequence[ReportCell]) -> Iterator[Pair]:
    """Pair cells in order; a cell that is like none of the others stands alone."""
    rest = list(old)
    for cell in new:
        found = _find_alike(rest, cell)
        if found is None:
            yield None, cell
            continue
        yield from ((gone, None) for gone in rest[:found])
        yield rest[found], cell
        del rest[: found + 1]
    yield from ((gone, None) for gone in rest)


def _find_alike(cells: Sequence[ReportCell], cell: ReportCell) -> int | None:
    """Return the place of the cell that is most like another one."""
    ratios = [_find_ratio(one.source, cell.source) for one in cells]
    best = max(ratios, default=0.0)
    return ratios.index(best) if best >= _ALIKE else None


def _find_ratio(before: str, after: str) -> float:
    if before.strip() == after.strip():
        return 1.0
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines())
    words = difflib.SequenceMatcher(None, before.split(), after.split())
    return max(matcher.quick_ratio(), words.quick_ratio())


def _make_change(old: ReportCell | None, new: ReportCell | None) -> CodeChange:
    lines = make_diff(old.source if old else "", new.source if new else "")
    return CodeChange(old.number if old else None, new.number if new else None, lines)


def _make_lines(lines: Sequence[str]) -> Iterator[DiffLine]:
    for at, line in enumerate(lines):
        if line.startswith("@@"):
            if at:
                yield _CUT
        elif line.startswith("+"):
            yield DiffLine("added", line[1:])
        else:
            yield DiffLine("removed" if line.startswith("-") else "same", line[1:])
