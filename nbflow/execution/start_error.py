"""Hands an error of a run that did not begin to the process that started it."""

from __future__ import annotations

import msgspec

from nbflow import errors
from nbflow.errors import NbflowError
from nbflow.model import Command, Frozen, Problem


class _Refusal(Frozen, frozen=True):
    kind: str
    words: tuple[str | Command, ...] = ()
    problems: tuple[Problem, ...] = ()


def pack(error: NbflowError) -> bytes:
    """Return an error as JSON."""
    return msgspec.json.encode(_Refusal(type(error).__name__, error.args, error.problems))


def unpack(content: bytes) -> NbflowError | None:
    """Return the error again; None where this is none."""
    try:
        found = msgspec.json.decode(content, type=_Refusal)
    except ValueError:  # also msgspec's
        return None
    kind: type[NbflowError] = getattr(errors, found.kind)
    return kind(*found.words, problems=found.problems)
