"""The files that go from step to step: which steps make, write, declare and open them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from nbflow.analysis.contract.file_inputs import (
    Found,
    Overlay,
    Pattern,
    find_files,
    find_path,
    name_path,
)
from nbflow.analysis.contract.makers import Sides
from nbflow.base import globs
from nbflow.base.hashing import is_stamp, mark_file
from nbflow.model import Command, Made, Place, Problem, Reason, Result, Step, make_warning
from nbflow.storage import made_files as made
from nbflow.storage.results.left_files import Left, read_left
from nbflow.storage.results.result_index import Snapshot
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder

Latest = Mapping[str, Result | None]


class Hashes(Protocol):
    """Reads files' hashes, and may remember them until it is told to look again."""

    def read_hash(self, path: Path) -> str: ...

    def look_again(self) -> None: ...


class Traffic:
    """The files of a pipeline's steps, as their newest results and their code tell."""

    def __init__(
        self,
        pipeline: PipelineFolder,
        steps: Mapping[str, Step],
        sides: Sides,
        snapshot: Snapshot,
        hashes: Hashes,
    ) -> None:
        self.pipeline, self.steps, self.sides = pipeline, dict(steps), sides
        self.read_hash, self.look_again = hashes.read_hash, hashes.look_again
        self.newest = {name: snapshot.find_newest(name) for name in steps}
        self.opened: dict[str, dict[str, str]] = {}  # by step and real path: the key
        self.written: dict[str, set[str]] = {}  # by real path: steps
        self._left: dict[str, list[tuple[str, Left]]] = {}  # with real paths
        for result in self.newest.values():
            if result is not None:
                self.note(result)

    def note(self, result: Result) -> None:
        """Replace what is known of a step's files by what its new result opened and wrote."""
        name = result.step
        if result.opened or name in self.opened:
            self.opened[name] = {self.find_real(name, key): key for key in result.opened}
        for steps in self.written.values():
            steps.discard(name)
        for key in result.wrote.keys() | result.made.keys():
            self.written.setdefault(self.find_real(name, key), set()).add(name)
        self.newest[name] = result
        self.forget_left(name)

    def forget_left(self, step: str) -> None:
        """Forget how a step left its files: they are read again when they are needed."""
        self._left.pop(step, None)

    def find_real(self, step: str, key: str) -> str:
        """Return the real path of a key in a step's result."""
        return os.path.realpath(find_path(key, self.find_folder(step), self.pipeline.project.root))

    def name_path(self, step: str, real: str) -> str:
        """Return the key of a real path in a step's result."""
        return name_path(real, self.find_folder(step), self.pipeline.project.root)

    def find_folder(self, step: str) -> Path:
        return (self.pipeline.project.root / self.steps[step].path).parent

    def declares(self, step: str, real: str) -> bool:
        """Tell whether a step declares a file."""
        patterns = self.sides.declared.get(step, ())
        if any(one.shape.holds(real) for one in patterns):
            return True
        return any(map(_may_link, patterns)) and real in self._find_linked(step)

    def claims(self, step: str, real: str) -> bool:
        """Tell whether a step says that it makes a file, or its result holds it."""
        result = self.newest.get(step)
        held = result is not None and self.name_path(step, real) in result.made
        return held or any(one.shape.holds(real) for one in self.sides.claimed.get(step, ()))

    def uses(self, step: str, real: str) -> bool:
        """Tell whether a step declares or opens a file."""
        return real in self.opened.get(step, ()) or self.declares(step, real)

    def mark(self, step: str, paths: Iterable[str]) -> dict[str, str]:
        """Return the marks of files as they are now, by their keys in a step's result."""
        marks = {}
        for real in paths:
            with contextlib.suppress(OSError):  # removed since
                marks[self.name_path(step, real)] = self.read_hash(Path(real))
        return marks

    def find_users(self, real: str, writer: str) -> list[str]:
        """Return the other steps that use a file."""
        names = self.sides.declared.keys() | self.opened.keys()
        return sorted(name for name in names - {writer} if self.uses(name, real))

    def find_writers(self, step: str) -> dict[str, set[str]]:
        """Return the files that a step uses and others were seen to write, and who they are."""
        if step not in self.sides.declared and step not in self.opened:
            return {}
        return {
            real: others
            for real, writers in self.written.items()
            if (others := writers - {step}) and self.uses(step, real)
        }

    # --- as files will be when a step starts --------------------------------------------------

    def find(self, step: str, latest: Latest) -> Found:
        """Find and hash what a step declares, as its makers' results say it will be."""
        overlay = self.make_overlay(step, latest)
        patterns = self.sides.declared.get(step, [])
        return find_files(
            patterns, self.pipeline.project.root, overlay=overlay, read_hash=self.read_hash
        )

    def make_overlay(self, step: str, latest: Latest) -> Overlay:
        if not self.steps[step].makers:
            return Overlay()
        hashes = {real: one.hash for real, (_, one) in self._find_held(step, latest).items()}
        gone = {real for result in self._find_makers(step, latest) for real in self._stale(result)}
        return Overlay(hashes, frozenset(gone)) if hashes or gone else Overlay()

    def find_opened_changes(self, result: Result, latest: Latest) -> Iterator[Reason]:
        """Find which files that a step opened without declaring them are not as they were."""
        if not result.opened:
            return
        hashes = self.make_overlay(result.step, latest).hashes
        for key, mark in result.opened.items():
            real = self.find_real(result.step, key)
            if self.declares(result.step, real):
                continue
            if real in hashes and not is_stamp(mark):
                changed = hashes[real] != mark
            else:
                changed = not self._is_as(real, mark)
            if changed:
                yield Reason("opened-changed", key)

    def find_unlike(self, result: Result) -> Iterator[Reason]:
        """Find which files a step wrote, others use, and are not as it left them."""
        for key, mark in result.wrote.items():
            real = self.find_real(result.step, key)
            if key in result.made or not self.find_users(real, result.step):
                continue
            if not self._is_as(real, mark):
                yield Reason("written-changed", key, before=result.step)

    def find_foreign(self, step: str, latest: Latest) -> Iterator[Problem]:
        """Find the files to put back for a step that were changed by neither it nor its makers."""
        for real, (result, one) in self._find_held(step, latest).items():
            if not os.path.exists(real) or self.read_hash(Path(real)) == one.hash:  # noqa: PTH110
                continue
            if self.read_hash(Path(real)) not in self._find_hashes(result.step, real):
                yield self._make_foreign(step, result.step, real)

    def put_back(self, step: str, latest: Latest) -> Iterator[Problem]:
        """Put the files back that a step uses as its makers' results hold them; yield warnings.

        Files that somebody changed are left: see `find_foreign`. Raises OSError.
        """
        for real, (result, one) in self._find_held(step, latest).items():
            there = os.path.exists(real)  # noqa: PTH110
            if there and self.read_hash(Path(real)) == one.hash:
                continue
            folder = open_store(self.pipeline.home).fetch(result.step, result.id)
            made.put_back(folder, one, Path(real))
            facts = {"file": self.show(real), "maker": result.step, "missing": not there}
            yield make_warning("put-back", **facts)
        for result in self._find_makers(step, latest):
            for real in self._stale(result):
                Path(real).unlink()
                yield make_warning("removed-file", file=self.show(real), maker=result.step)

    def show(self, real: str) -> str:
        """Return a path for people: relative to the root, or as it is."""
        return self.pipeline.project.relative(Path(real))

    # --- inside -------------------------------------------------------------------------------

    def _find_makers(self, step: str, latest: Latest) -> Iterator[Result]:
        for maker in self.steps[step].makers:
            result = latest.get(maker)
            if result is not None and result.made:
                yield result

    def _find_held(self, step: str, latest: Latest) -> dict[str, tuple[Result, Made]]:
        """Return the files that a step uses and its makers' results hold, by real path."""
        return {
            real: (result, one)
            for result in self._find_makers(step, latest)
            for key, one in result.made.items()
            if self.uses(step, real := self.find_real(result.step, key))
        }

    def _stale(self, result: Result) -> Iterator[str]:
        """Find the files that other results of the maker left in its folders and globs."""
        kept = {self.find_real(result.step, key) for key in result.made}
        claims = self.sides.claimed.get(result.step, ())
        others = {real for real, one in self._read_left(result.step) if one.made} - kept
        for real in sorted(others):
            spanned = any(_spans(one, real, kept) for one in claims)
            if not spanned or not os.path.isfile(real):  # noqa: PTH113
                continue
            if self.read_hash(Path(real)) in self._find_hashes(result.step, real):
                yield real

    def _find_hashes(self, step: str, real: str) -> set[str]:
        """Return the hashes of all that a step ever left in a file."""
        return {one.hash for path, one in self._read_left(step) if path == real}

    def _read_left(self, step: str) -> list[tuple[str, Left]]:
        if step not in self._left:
            known = read_left(self.pipeline, step)
            self._left[step] = [(self.find_real(step, one.key), one) for one in known]
        return self._left[step]

    def _find_linked(self, step: str) -> set[str]:
        """Return the real paths of what a step's folders and globs hold now."""
        patterns = [one for one in self.sides.declared[step] if _may_link(one)]
        found = (globs.find_files(one.text, one.folder) or [] for one in patterns)
        return {os.path.realpath(path) for paths in found for path in paths}

    def _is_as(self, real: str, mark: str) -> bool:
        try:
            if is_stamp(mark):
                return mark_file(real, whole=False) == mark
            return self.read_hash(Path(real)) == mark
        except OSError:
            return False

    def _make_foreign(self, step: str, maker: str, real: str) -> Problem:
        facts = {"step": step, "file": self.show(real), "maker": maker}
        places = (one.watched.place for one in self.sides.declared.get(step, ()))
        place = next(places, Place(self.steps[step].path))
        return Problem("foreign-file", place, facts, Command("run", ("--force-step", maker)))


def _may_link(pattern: Pattern) -> bool:
    """Tell whether a pattern may lead through a link: one of a plain file is resolved as it is."""
    if globs.is_glob(pattern.text):
        return True
    return os.path.isdir(globs.locate(pattern.text, pattern.folder))  # noqa: PTH112


def _spans(claim: Pattern, real: str, kept: set[str]) -> bool:
    """Tell whether a claim is of several files, and this is one of them."""
    return claim.shape.holds(real) and (bool(claim.shape.parts) or claim.shape.start not in kept)
