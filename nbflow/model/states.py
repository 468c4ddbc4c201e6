"""The states of steps, runs, plans and problems: how each looks, and what follows from it."""

from __future__ import annotations

from typing import Literal

from nbflow.model.frozen import Frozen

Tone = Literal["grey", "blue", "green", "cyan", "red", "amber", "purple"]


class State(Frozen, frozen=True):
    """A state. Its glyph is one of its own among those shown together: nobody needs the colour.

    `rank` tells which steps are shown first where there is no room for all, 0 before 4.
    """

    glyph: str
    tone: Tone
    word: str  # for people
    ended: bool = False  # nothing more will happen
    good: bool = False  # it ended, and there is a result to use
    rank: int = 4


# In the order in which steps are counted: "5 done, 3 reused, 1 failed".
STATES: dict[str, State] = {
    # of steps and runs
    "done": State("✓", "green", "done", ended=True, good=True),
    "reused": State("↺", "cyan", "reused", ended=True, good=True),
    "failed": State("✗", "red", "failed", ended=True, rank=1),
    "blocked": State("⊘", "amber", "blocked", ended=True, rank=3),
    "skipped": State("-", "grey", "skipped", ended=True),
    "cancelled": State("■", "purple", "cancelled", ended=True),
    "lost": State("?", "purple", "lost", ended=True, rank=1),
    "running": State("▸", "blue", "running", rank=0),
    "waiting": State("○", "grey", "waiting", rank=2),
    # of runs whose log says nothing
    "later": State("?", "purple", "of a later version"),
    "unreadable": State("?", "purple", "unreadable"),
    # what a plan says of a step
    "run": State("▸", "blue", "run"),
    "reuse": State("↺", "cyan", "reuse"),
    "wait": State("○", "blue", "wait"),
    "skip": State("-", "grey", "skip"),
    # how bad a problem is
    "error": State("✗", "red", "error"),
    "warning": State("!", "amber", "warning"),
}


def find_state(name: str) -> State:
    """Return a state by its name; a plain one for "", which is a step's before any run."""
    return STATES.get(name) or State("·", "grey", name)
