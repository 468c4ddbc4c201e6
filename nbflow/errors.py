"""One class for each thing that a user can fix."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbflow.model import Command, Problem


class NbflowError(Exception):
    """What is wrong, where, and what to do next: in words for the user, or as problems.

    Among the words may be commands, which each face spells in its own way. Without words, the
    text is that of the `problems`.
    """

    def __init__(self, *words: str | Command, problems: Iterable[Problem] = ()) -> None:
        super().__init__(*words)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        if self.args and all(isinstance(part, str) for part in self.args):
            return "".join(self.args)
        # The one import that points up: text is made where an error is shown, anywhere.
        from nbflow.present.problems import say_error  # noqa: PLC0415

        return say_error(self)

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the traceback as far as it is the user's."""
        formatter = sys.modules["IPython"].get_ipython().InteractiveTB
        shown: list[str] = formatter.structured_traceback(type(self), self, _cut(self))
        return shown


def _cut(error: NbflowError) -> TracebackType | None:
    """Return the traceback up to the call of ours that the user's code makes last."""
    names, frames = [], []
    at = error.__traceback__
    while at is not None:
        frames.append(at)
        names.append(at.tb_frame.f_globals.get("__name__", ""))
        at = at.tb_next
    last = max((place for place, name in enumerate(names) if name == "__main__"), default=0)
    ours = (place for place in range(last, len(names)) if names[place].startswith("nbflow."))
    kept = None
    for frame in reversed(frames[: next(ours, None)]):
        kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept


class ProjectError(NbflowError):
    """No project, two of them, or settings that cannot be read."""


class NotebookError(NbflowError):
    """A notebook that cannot be read."""


class PipelineError(NbflowError):
    """A pipeline that cannot run; `problems` holds all that is wrong with it."""


class ParameterError(NbflowError):
    """A parameter that no step declares, or a value that does not fit its type."""


class KernelError(NbflowError):
    """A kernel that is not installed or does not start."""


class StoreError(NbflowError):
    """A table or value that cannot be kept or read."""


class DamageError(StoreError):
    """A file of a result that is no longer what was written."""


class TrustError(StoreError):
    """A pickle that another user wrote, whom this one has not said to trust."""


class UnknownNameError(NbflowError):
    """A step, table, run or executor that does not exist; names the nearest."""


class RemovedError(UnknownNameError):
    """A result that was removed since its run; says by what, and what makes it again."""


class CallError(NbflowError):
    """A call of `nbflow.read`, `write`, `file` or `use` that cannot work here."""


class RunError(NbflowError):
    """A run that cannot start, be found or be cancelled."""


class ReportError(NbflowError):
    """A report that cannot be made in this form, or not be written where it was asked for."""


class SqlError(NbflowError):
    """A query that DuckDB refuses, or that names what is not there.

    `why` is its first line, `rest` the others, `line` the query's line from 1, `missing` the table
    that does not exist; `unbound` of a query whose parameters have no values. `more` are words that
    follow, with commands among them.
    """

    def __init__(
        self,
        why: str,
        rest: Sequence[str] = (),
        line: int = 1,
        missing: str = "",
        *,
        unbound: bool = False,
        more: Sequence[str | Command] = (),
    ) -> None:
        super().__init__("\n".join([why, *rest]), *more)
        self.why, self.rest, self.line = why, tuple(rest), line
        self.missing, self.unbound = missing, unbound

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the message with its caret; a traceback would be ours."""
        return [f"\x1b[31mSqlError\x1b[39m: {self}"]
