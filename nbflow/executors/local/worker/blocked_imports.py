"""What a worker need not import."""

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
    """Stands for a module until something is asked of it; importlib's is loaded by `import`."""

    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)


def leave_out() -> None:
    """Make them impossible to import, and have others loaded when something is asked of them."""
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]  # None: not importable
    for name in LATER:
        sys.modules.setdefault(name, Later(name))
