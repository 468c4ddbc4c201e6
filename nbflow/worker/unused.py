"""What a worker need not import."""

from __future__ import annotations

import sys

# papermill and nbformat try these and do without: 2.6 s of 4.8 where jupyter_server is installed.
# A worker opens local files only, and none of the author's code is executed in it.
UNUSED = ("rfc3987_syntax", "isoduration", "pyarrow.fs", "boto3", "gcsfs", "github", "azure")


def leave_out() -> None:
    """Make them impossible to import."""
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]  # None: not importable
