"""What a notebook reads and writes, from its literal calls of nbflow's functions."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbflow.analysis.code.api_calls import Call, Context, find_calls
from nbflow.analysis.code.bindings import Names, read_names
from nbflow.analysis.code.cells import make_place
from nbflow.analysis.contract.path_expressions import (
    UnknownPathError,
    find_parts,
    is_path,
    say_parts,
)
from nbflow.analysis.contract.tags import make_tagging
from nbflow.base import globs
from nbflow.model import Edit, FileInput, Frozen, Input, Place, Problem, ProblemCode, Type, Write
from nbflow.model.refs import make_ref

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbflow.analysis.code.cells import CodeCell

_EXAMPLES = {"file": 'nbflow.file("data/file.csv")', "read": 'nbflow.read("step.table")'}


class Dataflow(Frozen, frozen=True):
    """What the cells declare, each thing once and in order, and the problems of the calls."""

    inputs: tuple[Input, ...] = ()
    files: tuple[FileInput, ...] = ()
    writes: tuple[Write, ...] = ()
    problems: tuple[Problem, ...] = ()
    unclear: bool = False  # what it writes is not known


class _Written(Frozen, frozen=True):
    write: Write
    context: Context


def find_dataflow(
    cells: Sequence[CodeCell],
    notebook: str,
    parameters: Mapping[str, Type],
    queried: Sequence[Write] = (),
    *,
    listed: bool = False,
) -> Dataflow:
    """Find what the cells declare.

    `parameters` are the names that `nbflow.file` may format, with their types; `queried` is what
    `%%sql` cells write; with `listed` the option `writes` lists the names of those writes that are
    not literal.
    """
    inputs: dict[str, Input] = {}
    files: dict[str, FileInput] = {}
    writes: list[_Written] = []
    problems: list[Problem] = []
    unclear = False
    names = read_names(cells, parameters)
    for call in (one for one in find_calls(cells) if one.function != "sql"):  # sqlcells' own
        problems += _find_misplaced(call, notebook, listed=listed)
        match _read_call(call, notebook, names, listed=listed):
            case Input() as found:
                inputs.setdefault(found.ref, found)
            case FileInput() as found:
                files.setdefault(found.pattern, found)
            case Write() as found:
                found = _with_path(found, call, names)
                writes.append(_Written(found, call.context))
            case Problem() as found:
                problems.append(found)
                unclear |= call.function == "write"
    writes += (_Written(one, Context()) for one in queried)
    writes.sort(key=lambda item: _order(item.write.place))
    problems += _find_repeated(writes)
    unique: dict[str, Write] = {}
    for item in writes:
        unique.setdefault(item.write.name, item.write)
    ordered = tuple(sorted(problems, key=_position))
    return Dataflow(
        tuple(inputs.values()), tuple(files.values()), tuple(unique.values()), ordered, unclear
    )


def _position(problem: Problem) -> tuple[int, int]:
    return _order(problem.place)


def _order(place: Place | None) -> tuple[int, int]:
    return (place.cell or 0, place.line or 0) if place is not None else (0, 0)


# --- where a call stands ----------------------------------------------------------------------


def _find_misplaced(call: Call, notebook: str, *, listed: bool) -> Iterator[Problem]:
    if call.function == "write":
        yield from _find_misplaced_write(call, notebook, listed=listed)
    elif not call.called:
        yield _problem("not-called", call, notebook, _EXAMPLES[call.function])
    elif "inputs" not in call.cell.tags:
        tagging = make_tagging(notebook, "inputs", call.cell.number)
        yield replace(_problem("outside-inputs", call, notebook), remedy=tagging)
    elif call.context.inside:
        yield _problem("nested-call", call, notebook, inside=call.context.inside)


def _find_misplaced_write(call: Call, notebook: str, *, listed: bool) -> Iterator[Problem]:
    if not call.called and not listed:
        yield _problem("write-not-called", call, notebook)
    elif call.context.inside == "a loop" and find_literal(call.argument):
        yield replace(_problem("write-in-loop", call, notebook), severity="warning")


def _find_repeated(writes: Sequence[_Written]) -> Iterator[Problem]:
    for index, later in enumerate(writes):
        for earlier in writes[:index]:
            same = earlier.write.name == later.write.name
            if same and not earlier.context.excludes(later.context):
                place = earlier.write.place
                facts = {"name": later.write.name, "cell": place.cell, "line": place.line}
                yield Problem("written-twice", later.write.place, facts)
                break


# --- what a call says -------------------------------------------------------------------------


def _read_call(
    call: Call, notebook: str, names: Names, *, listed: bool
) -> Input | FileInput | Write | Problem | None:
    if not call.called:
        return None
    if call.function == "write":
        return _make_write(call, notebook, listed=listed)
    if "inputs" not in call.cell.tags or call.context.inside:
        return None  # misplaced
    if call.function == "read":
        return _make_input(call, notebook)
    return _make_watched(call, notebook, names)


def _make_input(call: Call, notebook: str) -> Input | Problem:
    ref = find_literal(call.argument)
    if ref is None:
        return _problem("read-not-literal", call, notebook, _EXAMPLES["read"])
    return Input(*make_ref(ref), make_place(notebook, call.cell, call.node.lineno))


def _make_write(call: Call, notebook: str, *, listed: bool) -> Write | Problem | None:
    name = find_literal(call.argument)
    if name is None and listed:
        return None
    if name is None:
        return _problem("write-not-literal", call, notebook)
    if not name.isidentifier():
        better = re.sub(r"\W+", "_", name).strip("_").lstrip("0123456789_") or "table"
        return _problem("bad-write-name", call, notebook, f'"{better}"')
    return Write(name, make_place(notebook, call.cell, call.node.lineno))


def _make_watched(call: Call, notebook: str, names: Names) -> FileInput | Problem:
    """Return the declared file; `path_expressions` says what its pattern means."""
    try:
        parts = find_parts(call.argument, names, (call.cell.number, call.node.lineno))
    except UnknownPathError as error:
        return _problem("file-not-literal", call, notebook, _EXAMPLES["file"], **error.facts)
    pattern = say_parts(parts)
    if globs.is_url(pattern):
        return _problem("file-url", call, notebook)
    place = make_place(notebook, call.cell, call.node.lineno)
    return FileInput(pattern, place, parts if len(parts) > 1 else ())


def _with_path(write: Write, call: Call, names: Names) -> Write:
    """Return the write with the file that it takes in, where planning can know it."""
    value = call.value
    if value is None or not is_path(value, names):
        return write
    try:
        parts = find_parts(value, names, (call.cell.number, call.node.lineno))
    except UnknownPathError:
        return write
    return replace(write, path=say_parts(parts), parts=parts if len(parts) > 1 else ())


def find_literal(node: ast.expr | None) -> str | None:
    """Return a literal text; an f-string that formats nothing is one."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return _join(find_literal(value) for value in values)
    return None


def _join(texts: Iterator[str | None]) -> str | None:
    parts = list(texts)
    known = [part for part in parts if part is not None]
    return "".join(known) if len(known) == len(parts) else None


def _problem(code: ProblemCode, call: Call, notebook: str, edit: str = "", **facts: Any) -> Problem:
    """Return what is wrong with a call; `edit` is what to write instead."""
    place = make_place(notebook, call.cell, call.node.lineno)
    remedy = Edit(edit, place) if edit else None
    return Problem(code, place, {"call": call.text, **facts}, remedy)
