"""A small example, to run."""

from __future__ import annotations

import shlex
from pathlib import Path

from nbflow import authoring
from nbflow.model import Command, Next

FOLDER = "nbflow-demo"


def copy_demo(folder: str = FOLDER) -> tuple[Next, ...]:
    """Copy the example to a new or empty folder; return what to try once it has been run."""
    authoring.copy_demo(Path(folder))
    return (
        (f"cd {shlex.quote(folder)}", "there, try:"),
        (Command("plan"), "why nothing would run again"),
        (Command("run", ("-p", "year", "2024")), "another year; what does not need it is reused"),
        (Command("sql", ('"from summarise.by_product"',)), "look at a table"),
    )
