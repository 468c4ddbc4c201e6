"""Run, Stop, Resume, Plan, and what they take into account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from nbflow.model import STATES
from nbflow.panel.models import build
from nbflow.panel.selection import Selection
from nbflow.runs.fold import Run


class Buttons:
    """The line of buttons; `act` is called with what was clicked: run, stop, resume, plan, read."""

    def __init__(self, act: Callable[[str], None], selection: Selection) -> None:
        def make(name: str, text: str, icon: str, hint: str, style: str = "") -> Any:
            says = {"description": text, "icon": icon, "tooltip": hint}
            button = build(w.Button, **says, button_style=style, css="" if text else "nbflow-icon")
            button.on_click(lambda _: act(name))
            return button

        self.run = make("run", "Run", "play", "Run the pipeline with these values", "primary")
        self.stop = make("stop", "Stop", "stop", "Stop the run; what is finished is kept", "danger")
        self.resume = make("resume", "Resume", "repeat", "Go on; what is finished is reused")
        self.plan = make("plan", "Plan", "list", "Say what a run would do, and why")
        self.read = make("read", "", "refresh", "Read the notebooks again")
        hint = "Run all, even if nothing changed"
        self.force = build(w.Checkbox, description="Force", indent=False, tooltip=hint)
        parts = [self.run, self.stop, self.resume, self.plan]
        rest = build(w.HBox, [self.force, self.read])
        self.box = build(w.HBox, [*parts, selection.box, rest], css="nbflow-tools")

    def show(self, run: Run | None, *, usable: bool, busy: bool, stopping: bool) -> None:
        """Let be clicked what makes sense now."""
        live = run is not None and run.status == "running"
        wanted = {
            self.run: usable and not live and not busy,
            self.stop: live and not stopping,
            self.resume: not live and not busy and run is not None and _was_broken_off(run),
            self.plan: usable and not busy,
        }
        for button, enabled in wanted.items():
            if button.disabled == enabled:
                button.disabled = not enabled


def _was_broken_off(run: Run) -> bool:
    state = STATES[run.status]
    return state.ended and not state.good
