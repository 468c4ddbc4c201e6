"""What a folder of notebooks says about its steps, read and never run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow.analysis.code import scripts
from nbflow.analysis.code.cells import CodeCell, make_code_cells, read_tags
from nbflow.analysis.code.digests import make_digests
from nbflow.analysis.code.imports import find_imports
from nbflow.analysis.code.unbound import find_unbound
from nbflow.analysis.contract import checks, makers, options, tags
from nbflow.analysis.contract import missing_reads as reads
from nbflow.analysis.contract import sql_cells as sqlcells
from nbflow.analysis.contract import sql_reads as sqlreads
from nbflow.analysis.contract import unparsable as unparsed
from nbflow.analysis.contract.dataflow import Dataflow, find_dataflow
from nbflow.analysis.contract.nested_runs import find_starts
from nbflow.analysis.contract.path_literals import find_named
from nbflow.analysis.contract.unsupported import find_unsupported
from nbflow.analysis.discover.folder import read_listing
from nbflow.analysis.discover.ipynb import read_notebook
from nbflow.analysis.discover.other_languages import to_python
from nbflow.analysis.discover.pairs import find_pairs, find_source
from nbflow.analysis.parameters import find_parameters
from nbflow.analysis.parameters.constants import ASKING
from nbflow.base.names import find_better, find_fault, make_name
from nbflow.base.stat_cache import FileCache, Trail, keep_answers
from nbflow.errors import NotebookError
from nbflow.model import (
    Edit,
    FileInput,
    Frozen,
    Options,
    Place,
    Problem,
    Scan,
    Skipped,
    Step,
    Write,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from nbflow.model import Parameter
    from nbflow.workspace.pipeline_folder import PipelineFolder


class Reading(Frozen, frozen=True):
    """What one notebook says: a step, or why it is none, and what is wrong with it.

    `hidden` where a cell that is not Python, or a name that is not literal, may hide what the step
    declares; `passing` where it rests on more than files, and is looked at each time.
    """

    step: Step | None = None
    skipped: Skipped | None = None
    problems: tuple[Problem, ...] = ()
    hidden: bool = False
    queries: sqlcells.Queries = sqlcells.Queries()
    passing: bool = False


class _Notebook(Frozen, frozen=True):
    """A notebook as it was read; `place` is its path relative to the project's root."""

    path: Path
    place: str
    metadata: dict[str, Any]
    language: str
    cells: tuple[CodeCell, ...]
    is_step: bool


def read_folder(pipeline: PipelineFolder) -> Scan:
    """Read the pipeline's notebooks: its steps, what was skipped, and every problem."""
    with keep_answers(pipeline, "texts", bool) as texts:
        listing = read_listing(pipeline, texts)
    paths, pairs = find_pairs(pipeline, listing.paths)
    with keep_answers(pipeline, "notebooks", Reading) as known:
        readings = [_read_known(pipeline, path, known) for path in paths]
    found = (problem for reading in readings for problem in reading.problems)
    problems = [*listing.problems, *found]
    steps, duplicates = checks.make_unique(read.step for read in readings if read.step is not None)
    skipped = [*listing.skipped, *pairs, *(read.skipped for read in readings if read.skipped)]
    skipped.sort(key=lambda item: item.path)
    broken = {
        make_name(path.stem)
        for path, read in zip(paths, readings, strict=True)
        if read.step is None and read.skipped is None
    }
    steps, unclear = _add_queried(steps, readings, sqlreads.find_known(steps, skipped, broken))
    sides = makers.read_sides(pipeline.project.root, steps, _make_defaults(pipeline, steps))
    steps, rivals = makers.add_makers(steps, sides), makers.find_rivals(sides)
    hidden = {read.step.name for read in readings if read.step is not None and read.hidden}
    between = checks.find_problems(pipeline, steps, skipped, broken, hidden)
    settings = options.find_problems(pipeline.project.settings, steps, broken | hidden)
    return Scan(
        {name: _without_malformed(step) for name, step in steps.items()},
        tuple(skipped),
        (*problems, *duplicates, *unclear, *between, *settings, *rivals),
    )


def _make_defaults(
    pipeline: PipelineFolder, steps: Mapping[str, Step]
) -> dict[str, dict[str, Any]]:
    """Return the values that parameters have unless a run is given others, in JSON forms."""
    given = pipeline.project.settings.parameters
    plain = {name: value for name, value in given.items() if isinstance(value, str | int | float)}
    return {
        step.name: {
            one.name: plain.get(f"{step.name}.{one.name}", plain.get(one.name, _default(one)))
            for one in step.parameters
        }
        for step in steps.values()
    }


def _default(parameter: Parameter) -> Any:
    return parameter.value if parameter.literal else {"source": parameter.default}


def _add_queried(
    steps: Mapping[str, Step], readings: Iterable[Reading], known: Collection[str]
) -> tuple[dict[str, Step], list[Problem]]:
    """Return the steps with what their `%%sql` cells read, and what is wrong with that."""
    of = {read.step.path: read for read in readings if read.step is not None}
    added = {name: complete(of[step.path], known) for name, step in steps.items()}
    completed = {name: step for name, step in added.items() if step is not None}
    found = (
        sqlreads.find_problems(of[step.path].queries, known, {one.ref for one in step.inputs})
        for step in completed.values()
    )
    return completed, [problem for problems in found for problem in problems]


def complete(reading: Reading, names: Collection[str]) -> Step | None:
    """Return a reading's step with what its queries read, which the names of steps decide."""
    step = reading.step
    return None if step is None else sqlreads.add_reads(step, reading.queries, names)


def read_step(pipeline: PipelineFolder, path: Path, trail: Trail | None = None) -> Reading:
    """Read one notebook; `trail` notes what else the reading rests on."""
    place, trail = pipeline.project.relative(path), trail or Trail()
    try:
        content = read_notebook(path, trail)
    except NotebookError as error:
        found = (msgspec.structs.replace(one, place=Place(place)) for one in error.problems)
        return Reading(problems=tuple(found))
    if (source := find_source(content, path, pipeline.folder, trail)) is not None:
        return Reading(skipped=Skipped(place, "executed-output", {"source": source}))
    notebook = _make_notebook(path, place, content)
    if not notebook.is_step:
        return Reading(skipped=_make_skipped(notebook))
    name = make_name(path.stem)
    if fault := find_fault(name):
        facts = {"file": path.name, "why": fault, "name": name, "stem": path.stem}
        edit = Edit(find_better(path.stem), Place(place))
        return Reading(problems=(Problem("bad-step-name", Place(place), facts, edit),))
    return _make_step(pipeline, name, notebook, trail)


def _read_known(pipeline: PipelineFolder, path: Path, known: FileCache[Reading]) -> Reading:
    """Read a notebook, unless what it says is known; what is broken is looked at each time."""
    reading = known.find(str(path))
    if reading is None:
        trail = Trail()
        trail.look(path)
        reading = read_step(pipeline, path, trail)
        told = reading.step is not None or reading.skipped is not None
        if told and not reading.passing:
            known.add(str(path), trail, reading)
    return reading


def _make_notebook(path: Path, place: str, content: Mapping[str, Any]) -> _Notebook:
    metadata = content["metadata"]
    language = _find_language(metadata)
    code = (cell for cell in content["cells"] if cell["cell_type"] == "code")
    is_step = any(read_tags(cell) & tags.STEP_TAGS for cell in code)
    cells = tuple(make_code_cells(content, language))
    return _Notebook(path, place, metadata, language, cells, is_step)


def _find_language(metadata: Mapping[str, Any]) -> str:
    kernel, info = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    language = str(kernel.get("language") or info.get("name") or "python")
    return "python" if language.lower() in {"python", "ipython"} else language


def _make_skipped(notebook: _Notebook) -> Skipped:
    found, _ = sqlcells.find_cells(notebook.cells, notebook.place)
    queried = sqlcells.find_writes(found, notebook.place)
    dataflow = find_dataflow(notebook.cells, notebook.place, {}, queried, listed=True)
    writes = tuple(write.name for write in dataflow.writes)
    return tags.make_untagged(notebook.place, tags.find_slips(notebook.cells), writes)


def _make_step(pipeline: PipelineFolder, name: str, notebook: _Notebook, trail: Trail) -> Reading:
    place, metadata = notebook.place, notebook.metadata
    folder = notebook.path.parent
    given = metadata.get("nbflow", {})
    chosen, wrong = options.make_options(name, given, pipeline.project.settings, place)
    kernel = str(metadata.get("kernelspec", {}).get("name", ""))
    read = unparsed.read_rest(notebook.cells, place, kernel, chosen.kernel, pipeline.cache)
    cells = read.cells
    parameters, doubtful = _find_parameters(notebook, cells, trail)
    known = {parameter.name: parameter.type for parameter in parameters}
    found, unread = sqlcells.find_cells(cells, place)
    queried = sqlcells.find_writes(found, place)
    dataflow = find_dataflow(cells, place, known, queried, listed=bool(chosen.writes))
    called, made = sqlcells.find_queries(cells, place)
    queries = sqlcells.read_queries((*found, *called), place, made)
    started = tuple(scripts.read_scripts(cells, place, folder, trail))
    step = Step(
        name=name,
        path=place,
        language=notebook.language,
        kernel=kernel,
        cells=make_digests(cells, found),
        cell_count=len(cells),
        parameters=tuple(parameters),
        inputs=dataflow.inputs,
        files=(*dataflow.files, *started),
        writes=_make_writes(dataflow, chosen, place),
        imports=_find_imports(cells, started, folder),
        options=chosen,
        named=find_named(cells, known),
    )
    slips = (tags.make_slip_problem(place, slip) for slip in tags.find_slips(cells))
    sql = (*unread, *queries.problems)
    sources = (
        *find_unbound(cells, place),
        *find_starts(cells, pipeline, notebook.path, place),
        *find_unsupported(cells, notebook.language, chosen, place),
    )
    problems = (*wrong, *read.problems, *slips, *doubtful, *dataflow.problems, *sql, *sources)
    hidden = dataflow.unclear or read.hidden
    passing = any(cell.error for cell in notebook.cells) or _asks_environment(cells)
    return Reading(step, problems=problems, hidden=hidden, queries=queries, passing=passing)


def _asks_environment(cells: Sequence[CodeCell]) -> bool:
    """Tell whether a default may rest on variables of the environment."""
    last = max((cell.number for cell in cells if "parameters" in cell.tags), default=0)
    return any(ASKING.search(cell.source) for cell in cells if cell.number <= last)


def _find_imports(
    cells: Sequence[CodeCell], started: Iterable[FileInput], folder: Path
) -> tuple[str, ...]:
    """Return the modules that the cells, and the scripts which they start, import."""
    own, inner = find_imports(cells), scripts.find_imports(started, folder)
    return tuple(sorted({*own, *scripts.find_modules(cells), *inner}))


def _find_parameters(
    notebook: _Notebook, cells: Sequence[CodeCell], trail: Trail
) -> tuple[list[Parameter], list[Problem]]:
    tagged = (cell for cell in cells if "parameters" in cell.tags)
    folder = notebook.path.parent
    if notebook.language != "python":
        foreign = [(cell.number, to_python(cell.source, notebook.language)) for cell in tagged]
        return find_parameters(foreign, notebook.place, folder, (), trail)
    others = (cell for cell in cells if "parameters" not in cell.tags)
    return find_parameters(_plain(tagged), notebook.place, folder, _plain(others), trail)


def _plain(cells: Iterable[CodeCell]) -> list[tuple[int, str]]:
    return [(cell.number, cell.plain) for cell in cells if cell.tree is not None]


def _make_writes(dataflow: Dataflow, chosen: Options, place: str) -> tuple[Write, ...]:
    """Return the literal writes, and those that only the option `writes` lists."""
    literal = {write.name for write in dataflow.writes}
    listed = dict.fromkeys(name for name in chosen.writes if name not in literal)
    return (*dataflow.writes, *(Write(name, Place(place)) for name in listed))


def _without_malformed(step: Step) -> Step:
    inputs = tuple(read for read in step.inputs if not reads.is_malformed(read))
    return msgspec.structs.replace(step, inputs=inputs)
