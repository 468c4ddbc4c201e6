"""What to say about files that go from step to step unsaid, each with the line to paste."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from nbflow.planning.file_flow import Traffic


def advise(traffic: Traffic, step: str) -> tuple[str, ...]:
    """Return what a step should declare, by its newest result: it opened or wrote it unsaid."""
    opened = traffic.opened.get(step, {})
    undeclared = [real for real in opened if not traffic.declares(step, real)]
    return (
        *(say_opened(traffic, step, real) for real in undeclared),
        *_say_writes(traffic, step),
    )


def say_opened(traffic: Traffic, step: str, real: str) -> str:
    """Say that a step opened a file without declaring it, and who writes that."""
    writers = sorted(traffic.written.get(real, set()) - {step})
    who = f", and {_list(writers)} it" if writers else ""
    line = f'nbflow.file("{_from_folder(traffic, step, real)}")'
    return f"{traffic.show(real)} was opened but not declared{who}; add to the inputs cell: {line}"


def say_written(traffic: Traffic, writer: str, real: str, users: Iterable[str]) -> str:
    """Say that a step writes what others use without saying so."""
    names = ", ".join(users)
    return (
        f"{traffic.show(real)} is written by {writer} and used by {names}, but {writer} does not "
        f"say so: it cannot be put back; add to {writer}: {make_line(traffic, writer, real)}"
    )


def make_line(traffic: Traffic, writer: str, real: str) -> str:
    """Return the line by which a step says that it makes a file."""
    path = _from_folder(traffic, writer, real)
    if traffic.steps[writer].language != "python":
        return f'makes = ["{path}"] in [steps.{writer}] of nbflow.toml'
    name = re.sub(r"\W+", "_", PurePath(path).stem).strip("_").lstrip("0123456789_")
    return f'nbflow.write("{name or "file"}", Path("{path}"))'


def _say_writes(traffic: Traffic, step: str) -> Iterator[str]:
    result = traffic.newest.get(step)
    for key in result.wrote if result else ():
        real = traffic.find_real(step, key)
        users = [] if traffic.claims(step, real) else traffic.find_users(real, step)
        if users:
            yield say_written(traffic, step, real, users)


def _from_folder(traffic: Traffic, step: str, real: str) -> str:
    return Path(os.path.relpath(real, os.path.realpath(traffic.find_folder(step)))).as_posix()


def _list(names: list[str]) -> str:
    return f"{' and '.join(names)} {'writes' if len(names) == 1 else 'write'}"
