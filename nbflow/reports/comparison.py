"""What differs between two runs, as data: `present` says and draws it."""

from __future__ import annotations

from typing import Any, Literal

from nbflow.model import Frozen, Next, Output, Problem, Reason
from nbflow.model.table_differences import TableComparison
from nbflow.reports.facts import Masked, Options
from nbflow.runs.fold import Run, StepRun

StepKind = Literal["same", "equal", "different", "added", "removed"]
OutputKind = Literal["equal", "different", "added", "removed", "unreadable"]
LineKind = Literal["added", "removed", "same"]


class Change(Frozen, frozen=True):
    """A parameter, a version, a file or a module that differs, in these steps.

    A side is None where there is none; of files and modules the sides are hashes.
    """

    name: str
    before: Any
    after: Any
    steps: tuple[str, ...] = ()


class NumberChange(Frozen, frozen=True):
    """A large number of the report in both runs, "" where a run has none."""

    label: str
    before: str
    after: str


class DiffLine(Frozen, frozen=True):
    kind: LineKind
    text: str


class CodeChange(Frozen, frozen=True):
    """A code cell that differs: its positions from 1, and its lines with some around them."""

    before: int | None
    after: int | None
    lines: tuple[DiffLine, ...] = ()


class ValueChange(Frozen, frozen=True):
    """A part of a value that differs: `path` leads to it, as `rates[2].name`.

    `kind` tells a part that only one of the values has from one that is None.
    """

    path: str
    kind: Literal["changed", "added", "removed"]
    before: Any = None
    after: Any = None


class Pictures(Frozen, frozen=True):
    """A figure in both runs, by MIME type as nbformat has it; `cell` is 0 for one that was written.

    A side is empty where the run has no such figure.
    """

    cell: int
    before: dict[str, str] = {}
    after: dict[str, str] = {}


class OutputComparison(Frozen, frozen=True):
    """What a step wrote under one name in both runs."""

    ref: str
    kind: OutputKind
    before: Output | None
    after: Output | None
    table: TableComparison | None = None
    values: tuple[ValueChange, ...] = ()
    more: int = 0  # values that differ and are not listed
    lines: tuple[DiffLine, ...] = ()  # of a text
    pictures: Pictures | None = None
    problem: Problem | None = None  # why it cannot be compared


class StepComparison(Frozen, frozen=True):
    """A step in both runs.

    "same" steps have one result, "equal" ones two results that hold the same. `reasons` say what
    differs of what the result depends on; `seconds` are what its notebook took in each run.
    """

    name: str
    kind: StepKind
    before: StepRun | None
    after: StepRun | None
    reasons: tuple[Reason, ...] = ()
    code: tuple[CodeChange, ...] = ()
    outputs: tuple[OutputComparison, ...] = ()
    figures: tuple[Pictures, ...] = ()  # that its cells show
    problems: tuple[Problem, ...] = ()  # what is missing


class Comparison(Frozen, frozen=True):
    """How a run differs from an earlier one; `same` names the steps that do not."""

    before: Run
    after: Run
    title: str = ""
    numbers: tuple[NumberChange, ...] = ()  # all of them, where one differs
    parameters: tuple[Change, ...] = ()
    environment: tuple[Change, ...] = ()
    files: tuple[Change, ...] = ()
    modules: tuple[Change, ...] = ()
    steps: tuple[StepComparison, ...] = ()
    same: tuple[str, ...] = ()
    next: tuple[Next, ...] = ()
    masked: tuple[Masked, ...] = ()
    options: Options = Options()


class Choice(Frozen, frozen=True):
    """What is compared: these steps or all, only this table, whose rows `key` tells apart.

    With `every`, steps and outputs are listed too that do not differ.
    """

    steps: tuple[str, ...] = ()
    table: str = ""
    key: tuple[str, ...] = ()
    every: bool = False
