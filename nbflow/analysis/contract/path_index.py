"""An index of patterns, to find those that may name the same files as another pattern."""

from __future__ import annotations

import bisect
import os
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from nbflow.base.globs import Shape, overlap

T = TypeVar("T")


class PathIndex(Generic[T]):
    """Things by the shapes of their patterns."""

    def __init__(self, items: Iterable[tuple[Shape, T]]) -> None:
        self._plain: dict[str, list[tuple[Shape, T]]] = {}
        self._globs: list[tuple[Shape, T]] = []
        for shape, item in items:
            known = self._globs if shape.parts else self._plain.setdefault(shape.start, [])
            known.append((shape, item))
        self._paths = sorted(self._plain)

    def __bool__(self) -> bool:
        return bool(self._plain or self._globs)

    def find(self, shape: Shape) -> Iterator[T]:
        """Yield what overlaps a shape: see `globs.overlap`."""
        for path in self._find_near(shape.start):
            yield from (item for known, item in self._plain[path] if overlap(known, shape))
        yield from (item for known, item in self._globs if overlap(known, shape))

    def _find_near(self, start: str) -> Iterator[str]:
        """Yield the plain paths that a path lies in, and those that lie in it."""
        above = start
        while above != (above := os.path.dirname(above)):  # noqa: PTH120
            if above in self._plain:
                yield above
        if start in self._plain:
            yield start
        inner = os.path.join(start, "")  # noqa: PTH118
        at = bisect.bisect_left(self._paths, inner)
        while at < len(self._paths) and self._paths[at].startswith(inner):
            yield self._paths[at]
            at += 1
