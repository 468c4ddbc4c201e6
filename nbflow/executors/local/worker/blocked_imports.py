"""Keeps libraries that a worker does not need from being imported."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

# papermill and nbformat try these and do without: 2.6 s of 4.8 where jupyter_server is installed.
# A worker opens local files only, and none of the author's code is executed in it.
UNUSED = (
    "rfc3986_validator", "rfc3987_syntax", "isoduration", "pyarrow.fs", "boto3", "gcsfs", "github",
    "azure",
)  # fmt: skip
LATER = ("requests",)  # papermill cannot do without, but asks nothing of it: 0.1 s


class Later(ModuleType):
    """A module that is loaded at its first attribute; importlib's LazyLoader loads at `import`."""

    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)


def leave_out() -> None:
    """Block the imports of UNUSED; load LATER only when an attribute is asked for."""
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]  # None: not importable
    for name in LATER:
        sys.modules.setdefault(name, Later(name))
