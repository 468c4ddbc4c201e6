"""Cells that this Python cannot read: they are wrong, or right for the kernel's Python."""

from __future__ import annotations

import platform
import re
import sys
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec.structs import replace

from nbflow import environments as kernels
from nbflow.analysis.code.api_calls import find_mentioned
from nbflow.analysis.code.cells import make_place
from nbflow.analysis.code.other_pythons import salvage
from nbflow.analysis.contract.tags import STEP_TAGS
from nbflow.errors import KernelError
from nbflow.model import Edit, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nbflow.analysis.code.cells import CodeCell

_VERSION = re.compile(r"(\d+)\.(\d+)")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Read(NamedTuple):
    """The cells as far as they can be read; `hidden` where a call may have been missed."""

    cells: tuple[CodeCell, ...]
    problems: tuple[Problem, ...] = ()
    hidden: bool = False


def read_rest(
    cells: Sequence[CodeCell], notebook: str, kernel: str, strict: str, cache: Path
) -> Read:
    """Look again at cells that are not Python, as the kernel of the notebook may see them.

    `kernel` and `strict` are the kernelspecs that the notebook and its option name. Where the
    kernel has this very Python, or none that is known, they are wrong: an error where they may
    hide what planning must know. Else it may accept them, and what can be read of them counts.
    """
    if not any(cell.error for cell in cells):
        return Read(tuple(cells))
    version = _find_version(kernel, strict, cache)
    if version is None or version == sys.version_info[:2]:
        problems, hidden = _find_wrong(cells, notebook)
        return Read(tuple(cells), tuple(problems), hidden)
    name = f"Python {version[0]}.{version[1]}"
    rest = {cell.number: _salvage(cell) for cell in cells if cell.error}
    made = tuple(rest[cell.number][0] if cell.number in rest else cell for cell in cells)
    lost = {number: lines for number, (_, lines) in rest.items()}
    found = _find_doubtful(made, lost, notebook, f"{strict or kernel} ({name})")
    problems = [problem for problem in found if problem is not None]
    return Read(made, tuple(problems), any(one.severity == "error" for one in problems))


def _find_version(kernel: str, strict: str, cache: Path) -> tuple[int, int] | None:
    """Return the kernel's version of Python; None where it is not known."""
    try:
        found = kernels.find_kernel("python", kernel, strict)
        said = kernels.read_environment(found, kernels.find_cache(), cache).version
    except KernelError:
        return None
    match = _VERSION.search(said)
    return (int(match[1]), int(match[2])) if match else None


def _find_wrong(cells: Sequence[CodeCell], notebook: str) -> tuple[list[Problem], bool]:
    mentions = find_mentioned(cells)
    problems = []
    for cell in cells:
        if not cell.error or "raises-exception" in cell.tags:
            continue
        matters = bool(cell.tags & STEP_TAGS) or mentions.search(cell.source) is not None
        problem = Problem(
            "invalid-python",
            make_place(notebook, cell, cell.error_line),
            {"error": cell.error},
            severity="error" if matters else "warning",
        )
        if lone := _SURROGATE.search(cell.source):
            escape = ascii(lone[0])[1:-1]
            edit = Edit(escape, problem.place)
            problem = replace(problem, code="half-character", facts={"escape": escape}, remedy=edit)
        problems.append(problem)
    return problems, any(problem.severity == "error" for problem in problems)


def _salvage(cell: CodeCell) -> tuple[CodeCell, tuple[int, ...]]:
    found = salvage(cell.plain)
    if found is None:
        return cell, tuple(range(1, cell.plain.count("\n") + 2))
    return replace(cell, plain=found.plain, tree=found.tree), found.lost


def _find_doubtful(
    cells: Sequence[CodeCell], lost: dict[int, tuple[int, ...]], notebook: str, theirs: str
) -> Iterator[Problem]:
    """Find the cells that only the kernel may read; an error where a call may be missed."""
    ours = platform.python_version()
    mentions = find_mentioned(cells)
    for cell in (one for one in cells if one.number in lost):
        lines = cell.source.split("\n")
        given_up = "\n".join(lines[at - 1] for at in lost[cell.number] if at <= len(lines))
        hides = mentions.search(given_up) is not None
        place = make_place(notebook, cell, cell.error_line)
        facts = {"python": ours, "error": cell.error, "kernel": theirs, "hides": hides}
        severity: Literal["error", "warning"] = "error" if hides else "warning"
        yield Problem("other-python", place, facts, severity=severity)
