"""Names with a step's name before them: `step.name` of what is read, `STEP.NAME` of a parameter."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class Ref(NamedTuple):
    """A table, a value or a parameter of a step; `step` is "" for a parameter of all steps."""

    step: str
    name: str

    def __str__(self) -> str:
        return f"{self.step}.{self.name}" if self.step else self.name


def make_ref(text: str) -> Ref:
    """Return what `step.name` stands for, as it is written in `nbflow.read` and in SQL."""
    step, _, name = text.partition(".")
    return Ref(step, name)


def make_parameter_ref(text: str) -> Ref:
    """Return what `NAME` or `STEP.NAME` stands for, as Python spells it: `ö` is one character."""
    step, _, name = text.rpartition(".")
    return Ref(step, unicodedata.normalize("NFKC", name))
