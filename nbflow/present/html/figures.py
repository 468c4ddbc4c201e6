"""Pictures that a step wrote: the picture of a figure, or a file that is a picture."""

from __future__ import annotations

import base64
from pathlib import Path

from markupsafe import Markup

from nbflow.model import Output
from nbflow.present.html.markup import tag
from nbflow.storage.pictures import KINDS, find_picture

_LARGEST = 4_000_000  # bytes of a picture that goes into a page
PLOTLY = ".plotly.json"  # what plotly's figures are drawn of, beside their pickle


def draw_picture(folder: Path, output: Output) -> Markup | None:
    """Return the picture of a figure, or a file that is a picture; None if there is none.

    Nothing is unpickled, and no script of a picture runs.
    """
    path = find_picture(folder, output)
    if path is None:
        return None
    try:
        if path.stat().st_size > _LARGEST:
            return None
        content = base64.b64encode(path.read_bytes()).decode()
    except OSError:
        return None
    source = f"data:{KINDS[path.suffix.lower()]};base64,{content}"
    return tag("img", src=source, alt=f"{output.name}, as its step drew it", class_="nb-picture")
