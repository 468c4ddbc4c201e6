"""Where the time of a run's steps went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from nbflow.base.text import say_count, say_seconds, shorten
from nbflow.model import Spent
from nbflow.present import document as doc
from nbflow.runs.fold import StepRun

# A part's name in `Spent`, its heading, and what is said of it where it dominates.
_PARTS = (
    ("waiting", "wait", ""),
    ("start", "start", "starting kernels"),
    ("cells", "cells", "the cells themselves"),
    ("reading", "read", "reading inputs"),
    ("writing", "write", "writing outputs"),
    ("shutdown", "end", "ending kernels and saving"),
)
_NAME = 24  # characters of a step's name, so that all fits 80
_HALF = 0.5


def make_profile(steps: Iterable[StepRun], jobs: int = 1) -> doc.Document:
    """Return a table of the parts, slowest step first, their totals, and what dominates.

    `jobs` is how many steps the run executed at a time.
    """
    timed = [step for step in steps if step.seconds and step.spent != Spent()]
    if not timed:
        text = "Where the time went is not known: no step was executed and measured."
        return (doc.make_line(text),)
    timed.sort(key=lambda step: (-(step.seconds or 0.0), step.name))
    total = add_spent(step.spent for step in timed)
    return _make_table(timed, total), doc.Gap(), doc.make_line(say_dominant(timed, jobs))


def add_spent(spent: Iterable[Spent]) -> Spent:
    """Return the sums, part by part."""
    each = list(spent)
    return Spent(**{part: sum(getattr(one, part) for one in each) for part, _, _ in _PARTS})


def say_dominant(steps: Sequence[StepRun], jobs: int) -> str:
    """Return a sentence on the largest part, and one on waiting where it is more than all else."""
    total = add_spent(step.spent for step in steps)
    whole = _sum_parts(total)
    part, _, what = max(_PARTS[1:], key=lambda one: getattr(total, one[0]))
    seconds = getattr(total, part)
    share = seconds / whole if whole else 0.0
    said = f"{share:.0%} of {say_seconds(whole)} went into {what}"
    slowest = max(steps, key=lambda step: getattr(step.spent, part))
    if len(steps) > 1 and getattr(slowest.spent, part) > _HALF * seconds:
        said += f", most of it in {slowest.name}"
    if total.waiting <= whole:
        return f"{said}."
    return (
        f"{said}. Steps that were ready waited {say_seconds(total.waiting)} in all, "
        f"with {say_count(jobs, 'step')} at a time."
    )


def _make_table(steps: Sequence[StepRun], total: Spent) -> doc.Table:
    headings = ("took", *(heading for _, heading, _ in _PARTS))
    rows = [_make_row(shorten(one.name, _NAME), one.seconds, one.spent) for one in steps]
    if len(steps) > 1:
        took = math.fsum(one.seconds or 0.0 for one in steps)
        rows += [("",) * (len(headings) + 1), _make_row("in all", took, total)]
    columns = (doc.Column(one, right=True) for one in headings)
    return doc.Table((doc.Column("step"), *columns), tuple(rows))


def _make_row(name: str, seconds: float | None, spent: Spent) -> tuple[doc.Cell, ...]:
    parts = [getattr(spent, part) for part, _, _ in _PARTS]
    return (name, *map(_say, (seconds or 0.0, *parts)))


def _say(seconds: float) -> str:
    """Return seconds in at most seven characters: 0.012, 1.23, 123.4, 12345."""
    digits = 3 if seconds < 1 else 2 if seconds < 100 else 0  # noqa: PLR2004
    return f"{seconds:.{digits}f}" if round(seconds, 3) else "-"


def _sum_parts(spent: Spent) -> float:
    return math.fsum(getattr(spent, part) for part, _, _ in _PARTS[1:])
