"""What all nouns are made of."""

from __future__ import annotations

from typing import Any

import msgspec


class Frozen(msgspec.Struct, frozen=True):
    """A value that never changes; two with equal fields are equal."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's form
        """Show in a notebook what `print` shows; `repr` keeps every field."""
        printer.text("…" if cycle else str(self))
