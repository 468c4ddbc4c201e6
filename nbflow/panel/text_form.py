"""The panel as text, for a terminal."""

from __future__ import annotations

import time

from nbflow.base.text import say_count
from nbflow.model import Scan
from nbflow.present.nodes import State, make_run_states
from nbflow.present.states import say_state
from nbflow.runs.history import find_newest_id, read_run
from nbflow.workspace.project import Project

_NEXT = """
The controls need a front end of Jupyter. Here:
  %nbflow plan    what would run, and why (after %load_ext nbflow)
  %nbflow run     run it"""


def draw_text(project: Project, name: str, scan: Scan) -> str:
    """Return each step as the newest run left it, and the commands to type."""
    newest = find_newest_id(project)
    run = read_run(project, newest) if newest else None
    states = make_run_states(run.steps, time.time()) if run else {}
    width = max(map(len, scan.steps), default=0)
    lines = [_say_step(step.ljust(width), states.get(step)) for step in scan.steps]
    last = f"run {run.id} {say_state(run.status)}" if run else "not run yet"
    head = f"{name}: {say_count(len(scan.steps), 'step')} · {last}"
    return "\n".join([head, *lines, _NEXT])


def _say_step(name: str, state: State | None) -> str:
    if state is None:
        return f"  {name}"
    return f"  {name}  {say_state(state['status'])}  {state.get('text', '')}".rstrip()
