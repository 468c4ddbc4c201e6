"""What can be shown of an output: the first rows of a table, a picture, a text."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from nbflow.errors import NbflowError
from nbflow.model import Output, make_warning
from nbflow.reports.facts import OutputPreview
from nbflow.reports.table_previews import make_table_preview
from nbflow.storage.kept_values import read_kept_value
from nbflow.storage.pictures import KINDS, find_picture, find_single_file

_LARGEST = 4_000_000  # bytes of a picture
_SMALL = 1_000_000  # bytes of a value that is read
_LONGEST = 4000  # characters of a text
_TEXTS = {".txt", ".md", ".csv", ".tsv", ".json", ".toml", ".yaml", ".yml", ".log", ".sql"}


def make_output_preview(
    folder: Path, step: str, output: Output, home: Path | None = None
) -> OutputPreview:
    """Return what can be shown of an output in a result's folder, or why it cannot be read.

    `home` is the pipeline's folder, whose cache keeps what was found in tables; with None it is not
    kept. A pickle is not loaded: it could run any code.
    """
    try:
        if output.kind == "table":
            return OutputPreview(output, table=make_table_preview(folder, step, output, home))
        return OutputPreview(
            output, picture=_read_picture(folder, output), text=_read_text(folder, output)
        )
    except (NbflowError, OSError) as error:
        ref = f"{step}.{output.name}"
        return OutputPreview(
            output, problem=make_warning("unreadable-output", ref=ref, error=str(error))
        )


def _read_picture(folder: Path, output: Output) -> dict[str, str]:
    path = find_picture(folder, output)
    if path is None or path.stat().st_size > _LARGEST:
        return {}
    content = path.read_bytes()
    kind = KINDS[path.suffix.lower()]
    if kind == "image/svg+xml":
        return {kind: content.decode("utf-8", "replace")}
    return {kind: base64.b64encode(content).decode()}


def _read_text(folder: Path, output: Output) -> str:
    if output.kind == "json" and output.bytes <= _SMALL:
        value = read_kept_value(folder, output)
        return _cut(json.dumps(value, indent=2, ensure_ascii=False))
    path = find_single_file(folder, output)
    if path and path.suffix.lower() in _TEXTS and path.stat().st_size <= _SMALL:
        return _cut(path.read_text("utf-8", "replace"))
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
