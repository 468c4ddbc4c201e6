"""Warnings of files that steps use or write without declaring them, with the line to paste."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from nbflow.model import Edit, Place, Problem, make_warning
from nbflow.planning.file_flow import Traffic


def advise(traffic: Traffic, step: str) -> tuple[Problem, ...]:
    """Return warnings of the files that the newest result of a step shows to be undeclared."""
    opened = traffic.opened.get(step, {})
    undeclared = [real for real in opened if not traffic.declares(step, real)]
    return (
        *(_warn_of_file(traffic, step, real) for real in undeclared),
        *_find_writes(traffic, step),
    )


def warn_of_write(traffic: Traffic, writer: str, real: str, users: Iterable[str]) -> Problem:
    """Return the warning that a step writes what others use without saying so."""
    facts = {"file": traffic.show(real), "writer": writer, "users": list(users)}
    return make_warning("undeclared-write", make_edit(traffic, writer, real), **facts)


def make_edit(traffic: Traffic, writer: str, real: str) -> Edit:
    """Return the line by which a step says that it makes a file."""
    return Edit(_make_line(traffic, writer, real), Place(traffic.steps[writer].path))


def _make_line(traffic: Traffic, writer: str, real: str) -> str:
    path = _from_folder(traffic, writer, real)
    if traffic.steps[writer].language != "python":
        return f'makes = ["{path}"] in [steps.{writer}] of nbflow.toml'
    name = re.sub(r"\W+", "_", PurePath(path).stem).strip("_").lstrip("0123456789_")
    return f'nbflow.write("{name or "file"}", Path("{path}"))'


def _warn_of_file(traffic: Traffic, step: str, real: str) -> Problem:
    """Return the warning that a step opened a file without declaring it."""
    place = Place(traffic.steps[step].path)
    edit = Edit(f'nbflow.file("{_from_folder(traffic, step, real)}")', place)
    writers = sorted(traffic.written.get(real, set()) - {step})
    return make_warning("undeclared-file", edit, file=traffic.show(real), writers=writers)


def _find_writes(traffic: Traffic, step: str) -> Iterator[Problem]:
    result = traffic.newest.get(step)
    for key in result.wrote if result else ():
        real = traffic.find_real(step, key)
        users = [] if traffic.claims(step, real) else traffic.find_users(real, step)
        if users:
            yield warn_of_write(traffic, step, real, users)


def _from_folder(traffic: Traffic, step: str, real: str) -> str:
    return Path(os.path.relpath(real, os.path.realpath(traffic.find_folder(step)))).as_posix()
