"""References `step.name`: taken apart, checked, and compared with the names that there are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbflow.base.nearest import find_nearest
from nbflow.errors import CallError
from nbflow.model import Frozen
from nbflow.model.refs import Ref, make_ref


class Source(Frozen, frozen=True):
    """Where one table or value is read from.

    `runs` has the folders of several runs by how these are called, where all of them are read.
    """

    folder: Path
    name: str
    runs: dict[str, Path] = {}


def split_ref(ref: Any) -> Ref:
    """Return the step and the name of `step.name`; raises CallError for anything else."""
    found = make_ref(ref) if isinstance(ref, str) else Ref("", "")
    if not (found.step.isidentifier() and found.name.isidentifier()):
        raise CallError(
            f"nbflow.read({ref!r}): this is not the name of a table or value. "
            'It takes the step and what it wrote: nbflow.read("clean_flights.flights").'
        )
    return found


def check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise CallError(
            f"nbflow.write takes a name and a value, and the name here is a "
            f'{type(name).__name__}. Write nbflow.write("name", value).'
        )
    if not name.isidentifier():
        raise CallError(
            f"nbflow.write({name!r}, …): a name is letters, digits and _, so that SQL can use it. "
            f'Write nbflow.write("{make_identifier(name)}", …).'
        )


def check_step(step: Any) -> None:
    if not (isinstance(step, str) and step.isidentifier()):
        raise CallError(
            f"nbflow.use(step={step!r}): a step is called as its notebook without leading digits, "
            'in lower case, with _ for all else: nbflow.use(step="clean_flights").'
        )


def make_identifier(text: str) -> str:
    made = re.sub(r"\W+", "_", text).strip("_") or "name"
    return f"_{made}" if made[0].isdigit() else made


def make_hint(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean …?`, "" where no known name is near."""
    near = find_nearest(name, known)
    return f" Did you mean {near}?" if near else ""
