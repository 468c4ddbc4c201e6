"""Finds reads of what no step writes, and suggests what was meant."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nbflow.analysis.contract.tags import make_tagging
from nbflow.base.names import make_name
from nbflow.base.nearest import find_nearest
from nbflow.model import Edit, Input, Problem, ProblemCode, Skipped, Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


def find_unanswered(
    steps: Mapping[str, Step],
    skipped: Sequence[Skipped],
    broken: Collection[str],
    hidden: Collection[str],
) -> Iterator[Problem]:
    """Find the reads of what no step writes, and those that are not written as `step.name`.

    Reads of `broken` notebooks, which could not be read, are not reported, nor are those of
    `hidden` steps, which have a cell that could not be read: what they write is not known.
    """
    for step in steps.values():
        for read in step.inputs:
            if (read.step in broken and read.step not in steps) or read.step in hidden:
                continue
            if (problem := _find_read(step, read, steps, skipped)) is not None:
                yield problem


def is_malformed(read: Input) -> bool:
    """Tell a reference that is not `step.name` in identifiers."""
    return not (read.step.isidentifier() and read.name.isidentifier())


def _find_read(
    step: Step, read: Input, steps: Mapping[str, Step], skipped: Sequence[Skipped]
) -> Problem | None:
    if is_malformed(read):
        return _make_malformed(read, steps)
    if read.step in steps:
        writes = [write.name for write in steps[read.step].writes]
        return None if read.name in writes else _make_unwritten(step, read, writes, steps)
    return _make_unknown(step, read, steps, skipped)


def _make_malformed(read: Input, steps: Mapping[str, Step]) -> Problem:
    name = make_name(read.step)
    writes = [write.name for write in steps[name].writes] if name in steps else []
    best = find_nearest(read.name, writes) or next(iter(writes), "")
    meant = f'"{name}.{best}"' if best else f'nbflow.read("{name or "step"}.table")'
    facts = {"given": read.ref if read.name else read.step, "known": bool(best)}
    return Problem("malformed-read", read.place, facts, Edit(meant, read.place))


def _make_unwritten(
    step: Step, read: Input, writes: Sequence[str], steps: Mapping[str, Step]
) -> Problem:
    meant = ""
    if near := find_nearest(read.name, writes):
        meant = f"{read.step}.{near}"
    elif (writer := _find_writer(step, read, steps)) is not None:
        meant = f"{writer}.{read.name}"
    facts = _make_facts(step, read) | {"writes": list(writes)}
    return Problem("unwritten-read", read.place, facts, _make_edit(read, meant))


def _make_unknown(
    step: Step, read: Input, steps: Mapping[str, Step], skipped: Sequence[Skipped]
) -> Problem:
    untagged = [item for item in skipped if item.code == "untagged"]
    for item in untagged:
        if make_name(PurePosixPath(item.path).stem) == read.step:
            return _make_untagged("untagged-read", step, read, item)
    for item in untagged:
        if read.name in item.writes:
            return _make_untagged("untagged-writer", step, read, item)
    facts = _make_facts(step, read) | {"steps": sorted(steps)}
    edit = _make_edit(read, _find_meant(step, read, steps))
    return Problem("unknown-read", read.place, facts, edit)


def _make_facts(step: Step, read: Input) -> dict[str, Any]:
    return {"step": step.name, "ref": read.ref, "writer": read.step, "name": read.name}


def _make_edit(read: Input, meant: str | None) -> Edit | None:
    return Edit(f'"{meant}"', read.place) if meant else None


def _find_meant(step: Step, read: Input, steps: Mapping[str, Step]) -> str | None:
    """Return the same name of another step, else the nearest name of the nearest step."""
    if (writer := _find_writer(step, read, steps)) is not None:
        return f"{writer}.{read.name}"
    near = find_nearest(read.step, steps)
    writes = [write.name for write in steps[near].writes] if near else []
    name = find_nearest(read.name, writes)
    return f"{near}.{name}" if name else None


def _make_untagged(code: ProblemCode, step: Step, read: Input, item: Skipped) -> Problem:
    """Return the problem that the notebook that is meant has no tagged cell."""
    path = PurePosixPath(item.path)
    facts = _make_facts(step, read) | {
        **item.facts,
        "file": path.name,
        "writes": read.name in item.writes,
        "ref_there": f"{make_name(path.stem)}.{read.name}",
    }
    return Problem(code, read.place, facts, item.remedy or make_tagging(item.path, "inputs"))


def _find_writer(step: Step, read: Input, steps: Mapping[str, Step]) -> str | None:
    """Return another step that writes what is read, of several the one of the nearest name."""
    writers = [
        name
        for name, other in steps.items()
        if name != step.name and any(write.name == read.name for write in other.writes)
    ]
    return find_nearest(read.step, writers) or next(iter(writers), None)
