"""Guesses which step writes a file: the step whose code holds the path as a literal."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbflow.analysis.contract.file_inputs import Pattern, make_patterns
from nbflow.analysis.contract.path_index import PathIndex
from nbflow.base import globs
from nbflow.model import Edit, FileInput, Frozen, Place, Problem, graph, make_warning
from nbflow.planning.file_flow import Traffic
from nbflow.planning.undeclared_files import make_edit

_LOOSE = "write somewhere"  # of a path that a loop or a function completes
Values = Mapping[str, Mapping[str, Any]]


class Guess(Frozen, frozen=True):
    """A reader, and the step that is guessed to write what it needs."""

    reader: str
    writer: str
    warning: Problem


def guess(
    traffic: Traffic, parents: graph.Parents, values: Values, claims: PathIndex[str]
) -> tuple[list[Guess], list[tuple[str, Problem]]]:
    """Return a guess for each file without a known maker, and the files where guessing fails.

    `parents` are the known edges. `claims` maps files to the steps that say that they make them.
    Several steps that name the same missing file are a problem.
    """
    guesses: list[Guess] = []
    problems: list[tuple[str, Problem]] = []
    written = PathIndex(
        (globs.Shape(real), writer) for real, those in traffic.written.items() for writer in those
    )
    code = _Code(traffic, values)
    for name, patterns in traffic.sides.declared.items():
        for pattern in patterns:
            known = (*claims.find(pattern.shape), *written.find(pattern.shape))
            if set(known) - {name}:
                continue
            missing = globs.find_files(pattern.text, pattern.folder) is None
            writers = code.find_writers(name, pattern, parents, missing=missing)
            if len(writers) > 1 and missing:
                problems.append((name, _make_ambiguous(name, pattern, writers)))
            elif writers and not writers & graph.ancestors(parents, [name]):
                guesses += [_make_guess(traffic, name, pattern, one) for one in sorted(writers)]
    return [*guesses, *code.guess_reads(parents)], problems


class _Code:
    """The paths that the steps' code holds; read when they are first needed."""

    def __init__(self, traffic: Traffic, values: Values) -> None:
        self._traffic, self._values = traffic, values
        self._new = {name for name in traffic.steps if traffic.newest.get(name) is None}

    @functools.cached_property
    def _all(self) -> PathIndex[tuple[str, str]]:
        return self._index(self._traffic.steps)

    @functools.cached_property
    def _of_new(self) -> PathIndex[tuple[str, str]]:
        return self._index(self._new)

    def find_writers(
        self, reader: str, pattern: Pattern, parents: graph.Parents, *, missing: bool
    ) -> set[str]:
        """Return the steps that name a file in a call that writes.

        For a missing file any call counts. A step with a result was watched when it ran and wrote
        no such file, so it is considered for missing files only.
        """
        index = self._all if missing else self._of_new
        uses = ("write", "", _LOOSE) if missing else ("write",)
        found = {name for name, use in index.find(pattern.shape) if use in uses} - {reader}
        return found - graph.descendants(parents, [reader]) if found else found

    def guess_reads(self, parents: graph.Parents) -> Iterator[Guess]:
        """Guess who writes the undeclared files that the code of a step without a result reads."""
        for reader in sorted(self._new):
            reads = (shape for use, shape in self._find_named(reader) if use == "read")
            for shape in reads:
                found = {name for name, use in self._of_new.find(shape) if use == "write"}
                if shape.parts or len(found) != 1 or reader in found:
                    continue
                known = graph.ancestors(parents, [reader]) | graph.descendants(parents, [reader])
                if not found & known and not self._traffic.declares(reader, shape.start):
                    yield self._make_read(reader, found.pop(), shape.start)

    def _index(self, names: Iterable[str]) -> PathIndex[tuple[str, str]]:
        found = ((name, use, shape) for name in names for use, shape in self._find_named(name))
        return PathIndex((shape, (name, use)) for name, use, shape in found)

    def _find_named(self, step: str) -> Iterator[tuple[str, globs.Shape]]:
        """Yield the paths in a step's code; parts that planning cannot know match anything."""
        found, folder = self._traffic.steps[step], self._traffic.find_folder(step)
        for named in found.named:
            watched = [FileInput(named.pattern, Place(found.path))]
            values = self._values[step]
            patterns, _ = make_patterns(watched, values, folder, found.parameters)
            if patterns:
                yield named.use, patterns[0].shape
            elif named.use == "write":
                yield _LOOSE, globs.make_shape(_loosen(named.pattern), folder)

    def _make_read(self, reader: str, writer: str, real: str) -> Guess:
        edit, file = make_edit(self._traffic, writer, real), self._traffic.show(real)
        return Guess(reader, writer, make_warning("guessed-read", edit, file=file, writer=writer))


def _loosen(pattern: str) -> str:
    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> Any:
            return _Star()

    try:
        return pattern.format_map(Anything())
    except (ValueError, IndexError, AttributeError, TypeError):
        return pattern


class _Star:
    """Formats as a star, whatever is asked of it."""

    def __format__(self, spec: str) -> str:
        return "*"

    def __getattr__(self, name: str) -> _Star:
        return self


def _make_guess(traffic: Traffic, reader: str, pattern: Pattern, writer: str) -> Guess:
    edit = make_edit(traffic, writer, pattern.shape.start)
    warning = make_warning("guessed-maker", edit, file=pattern.text, writer=writer)
    return Guess(reader, writer, warning)


def _make_ambiguous(reader: str, pattern: Pattern, writers: set[str]) -> Problem:
    facts = {"step": reader, "file": pattern.text, "writers": sorted(writers)}
    edit = Edit(f'nbflow.write("name", Path("{pattern.text}"))')
    return Problem("ambiguous-maker", pattern.watched.place, facts, edit)
