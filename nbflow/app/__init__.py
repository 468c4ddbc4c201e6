"""What a user can do: a module for each use, whose plain functions return answers.

The command line, the magics, the panel and `Pipeline` parse, call one of these, and show its
answer. A module is loaded when it is used: `from nbflow import app`, then `app.plan.plan(…)`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.app import (
        cancel,
        check,
        clean,
        compare,
        demo,
        new,
        open,  # noqa: A004 - the command's name
        pipelines,
        plan,
        report,
        requests,
        run,
        runs,
        show,
        sql,
        steps,
        tag,
        trust,
        use,
        view,
    )

__all__ = [
    "cancel",
    "check",
    "clean",
    "compare",
    "demo",
    "new",
    "open",
    "pipelines",
    "plan",
    "report",
    "requests",
    "run",
    "runs",
    "show",
    "sql",
    "steps",
    "tag",
    "trust",
    "use",
    "view",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'nbflow.app' has no attribute {name!r}")
    return import_module(f"nbflow.app.{name}")
