"""Cells that differ are paired with what they were, and shown by their lines."""

from __future__ import annotations

from nbflow.reports.code_changes import find_code_changes
from nbflow.reports.comparison import CodeChange, DiffLine
from nbflow.reports.facts import ReportCell


def make_cells(*sources: str) -> list[ReportCell]:
    return [ReportCell(number, "code", source) for number, source in enumerate(sources, 1)]


def test_cells_that_are_alike_do_not_differ() -> None:
    cells = make_cells("a = 1", "b = 2")
    assert find_code_changes(cells, cells) == ()


def test_an_edited_cell_shows_its_lines() -> None:
    before = make_cells("import x", "a = 1\nb = a + 2\nc = b\nd = c\ne = d")
    after = make_cells("import x", "a = 1\nb = a + 3\nc = b\nd = c\ne = d")
    (change,) = find_code_changes(before, after)
    assert (change.before, change.after) == (2, 2)
    assert [one for one in change.lines if one.kind != "same"] == [
        DiffLine("removed", "b = a + 2"),
        DiffLine("added", "b = a + 3"),
    ]
    assert DiffLine("same", "e = d") not in change.lines


def test_a_new_cell_stands_alone_and_moves_nothing() -> None:
    before = make_cells("first = 1", "last = 9")
    after = make_cells("first = 1", "print('quite another thing')", "last = 9")
    added = (DiffLine("added", "print('quite another thing')"),)
    assert find_code_changes(before, after) == (CodeChange(None, 2, added),)
    (gone,) = find_code_changes(after, before)
    assert (gone.before, gone.after) == (2, None)


def test_a_cell_is_paired_with_the_one_that_it_was_beside_a_new_one() -> None:
    before = make_cells("model = fit(flights, rounds=60)")
    after = make_cells("import seaborn", "model = fit(flights, rounds=90)")
    changes = find_code_changes(before, after)
    assert [(one.before, one.after) for one in changes] == [(None, 1), (1, 2)]


def test_texts_are_no_code() -> None:
    assert find_code_changes([ReportCell(1, "markdown", "old")], []) == ()
