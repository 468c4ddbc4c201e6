"""DuckDB's errors as nbflow's, for the author of the query."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator

from nbflow.base.nearest import find_nearest
from nbflow.errors import SqlError, StoreError
from nbflow.model import Command

_KIND = re.compile(r"^[A-Z][A-Za-z ]* Error: ")  # "Catalog Error: ", which helps nobody
_HIDDEN = r"(?:pg_|duckdb_|sqlite_|pragma_|information_schema|[^\n]*nbflow_[0-9a-f]{16})"
_MEANT = re.compile(rf"\nDid you mean \"{_HIDDEN}[^\n]*")
_NO_TABLE = re.compile(r"Table with name \"?(.+?)\"? does not exist(?:!| because [^\n]*)")
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_UNBOUND = "Values were not provided for the following parameters"
_DAMAGED = "Corrupt database file"
_REPAIR = (
    "\nThe disk gives back another content than was written. ",
    Command("check", ("--results", "--repair")),
    " finds the file and fills it anew, or sets its result aside.",
)
_NAMED = 20


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn DuckDB's errors into SqlError, and those of writing a file into StoreError."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{error.filename} cannot be written: {error.strerror}.") from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"duckdb", "_duckdb"}:
            raise
        raise make_error(error) from error


def make_error(error: Exception) -> SqlError:
    """Return a DuckDB error as SqlError, without its kind and hints at DuckDB's own tables."""
    text = _MEANT.sub("", _KIND.sub("", str(error)))
    missing, line = _NO_TABLE.search(text), _LINE.search(text)
    why, *rest = _NO_TABLE.sub(r"there is no table \1.", text).strip().split("\n")
    return SqlError(
        why,
        rest,
        line=int(line[1]) if line else 1,
        missing=missing[1] if missing else "",
        unbound=_UNBOUND in text,
        more=_REPAIR if text.startswith(_DAMAGED) else (),
    )


def suggest_table(name: str, tables: Collection[str]) -> str:
    """Return ` Did you mean …?` for a table that is not there, else which `step.table` there are.

    A bare name may be meant for a table of any step.
    """
    step, dot, table = name.rpartition(".")
    own = [one for one in tables if dot and one.rpartition(".")[0] == step]
    by_table = {one.rpartition(".")[2]: one for one in own or tables}
    near = find_nearest(name, tables) if dot and not own else ""
    if near := near or find_nearest(table, by_table):
        return f" Did you mean {by_table.get(near, near)}?"
    known = sorted(own or tables)
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f" There are: {', '.join(known[:_NAMED])}{more}." if known else ""
