"""The buttons Run, Stop, Resume and Plan, and the choice of steps between them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import ipywidgets as w

from nbflow.panel.selection import Selection
from nbflow.panel.widget_factory import build

_BUTTONS = (  # name, text, icon, what it does, style
    ("run", "Run", "play", "Run the pipeline with these values", "primary"),
    ("stop", "Stop", "stop", "Stop the run; what is finished is kept", "danger"),
    ("resume", "Resume", "repeat", "Go on; what is finished is reused", ""),
    ("plan", "Plan", "list", "Say what a run would do, and why", ""),
    ("read", "", "refresh", "Read the notebooks again", ""),
)


class Buttons:
    """The line of buttons; `act` is called with what was clicked: run, stop, resume, plan, read."""

    def __init__(self, act: Callable[[str], None], selection: Selection) -> None:
        self.by_name = {name: _make_button(*look) for name, *look in _BUTTONS}
        for name, button in self.by_name.items():
            button.on_click(lambda _, name=name: act(name))
        hint = "Run all, even if nothing changed"
        self.force = build(w.Checkbox, description="Force", indent=False, tooltip=hint)
        *parts, read = self.by_name.values()
        rest = build(w.HBox, [self.force, read])
        self.box = build(w.HBox, [*parts, selection.box, rest], css="nbflow-tools")

    def show(self, enabled: Collection[str]) -> None:
        """Enable these buttons and disable the others; the notebooks can always be read again."""
        for name, button in self.by_name.items():
            button.disabled = name not in enabled and name != "read"


def _make_button(text: str, icon: str, hint: str, style: str) -> Any:
    says = {"description": text, "icon": icon, "tooltip": hint, "button_style": style}
    return build(w.Button, **says, css="" if text else "nbflow-icon")
