"""Draws the panel's first line, and a bar for how far the run is."""

from __future__ import annotations

from markupsafe import Markup

from nbflow.panel.run_state import Head
from nbflow.present.html.markup import dim, state, tag


def draw_head(head: Head) -> Markup:
    """Return the name, state and times, and a bar: first what is done, then what went wrong."""
    title = tag("span", head.name, class_="nbflow-name")
    if not head.state:
        return _frame(_line(title, tag("span", head.doing, class_="nb-dim")))
    line = _line(
        title,
        state(head.state),
        tag("span", head.said),
        dim(head.doing) if head.doing else None,
        tag("span", f"run {head.run_id}", class_="nb-dim"),
    )
    good = _draw_part(head.good, "nb-green" if head.state == "done" else None)
    bad = _draw_part(head.bad, "nb-red") if head.bad else None
    label = f"{head.good:.1%}"
    return _frame(line, tag("div", good, bad, class_="nbflow-track", role="img", aria_label=label))


def _line(*parts: Markup | None) -> Markup:
    return tag("div", *parts, class_="nbflow-head-line")


def _draw_part(share: float, kind: str | None) -> Markup:
    return tag("i", style=f"width:{share:.1%}", class_=kind)


def _frame(*parts: Markup) -> Markup:
    return tag("div", *parts, class_="nbflow")
