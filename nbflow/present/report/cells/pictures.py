"""Pictures as data: a page that asks for nothing has them in itself."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from nbflow.base.text import say_bytes
from nbflow.present.html.markup import tag

PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/webp", "image/gif")
_LARGEST = 4_000_000  # bytes of a picture, in base64
_PNG = b"\x89PNG\r\n\x1a\n"


def draw_picture(kind: str, content: str, alt: str, size: Mapping[str, Any]) -> Markup:
    """Return a picture; `content` is base64, or the text of an SVG, whose scripts do not run.

    `size` may have the width and height, in pixels, at which its author wants to see it.
    """
    if len(content) > _LARGEST:
        text = f"{alt}: left out, it takes {say_bytes(len(content))}. The executed notebook has it."
        return tag("p", text, class_="nb-note")
    encoded = _encode(kind, content)
    width, height = _find_size(kind, encoded, size)
    attributes = {"width": width, "height": height, "loading": "lazy", "decoding": "async"}
    source = f"data:{kind};base64,{encoded}"
    picture = tag("img", src=source, alt=alt, **attributes)
    return tag("figure", picture, class_="nb-figure")


def _encode(kind: str, content: str) -> str:
    if kind == "image/svg+xml":
        return base64.b64encode(content.encode("utf-8", "replace")).decode()
    return "".join(content.split())


def _find_size(kind: str, encoded: str, size: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return width and height, so that the page does not move while it loads."""
    width, height = (_read_number(size.get(name)) for name in ("width", "height"))
    if width or height or kind != "image/png":
        return width, height
    try:
        head = base64.b64decode(encoded[:32])
        if head.startswith(_PNG):
            return struct.unpack(">II", head[16:24])
    except (binascii.Error, struct.error):
        pass
    return None, None


def _read_number(value: Any) -> int | None:
    return round(value) if isinstance(value, int | float) and 0 < value < 20_000 else None  # noqa: PLR2004
