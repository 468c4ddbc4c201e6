"""What a benchmark gives: figures of nbflow and of its peers, and what was asked of them."""

from __future__ import annotations

import statistics
from typing import Literal

import msgspec

NBFLOW = "nbflow"

Unit = Literal["s", "MB", "times"]


class Target(msgspec.Struct, frozen=True):
    """At most this share of each peer's median, and at most this in the row's unit."""

    ratio: float | None = None
    limit: float | None = None


class Row(msgspec.Struct, frozen=True):
    """One line of the table of targets: a figure for each round."""

    name: str
    against: str = ""
    must: Target = Target()
    wish: Target = Target()
    nbflow: tuple[float, ...] = ()
    other: dict[str, tuple[float, ...]] = {}
    unit: Unit = "s"
    cpu: dict[str, tuple[float, ...]] = {}  # CPU seconds, of nbflow too
    notes: tuple[str, ...] = ()
    error: str = ""  # what went wrong, where a row could not be measured


class Group(msgspec.Struct, frozen=True):
    """The rows that are measured together, and when."""

    name: str
    began: str
    seconds: float
    rows: tuple[Row, ...]


def compute_ratio(row: Row, peer: str) -> float:
    """Return nbflow's median as a share of the peer's."""
    return statistics.median(row.nbflow) / statistics.median(row.other[peer])


def is_reached(row: Row, peer: str, target: Target) -> bool | None:
    """Say whether a target is reached beside one peer; None where nothing was asked.

    A difference that came out below zero, of a busy machine, reaches nothing.
    """
    asked = []
    if target.ratio is not None and peer:
        told = min(*row.nbflow, *row.other[peer]) >= 0
        asked.append(told and compute_ratio(row, peer) <= target.ratio)
    if target.limit is not None:
        asked.append(statistics.median(row.nbflow) <= target.limit)
    return all(asked) if asked else None
