"""The panel's first line: pipeline, state, times, and how far the run is."""

from __future__ import annotations

from nbflow import words
from nbflow.html.markup import Markup, dim, state, tag
from nbflow.runlog import Run
from nbflow.widget.steps import find_expected


def draw_head(name: str, run: Run | None, now: float, doing: str = "") -> Markup:
    """Return the line and a bar; `doing` is what the panel itself is busy with."""
    title = tag("span", name, class_="nbflow-name")
    if run is None or not run.steps:
        idle = tag("span", doing or "not run yet", class_="nb-dim")
        return _frame(tag("div", title, idle, class_="nbflow-head-line"))
    over = sum(step.status not in {"waiting", "running"} for step in run.steps.values())
    said = [f"{over} of {words.say_count(len(run.steps), 'step')}", _say_time(run, now)]
    said += [run.name, words.say_parameters(run.parameters), run.message]
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
    return _frame(line, _draw_track(run, over))


def _say_time(run: Run, now: float) -> str:
    if run.status == "lost":
        return "its process ended without a word"
    if run.seconds is not None:
        return words.say_seconds(run.seconds)
    left = find_expected(run, now)
    about = f", about {words.say_seconds(left)} left" if left else ""
    return words.say_seconds(round(now - run.started)) + about


def _draw_track(run: Run, over: int) -> Markup:
    doing = (
        words.say_doing(step.cells, step.cells_done, step.fraction)
        for step in run.steps.values()
        if step.status == "running"
    )
    done = over + sum(one[0] for one in doing if one is not None)
    share = f"width:{min(done / max(len(run.steps), 1), 1):.1%}"
    filled = tag(
        "i", style=share, class_=f"nb-{run.status}" if run.status in {"failed", "done"} else None
    )
    return tag(
        "div", filled, class_="nbflow-track", role="img", aria_label=share.removeprefix("width:")
    )


def _frame(*parts: str) -> Markup:
    return tag("div", *parts, class_="nbflow")
