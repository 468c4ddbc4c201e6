"""What only a terminal does with an answer: it runs in this process, and asks before it removes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from nbflow import app
from nbflow.app.answers import Cleaned, Executed
from nbflow.base.text import say_count
from nbflow.commands.run_request import StartRun
from nbflow.present.run_lines import say_no_bytecode

if TYPE_CHECKING:
    from nbflow.planning import Plan


def act(answer: Any, *, as_json: bool) -> Any:
    """Return the answer to show. A run that is asked for is executed first."""
    if isinstance(answer, StartRun):
        return _run(answer, as_json=as_json)
    if isinstance(answer, Cleaned) and not answer.removed and not as_json and _agrees(answer):
        return app.clean.remove(answer)
    return answer


def _run(asked: StartRun, *, as_json: bool) -> Executed:
    """Plan, run and show; the run stops at Ctrl-C, `kill` and a closed terminal."""
    from nbflow.cli.signals import showing_cursor, stopping  # noqa: PLC0415 - only for a run
    from nbflow.terminal.run_views import watch  # noqa: PLC0415 - as above

    plan = app.plan.plan(asked.pipeline, asked.scan, asked.request).plan
    if asked.scan.problems and not as_json:  # warnings: with errors there would be no plan
        count = say_count(len(asked.scan.problems), "warning")
        click.secho(f"{count} in the notebooks; `nbflow check` shows them", fg="yellow", err=True)
    if not as_json:
        _hint(plan)
    with (
        watch(as_json=as_json, log=asked.log) as view,
        stopping(view.stop) as stop,
        showing_cursor(),
    ):
        executed = app.run.run(plan, observe=view.observe, stop=stop)
    return replace(executed, next=asked.next, profile=asked.profile)


def _hint(plan: Plan) -> None:
    """Say once why kernels start slowly, where that can be mended."""
    if any(one.action != "reuse" for one in plan.steps.values()):
        from nbflow.environments.bytecode import find_bytecode_obstacle  # noqa: PLC0415 - as above

        if why := find_bytecode_obstacle():
            click.secho(say_no_bytecode(why), fg="yellow", err=True)


def _agrees(cleaned: Cleaned) -> bool:
    """Show what would be removed and ask, where there is somebody to answer."""
    if not cleaned.removable or not sys.stdin.isatty():
        return False
    from nbflow.cli import output  # noqa: PLC0415 - rich only where something is shown

    output.show(replace(cleaned, asked=True), as_json=False)
    return click.confirm("Remove all of these?", default=False)
