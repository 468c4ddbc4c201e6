"""Why a step failed: which cell, which line, what was said, and what to do."""

from __future__ import annotations

import errno
import re
import signal
import traceback
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from nbclient.exceptions import DeadKernelError

from nbflow.errors import NbflowError
from nbflow.executors.local.worker.event_recorder import LONGEST, first_line
from nbflow.executors.local.worker.printed_lines import shorten
from nbflow.model import Command, Failure, make_warning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.executors.local.worker.executed_notebook import Document
    from nbflow.executors.local.worker.kernel import Kernel
    from nbflow.executors.local.worker.watchdog import Watchdog
    from nbflow.model import Output

MESSAGE, TRACEBACK = 4_000, 20_000  # characters
# CSI sequences (colours, cursor) and OSC sequences (links) of ECMA-48
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_FRAME = re.compile(r"^\s*Cell In ?\[(\d+)\], line (\d+)", re.MULTILINE)  # IPython's


def find_failure(
    document: Document,
    kernel: Kernel,
    watchdog: Watchdog,
    error: Exception | None,
    outputs: Mapping[str, Output],
) -> Failure | None:
    """Return why the step failed; None if it did not, or was told to stop."""
    cell = document.failed_cell()
    if watchdog.reason == "stopped":
        return None
    if watchdog.reason:
        return _make_timeout(document, watchdog)
    started = kernel.process is not None
    if isinstance(error, DeadKernelError) or (error and started and not kernel.answered):
        return _make_death(document, cell, kernel, error)
    if error is not None:
        return _place(make_other(error), document, cell)
    if cell is not None:
        return _make_error(document, cell)
    return _find_unwritten(document, outputs)


def make_other(error: Exception) -> Failure:
    """Return the failure of a job that no cell is to blame for."""
    known = isinstance(error, NbflowError | OSError)
    text = "" if known else "".join(traceback.format_exception(error))
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    advice = make_warning("full-disk", Command("clean")) if full else None
    message = f"The disk is full: {error}" if full else str(error)
    return Failure("other", type(error).__name__, message, traceback=text, advice=advice)


def cut_failure(failure: Failure) -> Failure:
    """Return the failure as events and terminals take it; the notebook has its texts whole."""
    return replace(
        failure,
        message=shorten(failure.message, MESSAGE),
        traceback=shorten(failure.traceback, TRACEBACK),
        first_line=shorten(failure.first_line, LONGEST),
    )


def strip(text: str) -> str:
    """Return the text without colours."""
    return _ANSI.sub("", text)


def _make_timeout(document: Document, watchdog: Watchdog) -> Failure:
    of_cell = watchdog.reason == "cell timeout"
    what, option = ("The cell", "cell_timeout") if of_cell else ("The step", "timeout")
    seconds = watchdog.job.cell_timeout if of_cell else watchdog.job.timeout
    failure = Failure(
        cause="timeout",
        type="CellTimeout" if of_cell else "StepTimeout",
        message=f"{what} took longer than {seconds:g} s.",
        advice=make_warning("too-slow", option=option, seconds=seconds),
    )
    return _place(failure, document, watchdog.struck)


def _make_death(document: Document, cell: Any, kernel: Kernel, error: Exception) -> Failure:
    message = str(error) if kernel.answered else _describe_start(kernel, error)
    killed = kernel.exit_code() == -signal.SIGKILL
    failure = Failure(
        cause="kernel died",
        type="DeadKernelError",
        message=message,
        traceback=kernel.said(),
        advice=make_warning("full-memory") if killed else None,
    )
    return _place(failure, document, cell)


def _describe_start(kernel: Kernel, error: Exception) -> str:
    """Say why a kernel did not start: how its process ended, and its last words."""
    code, said = kernel.exit_code(), kernel.said().splitlines()
    how = f"The kernel did not start: {str(error).rstrip('.')}"
    if code is not None and not isinstance(error, DeadKernelError):
        how += f" (exit code {code})" if code >= 0 else f" (signal {-code})"
    return f"{how}: {said[-1].strip()}" if said else how


def _make_error(document: Document, cell: Any) -> Failure:
    error = _find_error(cell)
    failure = Failure(
        cause="error",
        type=error.get("ename") or "Error",
        message=strip(error.get("evalue") or ""),
    )
    return _place(failure, document, cell)


def _find_unwritten(document: Document, outputs: Mapping[str, Output]) -> Failure | None:
    """Return which declared tables are not there, and the cell that ended the notebook before."""
    job = document.job
    missing = [name for name in job.writes if name not in outputs]
    if not missing:
        return None
    names = ", ".join(missing)
    ending = document.ending_cell
    cell = document.number(ending) if ending else None
    failure = Failure(
        cause="not written",
        type="NotWritten",
        message=f"{job.step} declares that it writes {names}, but its cells did not.",
        advice=make_warning("nothing-written", name=missing[0], cell=cell),
    )
    return _place(failure, document, ending)


def _place(failure: Failure, document: Document, cell: Any) -> Failure:
    """Return the failure with the cell, the line in it, and the kernel's traceback."""
    if cell is None:
        return failure
    text = strip("\n".join(_find_error(cell).get("traceback", [])))
    return replace(
        failure,
        cell=document.number(cell),
        line=find_line(text, cell.get("execution_count")),
        first_line=first_line(cell.source),
        traceback=failure.traceback or text,
    )


def find_line(text: str, count: int | None) -> int | None:
    """Return the innermost line of the cell that IPython's traceback names."""
    lines = [int(line) for number, line in _FRAME.findall(text) if int(number) == count]
    return lines[-1] if lines else None


def _find_error(cell: Any) -> Any:
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    return errors[-1] if errors else {}
