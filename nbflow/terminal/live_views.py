"""Shows a run that goes on: as a live table on a terminal, else as a line for each change."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import click
from rich.console import Console, ConsoleOptions, RenderResult
from rich.constrain import Constrain
from rich.text import Text

from nbflow.base.text import say_age, say_count, say_seconds, shorten
from nbflow.model.events import (
    Event,
    Line,
    OutputPrinted,
    RunStarted,
    RunWarned,
    StepBlocked,
    StepCancelled,
    StepDecided,
    StepFailed,
    StepFinished,
    StepReused,
    StepSkipped,
    StepStarted,
)
from nbflow.present.document import make_warnings
from nbflow.present.pages.runs import MANY, make_headline
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_failure, say_reasons
from nbflow.present.run_lines import find_took, say_stale
from nbflow.present.values import say_outputs
from nbflow.runs.fold import Folding, fold
from nbflow.terminal.console import make_console
from nbflow.terminal.live_table import make_log, make_progress
from nbflow.terminal.printing import heard
from nbflow.terminal.render import make_state, render_line
from nbflow.terminal.run_views import View

_LONG = 200  # characters of an error that are shown
_PER_SECOND = 8
_ECHO = 3  # columns left free: the terminal writes ^C behind the last line


@contextlib.contextmanager
def drawing(*, log: bool) -> Iterator[View]:
    """Give what shows a run's events in the way that fits the output."""
    console = make_console()
    if not console.is_terminal or console.is_dumb_terminal:
        yield Lines(console, log=log)
    else:
        from rich.live import Live  # noqa: PLC0415 - 20 ms, on a terminal only

        table = LiveTable(console, log=log)
        live = Live(table, console=console, refresh_per_second=_PER_SECOND)
        live.start()
        try:
            yield table
        finally:
            with heard():
                live.stop()


class LiveTable(View):
    """A table. Rich's thread draws it, and the thread of the run calls `_add`."""

    def __init__(self, console: Console, *, log: bool) -> None:
        super().__init__()
        self._console = console
        self._log = log
        self._folding = Folding()
        self._lock = threading.Lock()
        self._stopping = ""

    def stop(self, said: str) -> None:
        self._stopping = said

    def _add(self, line: Line) -> None:
        with self._lock:
            self._folding.add(line)
        if self._log and isinstance(line.event, OutputPrinted):
            self._console.print(make_log(line.event))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with self._lock:
            run = self._folding.run
        over = run.status != "running"
        if run.id:
            table = make_progress(run, time.time(), None if over else console.height - 2)
            yield Constrain(table, options.max_width - _ECHO)
        if self._stopping and not over:
            yield Text(self._stopping, "yellow")


class Lines(View):
    """One plain line for each change of a step."""

    def __init__(self, console: Console, *, log: bool) -> None:
        super().__init__()
        self._console = console
        self._log = log
        self._reused = 0  # of many, these are counted
        self._many = False

    def stop(self, said: str) -> None:
        with contextlib.suppress(OSError, RuntimeError):  # the signal may have come while printing
            click.echo(said, err=True)

    def _add(self, line: Line) -> None:
        if isinstance(line.event, StepReused) and self._many:
            self._reused += 1
            return
        self._tell_reused()
        if isinstance(line.event, RunStarted):
            reused = sum(planned.action == "reuse" for planned in line.event.planned)
            self._many = reused > MANY
            self._console.print(render_line(make_headline(fold([line]), line.time)))
            for warning in make_warnings(say_stale(line.event.stale)):
                self._console.print(render_line(warning))
        elif isinstance(line.event, OutputPrinted):
            if self._log:
                self._console.print(make_log(line.event))
        elif (said := _say_event(line.event)) is not None:
            self._console.print(said)

    def _tell_reused(self) -> None:
        if self._reused:
            self._console.print(_say("reused", say_count(self._reused, "step")))
            self._reused = 0


def _say_event(event: Event) -> Text | None:  # noqa: PLR0911 - a case for each kind
    match event:
        case StepStarted():
            return _say("running", event.step)
        case StepFinished():
            return _say(
                "done",
                event.step,
                say_seconds(find_took(event.seconds, event.spent)),
                say_outputs(event.outputs),
            )
        case StepReused():
            return _say("reused", event.step, say_age(event.age))
        case StepFailed():
            said = shorten(say_failure(event.failure), _LONG)
            took = say_seconds(find_took(event.seconds, event.spent))
            return _say("failed", event.step, took, said)
        case StepBlocked():
            return _say("blocked", event.step, say_reasons(event.why))
        case StepSkipped():
            return _say("skipped", event.step, say_reasons(event.why))
        case StepCancelled():
            return _say("cancelled", event.step)
        case RunWarned():
            return render_line(*make_warnings([say_problem(event.warning)]))
        case StepDecided(action="run" | "wait"):
            return _say("waiting", event.step, say_reasons(event.why))
    return None


def _say(state: str, step: str, *more: str) -> Text:
    said = " · ".join(part for part in more if part)
    glyph_and_word = make_state(state)
    pad = " " * max(0, 12 - len(glyph_and_word))
    return Text.assemble(glyph_and_word, pad, step, f"  {said}" if said else "")
