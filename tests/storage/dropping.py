"""A result as it is when its Arrow files were dropped: its tables in DuckDB alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from nbflow.storage.duckdb.filling import fill


def drop_arrow(folder: Path) -> None:
    fill(folder)
    shutil.rmtree(folder / "arrow")
