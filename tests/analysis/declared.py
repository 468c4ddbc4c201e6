"""Declared files as planning reads them: patterns, then what they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbflow.analysis.contract.file_inputs import find_files, make_patterns, refuse
from nbflow.model import FileInput, Parameter


def read_files(
    watched: Sequence[FileInput],
    values: Mapping[str, Any],
    folder: Path,
    root: Path,
    parameters: Iterable[Parameter] = (),
) -> dict[str, str]:
    """Return the hash of each declared file by its key; PipelineError where one names nothing."""
    patterns, wrong = make_patterns(watched, values, folder, parameters)
    found = find_files(patterns, root)
    refuse([*wrong, *found.wrong, *found.missing])
    return found.hashes
