"""Pictures that a step wrote: the picture of a figure, or a file that is a picture."""

from __future__ import annotations

from pathlib import Path

from nbflow.model import Output
from nbflow.storage.quoting import make_path

KINDS = {  # MIME types
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}


def find_picture(folder: Path, output: Output) -> Path | None:
    """Return the path of an output's picture, None where it has none. Nothing is unpickled."""
    if output.kind == "figure":
        path = make_path(folder, output.name, ".png")
        return path if path.is_file() else None
    file = find_single_file(folder, output)
    return file if file and file.suffix.lower() in KINDS else None


def find_single_file(folder: Path, output: Output) -> Path | None:
    """Return the file that an output is, None for a folder and what is no file."""
    if output.kind != "file":
        return None
    kept = make_path(folder, output.name, "")
    files = [path for path in kept.rglob("*") if path.is_file()] if kept.is_dir() else []
    return files[0] if len(files) == 1 else None
