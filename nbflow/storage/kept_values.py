"""Reads values that are kept beside tables, without loading what only tables need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbflow.model import Output
from nbflow.storage.results.integrity import refuse_damaged
from nbflow.storage.results.outputs import read_written
from nbflow.storage.value_kinds import read_value


def read_kept_value(folder: Path, output: Output) -> Any:
    """Return a value of a result's folder as it was written.

    Raises StoreError, and DamageError where its file is not as it was written.
    """
    refuse_damaged(folder, output, read_written(folder).files)
    return read_value(folder, output)
