"""`%%sql`: a query over a pipeline's tables and this notebook's own, shown, kept or written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from nbflow.base.text import say_count
from nbflow.errors import NbflowError, SqlError
from nbflow.magics import sql_completion
from nbflow.notebook_api import public_api, sql_cell
from nbflow.notebook_api.messages import say
from nbflow.notebook_api.table_catalog import read_known
from nbflow.present.html import draw_rows
from nbflow.present.rows import Rows, read_rows
from nbflow.storage.duckdb import errors as sqlerrors

_OURS = "nbflow"  # the attribute that marks a magic function as ours
_QUERIES = {"select", "explain", "multi"}  # kinds whose columns are the user's, whatever they say
_NAME, _OTHER_NAME = "sql", "nbsql"


def register_sql(shell: Any) -> None:
    """Add `%%sql` and `%%nbsql`, which are one; where `%%sql` is another's, it stays so."""
    magic = _make_magic(shell)
    shell.register_magic_function(magic, "line_cell", _OTHER_NAME)
    if _is_taken(shell):
        say("%%sql is another extension's here, and stays so: nbflow's is %%nbsql.")
    else:
        shell.register_magic_function(magic, "line_cell", _NAME)
    sql_completion.register(shell)


def unregister_sql(shell: Any) -> None:
    """Take away what `register_sql` added."""
    for magics in shell.magics_manager.magics.values():
        for name in (_NAME, _OTHER_NAME):
            if hasattr(magics.get(name), _OURS):
                del magics[name]
    sql_completion.unregister(shell)


def _is_taken(shell: Any) -> bool:
    found = (magics.get(_NAME) for magics in shell.magics_manager.magics.values())
    return any(magic is not None and not hasattr(magic, _OURS) for magic in found)


def _make_magic(shell: Any) -> Any:
    def sql(line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> Any:
        """Query the pipeline's tables, `step.table`, and this notebook's own by their names.

        %%sql [OPTIONS] [NAME]          the query in the lines below; NAME keeps its rows
        %sql [OPTIONS] QUERY            on one line: rows = %sql --to pandas select …

        --run RUN            the tables of this run, by hand; by default the newest results
        --run RUN,RUN        those of several runs as one, with a first column run
        --to FORM            keep the rows as pandas, arrow, polars or relation (lazy)
        --write TABLE        write the rows as this step's output, streamed by DuckDB
        --reads STEP.TABLE   declare a read where the query cannot be analysed: PIVOT, CREATE …
        --limit ROWS         how many rows to fetch and show

        $month in the query stands for the variable month, and is bound, never pasted.
        """
        return _run(shell, line, cell, local_ns)

    sql.needs_local_scope = True  # type: ignore[attr-defined]
    sql._ipython_magic_no_var_expand = True  # type: ignore[attr-defined]  # noqa: SLF001 - IPython's
    setattr(sql, _OURS, True)
    return sql


def _run(shell: Any, line: str, body: str | None, local_ns: dict[str, Any] | None) -> Any:
    """Return what the cell shows. Errors have no traceback of nbflow's own code."""
    run = ""
    try:
        cell = sql_cell.read_cell(line, body)
        run = cell.run
        return _execute(shell, cell, local_ns)
    except SqlError as error:
        raise _explain(shell, error, run) from None
    except NbflowError as error:
        raise SqlError(str(error)) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt("The query was stopped.") from None


def _explain(shell: Any, error: SqlError, run: str) -> SqlError:
    """Return the error; if a table is missing, with the name that was probably meant."""
    if not error.missing:
        return error
    tables = [f"{step}.{one}" for step, names in read_known(run).items() for one in names]
    frames = [one for one, value in shell.user_ns.items() if hasattr(value, "columns")]
    hint = sqlerrors.suggest_table(
        error.missing, [*tables, *(one for one in frames if one[0] != "_")]
    )
    return SqlError("\n".join([error.why + hint, *error.rest]))


def _execute(shell: Any, cell: sql_cell.SqlCell, local_ns: dict[str, Any] | None) -> Any:
    from nbflow.notebook_api import query  # noqa: PLC0415 - loading the magics must not load duckdb

    if cell.write and (unkept := public_api.explain_unkept()):
        raise SqlError(f"--write {cell.write}: {unkept}")
    nearer = {} if local_ns is None or local_ns is shell.user_ns else local_ns
    scope = query.Scope(shell.user_ns, nearer)
    runs = tuple(filter(None, cell.run.split(",")))
    locate = partial(public_api.locate, run=runs if len(runs) > 1 else cell.run)
    answer = None
    running = query.run(cell.query, scope, locate, passing=bool(cell.run))
    with closing(running) as statements:
        for ran in statements:
            if isinstance(answer, Rows):
                bundle = {"text/html": draw_rows(answer), "text/plain": str(answer)}
                shell.display_pub.publish(bundle)
            answer = _take(shell, cell, ran)
    return answer


def _take(shell: Any, cell: sql_cell.SqlCell, ran: Any) -> Any:
    """Keep, write or return a statement's rows, or print what it did."""
    asked = cell.name or cell.to or cell.write
    if not _gives_rows(ran):
        if ran.last and asked:
            raise SqlError(f"The last statement, {ran.statement.kind}, gives no rows to keep.")
        say(_describe(ran))
        return None
    if not (ran.last and asked):
        if ran.statement.kind == "explain":
            plans = (str(row[-1]).rstrip() for row in _fetch(ran.relation.fetchall))
            sys.stdout.write("\n".join(plans) + "\n")
            return None
        return _fetch(partial(read_rows, ran.relation, cell.limit, lazy=not cell.run))
    if cell.write:
        return _fetch(partial(public_api.write, cell.write, ran.relation))
    value = _fetch(partial(_convert, ran.relation, cell.to or "pandas", lazy=not cell.run))
    if not cell.name:
        return value
    shell.user_ns[cell.name] = value
    say(_describe_kept(cell, ran.relation, value))
    return None


def _fetch(call: Callable[[], Any]) -> Any:
    from nbflow.storage.duckdb import interruptible  # noqa: PLC0415 - loads duckdb

    return interruptible.run(call)


def _gives_rows(ran: Any) -> bool:
    """Tell whether a statement gives rows; for others DuckDB gives a count, or no row at all."""
    if ran.relation is None or ran.statement.gives == "nothing":
        return False
    return ran.statement.kind in _QUERIES or ran.relation.columns not in (["Count"], ["Success"])


def _describe(ran: Any) -> str:
    """Return `insert: 3 rows` or `set: done`."""
    rows = _fetch(ran.relation.fetchall) if ran.relation is not None else []
    if ran.relation is None or ran.relation.columns != ["Count"] or len(rows) != 1:
        return f"{ran.statement.kind}: done"
    return f"{ran.statement.kind}: {say_count(rows[0][0], 'row')}"


def _convert(relation: Any, to: str, *, lazy: bool) -> Any:
    from nbflow.storage import table_reader  # noqa: PLC0415 - load pyarrow
    from nbflow.storage.duckdb import relations  # noqa: PLC0415 - load pyarrow

    if to == "relation":
        return relation if lazy else relation.materialize()
    return table_reader.convert(relations.fetch_relation(relation), to, Path())


def _describe_kept(cell: sql_cell.SqlCell, relation: Any, value: Any) -> str:
    columns = say_count(len(relation.columns), "column")
    if cell.to == "relation":
        return f"{cell.name} · a relation of {columns}, computed when it is used"
    rows = value.num_rows if cell.to == "arrow" else len(value)
    return f"{cell.name} · {say_count(rows, 'row')} · {columns} · {cell.to or 'pandas'}"
