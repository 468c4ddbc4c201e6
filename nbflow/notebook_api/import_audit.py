"""The code that a worker executes in a Python kernel to learn a step's modules and files.

Before the first cell, `execute(make_prelude(), silent=True, store_history=False)`; after the last,
`execute("", silent=True, store_history=False, user_expressions={NAME: POSTLUDE})`, and
`make_used(reply["content"])` of its `execute_reply`. Neither leaves a name in the notebook.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from nbflow.model import Frozen
from nbflow.notebook_api.audit_hook import MODULE

__all__ = ["NAME", "POSTLUDE", "PRELUDE", "Used", "make_prelude", "make_used"]

NAME = "nbflow"
_SOURCE = Path(__file__).with_name("audit_hook.py")


class Used(Frozen, frozen=True):
    """Absolute paths: imported modules by name, project files opened undeclared or written.

    `reading` and `writing` are the seconds that nbflow's calls took.
    """

    modules: dict[str, str] = {}
    opened: tuple[str, ...] = ()
    wrote: tuple[str, ...] = ()
    reading: float = 0.0
    writing: float = 0.0


def make_used(content: dict[str, Any]) -> Used:
    """Parse the content of the postlude's `execute_reply`; empty if that failed."""
    answer = content.get("user_expressions", {}).get(NAME, {})
    try:
        text = ast.literal_eval(answer["data"]["text/plain"])
        return msgspec.json.decode(text, type=Used)
    except (KeyError, ValueError, SyntaxError, TypeError):  # ValueError: also msgspec's
        return Used()


def make_prelude(variables: Mapping[str, str] = {}) -> str:
    """Return the prelude; it sets the job's variables in a kernel that was started before."""
    if not variables:
        return PRELUDE
    # ipykernel read the session's name at its start; modules written since must be found.
    return (
        f"__import__('os').environ.update({dict(variables)!r})\n"
        f"__session__ = {variables.get('JPY_SESSION_NAME', '')!r}\n"
        "__import__('importlib').invalidate_caches()\n"
        f"{PRELUDE}"
    )


def _make_prelude(source: str) -> str:
    """Return one statement that runs the watcher as a module that is in no namespace."""
    module = (
        f"__import__('sys').modules.setdefault({MODULE!r}, "
        f"__import__('types').ModuleType({MODULE!r}))"
    )
    run = source + "\nstart()\n"
    once = f"{MODULE!r} in __import__('sys').modules"
    return f"{once} or exec(compile({run!r}, '<nbflow watch>', 'exec'), vars({module}))"


PRELUDE = _make_prelude(_SOURCE.read_text(encoding="utf-8"))
POSTLUDE = f"getattr(__import__('sys').modules.get({MODULE!r}), 'report', str)()"
