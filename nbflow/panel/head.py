"""The panel's first line: pipeline, state, times, and how far the run is."""

from __future__ import annotations

from markupsafe import Markup

from nbflow.base.text import say_seconds
from nbflow.model import STATES
from nbflow.panel.estimate import find_left
from nbflow.present.html.markup import dim, state, tag
from nbflow.present.runs import say_doing, say_trouble
from nbflow.present.states import say_over
from nbflow.present.values import say_parameters
from nbflow.runs.fold import Run


def draw_head(name: str, run: Run | None, now: float, doing: str = "") -> Markup:
    """Return the line and a bar; `doing` is what the panel itself is busy with."""
    title = tag("span", name, class_="nbflow-name")
    if run is None or not run.steps:
        idle = tag("span", doing or "not run yet", class_="nb-dim")
        return _frame(tag("div", title, idle, class_="nbflow-head-line"))
    over = say_over(step.status for step in run.steps.values())
    said = [over, _say_time(run, now, wait=not doing)]
    said += [run.name, say_parameters(run.parameters), say_trouble(run)]
    text = " · ".join(part for part in said if part)
    line = tag(
        "div",
        title,
        state(run.status),
        tag("span", text),
        dim(doing) if doing else None,
        tag("span", f"run {run.id}", class_="nb-dim"),
        class_="nbflow-head-line",
    )
    return _frame(line, _draw_track(run))


def _say_time(run: Run, now: float, *, wait: bool) -> str:
    """Return how long the run took or goes on; `wait` is whether it is left to its end."""
    if run.status == "lost":
        return "its process ended without a word"
    if run.seconds is not None:
        return say_seconds(run.seconds)
    left = find_left(run, now) if wait else None
    about = f", about {say_seconds(left)} left" if left else ""
    return say_seconds(round(now - run.started)) + about


def _draw_track(run: Run) -> Markup:
    """Return a bar: what is done, then what failed or was blocked by that; the rest is empty."""
    steps = run.steps.values()
    doing = (
        say_doing(step.cells, step.cells_done, step.fraction)
        for step in steps
        if step.status == "running"
    )
    done = sum(STATES[step.status].good for step in steps)
    bad = sum(step.status in {"failed", "blocked"} for step in steps)
    share = _say_share(done + sum(one[0] for one in doing if one is not None), run)
    good = tag("i", style=f"width:{share}", class_="nb-green" if run.status == "done" else None)
    wrong = tag("i", style=f"width:{_say_share(bad, run)}", class_="nb-red") if bad else None
    return tag("div", good, wrong, class_="nbflow-track", role="img", aria_label=share)


def _say_share(count: float, run: Run) -> str:
    return f"{min(count / max(len(run.steps), 1), 1):.1%}"


def _frame(*parts: str) -> Markup:
    return tag("div", *parts, class_="nbflow")
