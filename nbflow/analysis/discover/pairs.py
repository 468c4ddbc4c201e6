"""Finds files that are forms of another notebook: jupytext's pairs and papermill's outputs."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nbflow.analysis.discover.ipynb import find_own_cells, read_bytes, read_notebook
from nbflow.base.stat_cache import Trail
from nbflow.errors import NotebookError
from nbflow.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.workspace.pipeline_folder import PipelineFolder

_FORMATS = re.compile(rb"^(?:#|//)?\s*formats:.*\bipynb\b", re.MULTILINE)
_HEADER = 2000  # bytes in which jupytext's header stands


def find_pairs(pipeline: PipelineFolder, paths: Sequence[Path]) -> tuple[list[Path], list[Skipped]]:
    """Return the paths with one of each jupytext pair, and the skipped others.

    A pair is a text notebook and an `.ipynb` of one stem, in one folder or, where the text's
    header says `formats:`, in two.
    """
    notebooks = [path for path in paths if path.suffix == ".ipynb"]
    texts = sorted(set(paths) - set(notebooks), key=lambda path: (path.suffix != ".py", path))
    kept, skipped = list(notebooks), list[Skipped]()
    stems: dict[str, list[Path]] = {}
    for path in notebooks:
        stems.setdefault(path.stem, []).append(path)
    for path in texts:
        same = stems.setdefault(path.stem, [])
        if (pair := _find_pair(path, same)) is None:
            kept.append(path)
            same.append(path)
        else:
            skipped.append(Skipped(pipeline.project.relative(path), "paired", {"other": pair.name}))
    return sorted(kept), skipped


def find_source(
    content: Mapping[str, Any], path: Path, folder: Path, trail: Trail | None = None
) -> str | None:
    """Return the name of the notebook that papermill made this one from; None for a source.

    A source executed in place has equal paths, or lies where the input lay: the path that
    shares more of its end with the notebook's own tells. Metadata without both is a source's.
    An output has the recorded output's name, or its input lies in the pipeline's `folder` and has
    the same code: what was renamed or changed since is a source.
    """
    papermill = content["metadata"].get("papermill")
    record = papermill if isinstance(papermill, dict) else {}
    source, output = record.get("input_path"), record.get("output_path")
    if not (isinstance(source, str) and isinstance(output, str) and source and output):
        return None
    if source == output or _shared(source, path) > _shared(output, path):
        return None
    if _split(output)[-1] != path.name and not _has_twin(content, source, path, folder, trail):
        return None
    return _split(source)[-1]


def _has_twin(
    content: Mapping[str, Any], source: str, path: Path, folder: Path, trail: Trail | None
) -> bool:
    """Tell whether the recorded input lies in the pipeline and has the same code."""
    parts = _split(source)
    folders = [at for at in path.parents if at.is_relative_to(folder)]
    ends = [parts[at:] for at in range(len(parts) - 1, -1, -1)]
    for file in dict.fromkeys(at.joinpath(*end) for end in ends for at in folders):
        inside = file != path and file.is_relative_to(folder)
        if inside and (trail or Trail()).look(file) is not None:
            try:
                return _get_code(read_notebook(file, trail)) == _get_code(content)
            except NotebookError:
                continue
    return False


def _get_code(content: Mapping[str, Any]) -> list[str]:
    cells = find_own_cells(content)
    return [one["source"] for one in cells if one["cell_type"] == "code"]


def _find_pair(path: Path, same: Sequence[Path]) -> Path | None:
    """Return the pair among the files of the same stem."""
    beside = next((other for other in same if other.parent == path.parent), None)
    return beside or next((other for other in same if _names_formats(path)), None)


def _names_formats(path: Path) -> bool:
    try:
        return _FORMATS.search(read_bytes(path)[:_HEADER]) is not None
    except NotebookError:
        return False


def _shared(recorded: str, path: Path) -> int:
    """Return how many parts at the end two paths share."""
    parts = _split(recorded)[::-1]
    pairs = zip(parts, path.parts[::-1], strict=False)
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _split(recorded: str) -> tuple[str, ...]:
    return PurePosixPath(recorded.replace("\\", "/")).parts or ("",)
