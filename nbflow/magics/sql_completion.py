"""Completion in `%%sql` cells: options, steps, tables, columns, and the notebook's variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nbflow.notebook_api.sql_cell import FORMS, MAGICS, OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbflow.notebook_api.table_catalog import Known

_NAMES = "|".join(sorted(MAGICS))
_CELL = re.compile(rf"\s*%%(?:{_NAMES})\b")
_LINE = re.compile(rf"(?:^|=)\s*%(?:{_NAMES})\s")
_RUN = re.compile(r"--run[= ]\s*(\S+)")
_FRAGMENT = re.compile(r"[\w.$\"-]*$")
_VALUE_OF = re.compile(r"(--[\w-]+)(?:=|\s+)[\w.-]*$")
_WANTS_TABLE = re.compile(
    r"\b(from|join|describe|summarize|pivot|unpivot|into|table)\s+[\w.]*$", re.IGNORECASE
)
_TABLE = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)?)(?:\s+(?:as\s+)?([^\W\d]\w*))?", re.IGNORECASE)
_AFTER_TABLE = re.compile(r"\b(?:from|join|,)\s+", re.IGNORECASE)


class Suggestion(NamedTuple):
    """A text, and the kind that the front end marks it by."""

    text: str
    kind: str


class Place(NamedTuple):
    """Where the cursor stands: on a cell's first line or in its query, and what is before it."""

    before: str  # on the magic's line, or all of the query so far
    query: str
    fragment: str
    run: str = ""
    options: bool = False


def register(shell: Any) -> None:
    """Add the completer to IPython's."""
    from IPython.core.completer import context_matcher  # noqa: PLC0415 - only in IPython

    unregister(shell)

    def complete_sql(context: Any) -> Any:
        return _complete(context, shell.user_ns)

    matcher = context_matcher(identifier="nbflow.sql")(complete_sql)
    shell.Completer.custom_matchers.append(matcher)


def unregister(shell: Any) -> None:
    """Take the completer away."""
    matchers = shell.Completer.custom_matchers
    matchers[:] = [
        one for one in matchers if getattr(one, "matcher_identifier", "") != "nbflow.sql"
    ]


def suggest(place: Place, known: Known, variables: Mapping[str, Any]) -> list[Suggestion]:
    """Return what may stand at the place, the likely first."""
    found = _suggest(place, known, variables)
    start = _fold(place.fragment)
    unique = dict.fromkeys(one for one in found if _fold(one.text).startswith(start))
    return [one for one in unique if one.text != place.fragment]


def _fold(text: str) -> str:
    """Return what a name is compared by: SQL's know no case, and quotes are not part of them."""
    return text.lower().replace('"', "")


def find_place(text: str, line: int, column: int) -> Place | None:
    """Return where the cursor stands in a cell; None where that is not SQL of ours."""
    lines = text.split("\n")
    before = lines[line][:column]
    if _CELL.match(text.lstrip("\n")):
        first = next(at for at, one in enumerate(lines) if one.strip())
        run = _RUN.search(lines[first])
        asked = run[1] if run else ""
        if line == first:
            return Place(before, "\n".join(lines[first + 1 :]), _cut(before), "", options=True)
        so_far = "\n".join([*lines[first + 1 : line], before])
        return Place(so_far, "\n".join(lines[first + 1 :]), _cut(before), asked)
    found = _LINE.search(before)
    if found is None:
        return None
    rest, run = before[found.end() :], _RUN.search(before)
    at_option = rest.lstrip().startswith("--") or _cut(before).startswith("-")
    at_value = bool(_VALUE_OF.search(rest))
    return Place(
        rest, lines[line][found.end() :], _cut(before), run[1] if run and not at_value else "",
        options=at_value or (at_option and _cut(before).startswith("-")),
    )  # fmt: skip


def _complete(context: Any, variables: Mapping[str, Any]) -> Any:
    from IPython.core.completer import SimpleCompletion  # noqa: PLC0415 - only in IPython

    from nbflow.notebook_api.table_catalog import read_known  # noqa: PLC0415 - a run never completes

    place = find_place(context.full_text, context.cursor_line, context.cursor_position)
    if place is None:
        return {"completions": []}
    found = suggest(place, read_known(place.run), variables)
    completions = [SimpleCompletion(text=one.text, type=one.kind) for one in found]
    # Python's own completions mean nothing in SQL.
    return {"completions": completions, "matched_fragment": place.fragment, "suppress": True}


def _cut(before: str) -> str:
    found = _FRAGMENT.search(before)
    return found[0] if found else ""


def _suggest(place: Place, known: Known, variables: Mapping[str, Any]) -> Iterator[Suggestion]:
    if place.options:
        yield from _suggest_options(place, known)
    elif place.fragment.startswith("$"):
        names = (name for name in variables if not name.startswith("_"))
        yield from (Suggestion(f"${name}", "variable") for name in names)
    elif "." in place.fragment:
        yield from _suggest_parts(place, known, variables)
    else:
        frames = dict(_find_frames(variables))
        if not _WANTS_TABLE.search(place.before):
            yield from _suggest_columns(place, known, frames)
        yield from _suggest_tables(known)
        yield from (Suggestion(name, "variable") for name in frames)
        yield from (Suggestion(step, "step") for step in known)


def _suggest_options(place: Place, known: Known) -> Iterator[Suggestion]:
    option = _VALUE_OF.search(place.before)
    if option is None or place.fragment.startswith("-"):
        yield from (Suggestion(one, "option") for one in OPTIONS)
    elif option[1] == "--to":
        yield from (Suggestion(one, "value") for one in FORMS)
    elif option[1] == "--run":
        from nbflow.notebook_api.table_catalog import read_run_names  # noqa: PLC0415 - a run never completes

        yield from (Suggestion(one, "run") for one in read_run_names())
    elif option[1] == "--reads":
        yield from _suggest_tables(known)


def _suggest_tables(known: Known) -> Iterator[Suggestion]:
    for step, tables in known.items():
        yield from (Suggestion(f"{step}.{table}", "table") for table in tables)


def _suggest_columns(
    place: Place, known: Known, frames: Mapping[str, Iterable[str]]
) -> Iterator[Suggestion]:
    """Suggest the columns of the tables that the query names."""
    for table, _ in _find_tables(place.query):
        for column in _find_columns(table, known, frames):
            yield Suggestion(_quote(column), "column")


def _suggest_parts(
    place: Place, known: Known, variables: Mapping[str, Any]
) -> Iterator[Suggestion]:
    """Suggest a step's tables, and columns behind a table, its alias or `step.table`."""
    owner, _, _ = place.fragment.rpartition(".")
    for table in known.get(owner.lower(), ()):
        yield Suggestion(f"{owner}.{table}", "table")
    frames = dict(_find_frames(variables))
    called = {alias: table for table, alias in _find_tables(place.query)}
    for column in _find_columns(called.get(owner, owner), known, frames):
        yield Suggestion(f"{owner}.{_quote(column)}", "column")


def _find_columns(table: str, known: Known, frames: Mapping[str, Iterable[str]]) -> Iterable[str]:
    step, _, name = table.rpartition(".")
    return known.get(step.lower(), {}).get(name, ()) if step else frames.get(table, ())


def _find_tables(query: str) -> Iterator[tuple[str, str]]:
    """Yield the tables behind FROM, JOIN and commas, each with what it is called."""
    for found in _AFTER_TABLE.finditer(query):
        table = _TABLE.match(query, found.end())
        if table is not None:
            name, alias = table[1], table[2] or ""
            yield name, name.rpartition(".")[2]
            if alias:
                yield name, alias


def _find_frames(variables: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the names of variables that are tables, with their columns."""
    for name, value in list(variables.items()):
        kind = type(value)
        if name.startswith("_") or kind.__module__.partition(".")[0] not in _LIBRARIES:
            continue
        columns = getattr(value, "column_names", None) or getattr(value, "columns", None)
        if kind.__name__ in _TABLES and columns is not None:
            yield name, [str(one) for one in columns]


_LIBRARIES = frozenset({"_duckdb", "duckdb", "pandas", "polars", "pyarrow"})
_TABLES = frozenset({"DataFrame", "DuckDBPyRelation", "Table"})


def _quote(column: str) -> str:
    return column if re.fullmatch(r"[^\W\d]\w*", column) else '"' + column.replace('"', '""') + '"'
