"""`%%sql` cells and `nbflow.sql`: what they read and write, and what only running would show."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nbflow.analysis.code.api_calls import find_calls
from nbflow.analysis.code.cells import make_place
from nbflow.analysis.code.magic_calls import Magic, find_magics
from nbflow.analysis.contract.dataflow import find_literal
from nbflow.errors import SqlError
from nbflow.model import Edit, Frozen, Input, Place, Problem, ProblemCode, Write
from nbflow.model.refs import make_ref
from nbflow.notebook_api.sql_cell import MAGICS, SqlCell, read_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbflow.analysis.code.cells import CodeCell
    from nbflow.storage.duckdb.statements import Ref, Statement

_LOADING = frozenset({"load_ext", "reload_ext"})
_WORDS = {"multi": "PIVOT"}  # what DuckDB calls otherwise


class Unclear(Frozen, frozen=True):
    """A statement that cannot be analysed, and what looks like tables in it."""

    kind: str
    refs: tuple[str, ...]
    place: Place
    made: bool = False  # when the cell runs


class Queries(Frozen, frozen=True):
    """What `%%sql` cells say: `named` are qualified names, reads where the first is a step."""

    named: tuple[Input, ...] = ()
    declared: tuple[Input, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    problems: tuple[Problem, ...] = ()


class Found(NamedTuple):
    """A `%%sql` cell or `%sql` line; `line` and `span` are where its magic's call stands."""

    sql: SqlCell
    cell: CodeCell
    line: int
    span: tuple[int, int]


def find_cells(cells: Sequence[CodeCell], notebook: str) -> tuple[list[Found], list[Problem]]:
    """Find the cells whose `%%sql` is nbflow's, and what is wrong with their first lines."""
    loaded = others = False
    found: list[Found] = []
    problems: list[Problem] = []
    for cell, magic in ((one, magic) for one in cells for magic in find_magics(one)):
        if magic.name in _LOADING:
            loaded |= magic.arguments.strip() == "nbflow"
            others |= "sql" in magic.arguments  # jupysql: its %%sql comes first, or instead
            continue
        if magic.name not in MAGICS or (magic.name == "sql" and others):
            continue
        if not loaded:
            problems.append(_make_unloaded(magic, make_place(notebook, cell, magic.line)))
        try:
            sql = read_cell(magic.arguments, magic.body)
            found.append(Found(sql, cell, magic.line, magic.span))
        except SqlError as error:
            problems += _make_wrong("sql-options", {"why": str(error)}, notebook, cell, magic.line)
    return found, problems


def find_queries(cells: Sequence[CodeCell], notebook: str) -> tuple[list[Found], list[Unclear]]:
    """Find the calls of `nbflow.sql`: those of a literal query, and what others seem to name."""
    found: list[Found] = []
    unclear: list[Unclear] = []
    for call in find_calls(cells):
        if call.function != "sql" or call.argument is None:
            continue
        query, line = find_literal(call.argument), call.argument.lineno
        if query is None:
            refs = _find_refs(_find_texts(call.argument))
            place = make_place(notebook, call.cell, line)
            unclear.append(Unclear(call.text, refs, place, made=True))
        else:
            found.append(Found(SqlCell(query), call.cell, line, (0, 0)))
    return found, unclear


def _find_texts(node: ast.expr) -> str:
    """Return the literal texts of which a query is made, each on its own."""
    texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return " ? ".join(text for text in texts if isinstance(text, str))


def find_writes(found: Iterable[Found], notebook: str) -> tuple[Write, ...]:
    """Return what `%%sql --write NAME` writes."""
    return tuple(
        Write(one.sql.write, make_place(notebook, one.cell, one.line))
        for one in found
        if one.sql.write
    )


def read_queries(found: Iterable[Found], notebook: str, made: Iterable[Unclear] = ()) -> Queries:
    """Return what the queries name, with those that are made when a cell runs.

    DuckDB takes them apart: it is loaded only where there are queries.
    """
    named: list[Input] = []
    declared: list[Input] = []
    unclear = [*made]
    problems: list[Problem] = []
    for one in found:
        place = make_place(notebook, one.cell, one.line)
        declared += (_make_input(ref, place) for ref in one.sql.reads)
        try:
            _read_query(one, notebook, named, unclear)
        except SqlError as error:
            problems += _make_invalid(error, notebook, one)
    return Queries(tuple(named), tuple(declared), tuple(unclear), tuple(problems))


def _read_query(found: Found, notebook: str, named: list[Input], unclear: list[Unclear]) -> None:
    from nbflow.storage.duckdb import statements  # noqa: PLC0415 - loads duckdb, which most plans need not

    for statement, tables in statements.find_tables(found.sql.query):
        if tables.refused and not found.sql.reads:
            refs = tuple(f"{ref.step}.{ref.name}" for ref in tables.refs)
            unclear.append(_make_unclear(found, notebook, statement, refs))
        elif not tables.refused:
            named += (_make_named(found, notebook, ref) for ref in tables.refs)


def _make_named(found: Found, notebook: str, ref: Ref) -> Input:
    return Input(ref.step, ref.name, _place(found, notebook, ref.at or 0))


def _make_unclear(
    found: Found, notebook: str, statement: Statement, refs: tuple[str, ...]
) -> Unclear:
    kind = _WORDS.get(statement.kind, statement.kind.upper())
    text = found.sql.query[statement.at :]
    start = statement.at + len(text) - len(text.lstrip())
    return Unclear(kind, refs, _place(found, notebook, start))


def _find_refs(texts: str) -> tuple[str, ...]:
    from nbflow.storage.duckdb import statements  # noqa: PLC0415 - as above

    return tuple(f"{ref.step}.{ref.name}" for ref in statements.find_refs(texts))


def _place(found: Found, notebook: str, at: int) -> Place:
    """Return where a character of the query stands in its cell."""
    below = found.sql.lines + found.sql.query.count("\n", 0, at)
    return make_place(notebook, found.cell, found.line + below)


def _make_input(ref: str, place: Place) -> Input:
    return Input(*make_ref(ref), place)


def _make_unloaded(magic: Magic, place: Place) -> Problem:
    sign = "%" if magic.body is None else "%%"
    facts = {"magic": f"{sign}{magic.name}"}
    return Problem("sql-not-loaded", place, facts, Edit("%load_ext nbflow", place))


def _make_wrong(
    code: ProblemCode, facts: dict[str, str], notebook: str, cell: CodeCell, line: int
) -> Iterator[Problem]:
    if "raises-exception" not in cell.tags:
        yield Problem(code, make_place(notebook, cell, line), facts)


def _make_invalid(error: SqlError, notebook: str, found: Found) -> Iterator[Problem]:
    line = found.line + found.sql.lines + error.line - 1
    yield from _make_wrong("invalid-sql", {"error": error.why}, notebook, found.cell, line)
