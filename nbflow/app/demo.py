"""Copies the example."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from nbflow.app.notebook_files import writing
from nbflow.errors import ProjectError
from nbflow.model import Command, Next

DEMO = Path(__file__).parents[1] / "demo"
FOLDER = "nbflow-demo"


def copy_demo(folder: str | Path = FOLDER) -> tuple[Next, ...]:
    """Copy the example to a new or empty folder; return what to try once it has been run."""
    path = Path(folder)
    if path.is_dir() and any(path.iterdir()):
        demo = Command("demo", ("first-look",))
        raise ProjectError(f"{path} is not empty. Name a new folder: ", demo, ".")
    with writing(path):
        shutil.copytree(DEMO, path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*"))
    return (
        (f"cd {shlex.quote(str(folder))}", "there, try:"),
        (Command("plan"), "why nothing would run again"),
        (Command("run", ("-p", "year", "2024")), "another year; what does not need it is reused"),
        (Command("sql", ('"from summarise.by_product"',)), "look at a table"),
    )
