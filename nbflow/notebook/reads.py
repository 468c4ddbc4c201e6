"""Reads that no step answers, each with what was probably meant."""

from __future__ import annotations

import difflib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from nbflow.model import Input, Place, Problem, Skipped, Step
from nbflow.names import make_name
from nbflow.notebook.tags import is_untagged, say_tagging, split_why

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence


def find_unanswered(
    steps: Mapping[str, Step],
    skipped: Sequence[Skipped],
    broken: Collection[str],
    hidden: Collection[str],
) -> Iterator[Problem]:
    """Find the reads of what nobody writes, and those that are no `step.name`.

    What notebooks that could not be read, the `broken`, would write is not known; nor is what
    the `hidden` steps write, of which a cell could not.
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
    given = read.ref if read.name else read.step
    what = (
        f'nbflow.read({_quote(given)}) does not name a step and what it wrote, as in "step.table".'
    )
    name = make_name(read.step)
    writes = [write.name for write in steps[name].writes] if name in steps else []
    best = find_nearest(read.name, writes) or next(iter(writes), "")
    hint = (
        f'Did you mean "{name}.{best}"?'
        if best
        else f'Write nbflow.read("{name or "step"}.table").'
    )
    return Problem(what, read.place, hint)


def _make_unwritten(
    step: Step, read: Input, writes: Sequence[str], steps: Mapping[str, Step]
) -> Problem:
    written = f"writes: {', '.join(writes)}" if writes else "writes nothing"
    what = f"{step.name} reads {read.ref}, but {read.step} {written}."
    if (near := find_nearest(read.name, writes)) is not None:
        return Problem(what, read.place, f'Did you mean "{read.step}.{near}"?')
    if (writer := _find_writer(step, read, steps)) is not None:
        return Problem(what, read.place, f'Did you mean "{writer}.{read.name}"?')
    hint = f'Add nbflow.write("{read.name}", …) there, or fix {_show(read.place)}.'
    return Problem(what, read.place, hint)


def _make_unknown(
    step: Step, read: Input, steps: Mapping[str, Step], skipped: Sequence[Skipped]
) -> Problem:
    untagged = [item for item in skipped if is_untagged(item)]
    for item in untagged:
        if make_name(PurePosixPath(item.path).stem) == read.step:
            return _make_untagged(step, read, item)
    what = f"{step.name} reads {read.ref}, but there is no step {read.step}."
    for item in untagged:
        if read.name in item.writes:
            path = PurePosixPath(item.path)
            what += f" {path.name} writes {read.name}, and is no step: {split_why(item)[0]}."
            hint = f'{_tag(item)}, and read "{make_name(path.stem)}.{read.name}".'
            return Problem(what, read.place, hint)
    if (meant := _find_meant(step, read, steps)) is not None:
        return Problem(what, read.place, f'Did you mean "{meant}"?')
    known = f"The steps are: {', '.join(sorted(steps))}."
    return Problem(what, read.place, f"{known} Fix {_show(read.place)}.")


def _find_meant(step: Step, read: Input, steps: Mapping[str, Step]) -> str | None:
    """Return what there is of that name, else of a near name in a step of a near one."""
    if (writer := _find_writer(step, read, steps)) is not None:
        return f"{writer}.{read.name}"
    near = find_nearest(read.step, steps)
    if near is None:
        return None
    name = find_nearest(read.name, [write.name for write in steps[near].writes])
    return f"{near}.{name}" if name else None


def _make_untagged(step: Step, read: Input, item: Skipped) -> Problem:
    """Return the problem that what would be the step is none."""
    writes = f", which writes {read.name}," if read.name in item.writes else ""
    name = f"{PurePosixPath(item.path).name}{writes}"
    what = f"{step.name} reads {read.ref}, but {name} is no step: {split_why(item)[0]}."
    return Problem(what, read.place, f"{_tag(item)}.")


def _tag(item: Skipped) -> str:
    remedy = split_why(item)[1]
    return f"Tag it: {remedy}" if remedy else f"Tag one: {say_tagging(item.path, 'CELL', 'inputs')}"


def _quote(text: str) -> str:
    return repr(text) if '"' in text or "\\" in text else f'"{text}"'


def _find_writer(step: Step, read: Input, steps: Mapping[str, Step]) -> str | None:
    """Return another step that writes what is read, of several the one of the nearest name."""
    writers = [
        name
        for name, other in steps.items()
        if name != step.name and any(write.name == read.name for write in other.writes)
    ]
    return find_nearest(read.step, writers) or next(iter(writers), None)


def find_nearest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, list(known), 1)), None)


def _show(place: Place) -> str:
    name = PurePosixPath(place.notebook).name
    return f"{name}, cell {place.cell}" if place.cell is not None else name
