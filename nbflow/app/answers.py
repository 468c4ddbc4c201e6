"""What commands return: values for any face to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.model import Command, Frozen, Next, Output
from nbflow.present.command_results import Code, say_told

if TYPE_CHECKING:
    from nbflow.model import Scan
    from nbflow.planning import Plan
    from nbflow.reports.comparison import Comparison
    from nbflow.runs.cleaning import Removable
    from nbflow.runs.fold import Run, StepRun
    from nbflow.workspace.pipeline_folder import PipelineFolder


class Answer(Frozen, frozen=True):
    """What a command found or did."""


class ShownPlan(Answer, frozen=True):
    """A plan; `diffs` has the changed lines of each step, where they were asked for.

    With `every`, each reused step is shown, however many they are.
    """

    plan: Plan
    diffs: dict[str, list[str]] = {}
    every: bool = False


class Listed(Answer, frozen=True):
    """What the pipeline's folder holds."""

    pipeline: PipelineFolder
    scan: Scan


class Checked(Answer, frozen=True):
    pipeline: PipelineFolder
    scan: Scan


class Executed(Answer, frozen=True):
    """A run that is over."""

    pipeline: PipelineFolder
    run: Run
    next: tuple[Next, ...] = ()  # instead of what fits any run
    profile: bool = False  # whether to show where the time went
    report: Told | None = None  # what was written of it


class Runs(Answer, frozen=True):
    pipeline: PipelineFolder
    runs: list[Run]


class ShownRun(Answer, frozen=True):
    pipeline: PipelineFolder
    run: Run
    profile: bool = False


class ShownStep(Answer, frozen=True):
    """One step of a run; `outputs` also where it was reused."""

    pipeline: PipelineFolder
    run: Run
    step: StepRun
    outputs: tuple[Output, ...] = ()
    folder: str = ""
    profile: bool = False


class Compared(Answer, frozen=True):
    """How a run differs from an earlier one; with `every`, what does not differ is shown too."""

    pipeline: PipelineFolder
    comparison: Comparison
    every: bool = False


class Told(Answer, frozen=True):
    """Something done: a code with its facts, and the commands to type next."""

    code: Code
    facts: dict[str, Any] = {}
    next: tuple[Next, ...] = ()  # command, what it does
    failed: bool = False

    @property
    def text(self) -> str:
        """What was done, in words."""
        return say_told(self.code, self.facts)


class Cleaned(Answer, frozen=True):
    """What was removed, or would be."""

    pipeline: PipelineFolder
    removable: list[Removable]
    removed: bool = False
    asked: bool = False  # whether to remove them is being asked
    again: Command | None = None  # removes them


class Queried(Answer, frozen=True):
    """A lazy relation of DuckDB and how to show it."""

    relation: Any
    kind: str = "table"
    output: Path | None = None
    limit: int = 40  # rows of a table that is shown; 0 for all
