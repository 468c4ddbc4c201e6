"""`python -m nbflow.storage`: fills the DuckDB files of the results named on standard input."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from nbflow.errors import NbflowError
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.filling import fill

_NICE = 10  # only the end of a run waits for this


def main() -> None:
    """Read a folder a line, as JSON, fill it, and answer each with its error, "" for none."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    process_connection()  # 20 ms, while nothing is asked yet
    for line in sys.stdin.buffer:
        why = _fill(Path(msgspec.json.decode(line, type=str)))
        sys.stdout.buffer.write(msgspec.json.encode(why) + b"\n")
        sys.stdout.buffer.flush()


def _fill(folder: Path) -> str:
    try:
        fill(folder)
    except (NbflowError, OSError) as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - the next result can be filled all the same
        return f"{folder}: {type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    main()
