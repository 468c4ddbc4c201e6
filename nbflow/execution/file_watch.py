"""Watches files while steps run: which step wrote which file, and races between steps."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbflow.base import globs
from nbflow.base.stat_cache import Stamp, read_stamp
from nbflow.model import Frozen, Problem, Result, TaskId, make_warning
from nbflow.planning import Plan

_MOST = 2_000  # files of folders and globs that are looked at before and after each step


class _Ended(Frozen, frozen=True):
    step: str
    started: float
    ended: float
    opened: frozenset[str]  # real paths
    wrote: frozenset[str]


class FileWatch:
    """Finds which steps of a run wrote files that others declare, open or make.

    Python's audit events do not tell what C++ writes (pyarrow, DuckDB), nor what other processes
    do: each file is looked at before and after each step.
    """

    def __init__(self, plan: Plan) -> None:
        self._traffic = plan.traffic
        self._before: dict[TaskId, dict[str, Stamp | None]] = {}
        self._ended: list[_Ended] = []
        sides = plan.traffic.sides
        both = (*sides.declared.values(), *sides.claimed.values())
        patterns = [one for those in both for one in those]
        self._plain = {one.shape.start for one in patterns if not one.shape.parts}
        self._plain |= {real for opened in plan.traffic.opened.values() for real in opened}
        self._wide = [one for one in patterns if one.shape.parts or Path(one.shape.start).is_dir()]
        self._is_small = len(self._find_wide()) <= _MOST

    def begin(self, task: TaskId) -> None:
        self._before[task] = self._look()

    def end(self, task: TaskId) -> list[str]:
        """Return the files that were written while a task ran, by real path; not its own inputs."""
        before, after = self._before.pop(task, {}), self._look()
        return [
            path
            for path, stamp in after.items()
            if stamp is not None
            and stamp != before.get(path)
            and not self._traffic.declares(task.step, path)
        ]

    def find_races(self, result: Result, started: float, ended: float) -> Iterator[Problem]:
        """Find the files that one step read undeclared while another one wrote them."""
        traffic, step = self._traffic, result.step
        opened = frozenset(traffic.opened.get(step, ()))
        wrote = frozenset(traffic.find_real(step, key) for key in result.wrote)
        this = _Ended(step, started, ended, opened, wrote)
        for other in self._ended:
            if other.started < ended and started < other.ended:
                yield from self._find_race(this, other)
                yield from self._find_race(other, this)
        self._ended.append(this)

    def _find_race(self, reader: _Ended, writer: _Ended) -> Iterator[Problem]:
        for real in sorted(reader.opened & writer.wrote):
            facts = {"file": self._traffic.show(real), "step": reader.step, "writer": writer.step}
            yield make_warning("read-while-written", **facts)

    def _look(self) -> dict[str, Stamp | None]:
        paths: Iterable[str] = self._plain
        if self._wide and self._is_small:
            paths = {*paths, *self._find_wide()}
        return {path: read_stamp(path) for path in paths}

    def _find_wide(self) -> set[str]:
        found = (globs.find_files(one.text, one.folder) or [] for one in self._wide)
        return {os.path.realpath(path) for paths in found for path in paths}
