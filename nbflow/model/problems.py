"""What is wrong with notebooks, where, and what to do about it; and why some are no steps."""

from __future__ import annotations

from typing import Any, Literal

from nbflow.model.frozen import Frozen


class Place(Frozen, frozen=True):
    """Where something stands: a cell's position from 1, all cells counted, and a line in it."""

    notebook: str
    cell: int | None = None
    line: int | None = None
    first_line: str = ""


class Command(Frozen, frozen=True, tag_field="kind", tag="command"):
    """A command of nbflow; each face spells it in its own way: `nbflow …`, `%nbflow …`.

    `notebook`, a path from the project's root, is its first argument where there is one; the
    others are as they are typed.
    """

    name: str
    arguments: tuple[str, ...] = ()
    notebook: str = ""


class Edit(Frozen, frozen=True, tag_field="kind", tag="edit"):
    """A text to write, and where."""

    text: str
    place: Place | None = None


Remedy = Command | Edit
Next = tuple[Command | str, str]  # a command, ours or another program's, and what it does

ProblemCode = Literal[
    # between steps
    "same-name",
    "no-notebooks",
    "all-skipped",
    "no-tags",
    "unknown-after",
    "cycle",
    "disagreement",
    # tags and names
    "misspelt-tag",
    "unreadable-name",
    "foreign-name",
    "unreadable-notebook",
    "bad-step-name",
    # reads
    "malformed-read",
    "unwritten-read",
    "unknown-read",
    "untagged-read",
    "untagged-writer",
    "unknown-table",
    # calls
    "not-called",
    "outside-inputs",
    "nested-call",
    "write-not-called",
    "write-in-loop",
    "written-twice",
    "read-not-literal",
    "write-not-literal",
    "bad-write-name",
    "file-not-literal",
    "file-url",
    "not-imported",
    "starts-run",
    # cells
    "invalid-python",
    "half-character",
    "other-python",
    "python-only",
    "python-only-writes",
    # SQL
    "sql-not-loaded",
    "sql-options",
    "invalid-sql",
    "unclear-query",
    "query-not-literal",
    # options and settings
    "not-options",
    "unknown-option",
    "bad-option",
    "option-twice",
    "unknown-step-setting",
    "parameter-misfit",
    "unknown-parameter",
    "default-misfit",
    # what was asked for
    "no-such-step",
    "missing-value",
    "unusable-step-name",
    "unusable-run-name",
    # files
    "missing-file",
    "unreadable-file",
    "unknown-value",
    "bad-pattern",
    "rival-makers",
    "ambiguous-maker",
    "foreign-file",
    "missing-input",
    # this machine
    "no-kernel",
    "other-kernel",
    # warnings of a plan
    "undeclared-file",
    "undeclared-write",
    "guessed-maker",
    "guessed-read",
    "computed-default",
    # warnings of a run
    "read-while-written",
    "changed-while-run",
    "put-back",
    "removed-file",
    "damaged-result",
    "removed-result",
    "unreadable-output",
    "no-executed-notebook",
    "little-room",
    "left-results",
    "not-on-disk",
    "not-filled",
    "plain-client",
    "forks-ended",
    "forks-given-up",
    "forks-unsafe",
    "outputs-lost",
    "outputs-cut",
    "kernel-killed",
    # why a run says no more
    "cells-beside",
    "broke-off",
    "unread-run",
    # what to do about a failure
    "full-disk",
    "full-memory",
    "too-slow",
    "nothing-written",
    "nothing-made",
]
SkippedCode = Literal[
    "untagged",
    "unreadable-folder",
    "opened-copies",
    "results",
    "own-project",
    "report",
    "environment",
    "excluded",
    "hidden",
    "checkpoints",
    "jupyter-copy",
    "paired",
    "executed-output",
]


class Problem(Frozen, frozen=True):
    """What is wrong, or what a user should know: a warning stops nothing.

    `facts` are plain values, of which `present` makes sentences.
    """

    code: ProblemCode
    place: Place | None = None
    facts: dict[str, Any] = {}
    remedy: Remedy | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return its sentences, for those who print it."""
        from nbflow.present.problems import say_problem  # noqa: PLC0415 - as an error is said

        return say_problem(self)


def make_warning(code: ProblemCode, remedy: Remedy | None = None, /, **facts: Any) -> Problem:
    """Return a problem that stops nothing, and that no place in a notebook has."""
    return Problem(code, None, facts, remedy, "warning")


class Skipped(Frozen, frozen=True):
    """A notebook, or a folder, that holds no step, and why; `writes` is what it would write."""

    path: str
    code: SkippedCode
    facts: dict[str, Any] = {}
    remedy: Remedy | None = None
    writes: tuple[str, ...] = ()
