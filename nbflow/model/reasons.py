"""Why a step runs, is reused, waits, is blocked or is skipped, as data."""

from __future__ import annotations

from typing import Any, Literal

from nbflow.model.frozen import Frozen

Code = Literal[
    # it runs, whatever its inputs are
    "forced",
    "cache-off",
    "open-default",
    "no-result",
    "unread",
    # it runs: there is a result, and it may not be reused
    "too-old",
    "result-removed",
    "not-reusable",
    "damaged",
    "input-damaged",
    # it runs: something changed
    "cell-changed",
    "more-cells-changed",
    "cell-removed",
    "cells-reordered",
    "parameter-changed",
    "parameter-added",
    "parameter-removed",
    "input-changed",
    "input-added",
    "input-removed",
    "pickle-changed",
    "columns-changed",
    "rows-changed",
    "file-changed",
    "file-added",
    "file-removed",
    "opened-changed",
    "written-changed",
    "module-changed",
    "module-added",
    "module-removed",
    "version-changed",
    # it waits
    "waits",
    "waits-for-run",
    # it is reused
    "unchanged",
    "unwatched",
    # it does not begin
    "blocked",
    "stopped",
]


class Reason(Frozen, frozen=True):
    """One reason: `subject` is what it is about, `before` and `after` are what differs.

    Which of them a code has, and what they are, is listed in the reference of codes. Sentences are
    made by `nbflow.present.reasons`, and nowhere else.
    """

    code: Code
    subject: str = ""
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        """Return its sentence, for those who print it."""
        from nbflow.present.reasons import say_reason  # noqa: PLC0415 - as an error is said

        return say_reason(self)
