"""Graphs for tests."""

from __future__ import annotations

from collections.abc import Callable

Edge = tuple[str, str]


def make_pipeline(count: int, seed: int = 1) -> tuple[list[str], list[Edge]]:
    """Return steps that read one to three earlier ones, mostly near ones, as pipelines do."""
    random = make_random(seed)
    edges: dict[Edge, None] = {}
    for at in range(1, count):
        for _ in range(int(random() * 3) + 1):
            back = 1 + int(random() ** 3 * min(at, count / 5))
            edges[f"step_{max(at - back, 0)}", f"step_{at}"] = None
    return [f"step_{at}" for at in range(count)], list(edges)


def make_random(seed: int) -> Callable[[], float]:
    """Return a source of the same numbers for each Python: mulberry32."""

    def give() -> float:
        nonlocal seed
        seed = (seed + 0x6D2B79F5) & 0xFFFFFFFF
        mixed = (seed ^ (seed >> 15)) * (1 | seed) & 0xFFFFFFFF
        mixed = (mixed + (mixed ^ (mixed >> 7)) * (61 | mixed)) & 0xFFFFFFFF ^ mixed
        return (mixed ^ (mixed >> 14)) / 2**32

    return give
