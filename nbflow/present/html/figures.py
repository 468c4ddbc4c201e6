"""Pictures that a step wrote: the picture of a figure, or a file that is a picture."""

from __future__ import annotations

import base64
from pathlib import Path

from markupsafe import Markup

from nbflow.model import Output
from nbflow.present.html.markup import tag
from nbflow.storage.quoting import make_path

_KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
_LARGEST = 4_000_000  # bytes of a picture that goes into a page
PLOTLY = ".plotly.json"  # what plotly's figures are drawn of, beside their pickle


def draw_picture(folder: Path, output: Output) -> Markup | None:
    """Return the picture of a figure, or a file that is a picture; None if there is none.

    Nothing is unpickled, and no script of a picture runs.
    """
    path = _find_picture(folder, output)
    if path is None:
        return None
    try:
        if path.stat().st_size > _LARGEST:
            return None
        content = base64.b64encode(path.read_bytes()).decode()
    except OSError:
        return None
    source = f"data:{_KINDS[path.suffix.lower()]};base64,{content}"
    return tag("img", src=source, alt=f"{output.name}, as its step drew it", class_="nb-picture")


def _find_picture(folder: Path, output: Output) -> Path | None:
    if output.kind == "figure":
        path = make_path(folder, output.name, ".png")
        return path if path.is_file() else None
    if output.kind != "file":
        return None
    kept = make_path(folder, output.name, "")
    files = [path for path in kept.rglob("*") if path.is_file()] if kept.is_dir() else []
    return files[0] if len(files) == 1 and files[0].suffix.lower() in _KINDS else None
