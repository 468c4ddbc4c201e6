"""States as people see them, and how many steps are in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nbflow.base.text import say_count
from nbflow.model import STATES, Planned, find_state


def say_state(name: str) -> str:
    """Return glyph and word."""
    state = find_state(name)
    return f"{state.glyph} {state.word}"


def say_over(statuses: Iterable[str]) -> str:
    """Return `3 of 5 steps`, `3 of 5 steps done · 1 failed · 1 blocked`: reused ones are done."""
    count = Counter(statuses)
    good = sum(count[name] for name, state in STATES.items() if state.good)
    said = f"{good} of {say_count(count.total(), 'step')}"
    others = [
        f"{count[name]} {name}"
        for name, state in STATES.items()
        if count[name] and state.ended and not state.good
    ]
    return " · ".join([f"{said} done", *others] if others else [said])


def say_statuses(statuses: Iterable[str]) -> str:
    """Return `5 ran, 3 reused, 1 failed`."""
    count = Counter(statuses)
    found = [f"{count[name]} {'ran' if name == 'done' else name}" for name in STATES if count[name]]
    return ", ".join(found) or "no step"


def say_actions(planned: Iterable[Planned]) -> str:
    """Return `3 to run, 1 waiting, 5 reused`."""
    count = Counter[str](one.action for one in planned)
    actions = (("run", "to run"), ("wait", "waiting"), ("reuse", "reused"))
    return ", ".join(f"{count[action]} {text}" for action, text in actions if count[action])


def say_problems(severities: Iterable[str]) -> str:
    """Return `1 error, 2 warnings`; "" for none."""
    count = Counter(severities)
    return ", ".join(say_count(count[one], one) for one in ("error", "warning") if count[one])
