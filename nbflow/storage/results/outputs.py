"""`outputs.json`: the list of what a step has written into a result's folder so far."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from nbflow.base.atomic_files import write_file
from nbflow.base.nearest import find_nearest
from nbflow.errors import StoreError, UnknownNameError
from nbflow.model import Frozen, Made, Mark, Output, formats
from nbflow.storage.results.damage import note
from nbflow.storage.results.file_marks import GONE, find_files, make_mark, make_marks
from nbflow.storage.trust import protect

FILE = "outputs.json"


class Outputs(Frozen, frozen=True):
    """What a folder holds; `files` are the marks of its outputs' files, by path in the folder.

    `made` are the copies of files of the project, by the real paths of these files.
    """

    outputs: dict[str, Output] = {}
    files: dict[str, Mark] = {}
    made: dict[str, Made] = {}
    format: int = formats.OUTPUTS


def read_outputs(folder: Path) -> dict[str, Output]:
    """Return what was written in this folder so far, complete or not, by name."""
    return read_written(folder).outputs


def read_written(folder: Path) -> Outputs:
    """Return what was written in this folder so far, with the marks of its files."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=Outputs)
    except FileNotFoundError:
        return _explain_none(folder)
    except OSError as error:
        raise StoreError(
            f"{folder / FILE} cannot be read: {error.strerror}. Fix its permissions."
        ) from error
    except (ValueError, RecursionError) as error:  # ValueError: also msgspec's
        raise note(folder, FILE, f"it cannot be read: {error}") from error
    if found.format > formats.OUTPUTS:
        raise StoreError(
            f"{folder / FILE} was written by a later version of nbflow (format {found.format}). "
            "Upgrade nbflow, or run its step again with --force-step."
        )
    return found


def make_all_marks(folder: Path) -> dict[str, Mark]:
    """Return the marks of all files in a folder: of its outputs, its list, its notebook."""
    marks = dict(read_written(folder).files)
    for name in (FILE, "notebook.ipynb"):
        with contextlib.suppress(FileNotFoundError):
            marks[name] = make_mark(folder / name)
    return marks


def _explain_none(folder: Path) -> Outputs:
    """Return an empty list; raise DamageError where the result's record has outputs."""
    for kept in ("result.json", "pending.json"):
        with contextlib.suppress(OSError, ValueError):
            found = msgspec.json.decode((folder / kept).read_bytes(), type=Outputs)
            if found.outputs:  # a record has outputs under the same name
                raise note(folder, FILE, GONE)
    return Outputs()


def find_output(folder: Path, name: str, written: Outputs) -> Output:
    """Return one output; the UnknownNameError says what the step wrote, and the nearest name."""
    outputs = written.outputs
    if name not in outputs:
        raise UnknownNameError(_explain_missing(folder, name, outputs))
    return outputs[name]


def add_output(folder: Path, output: Output) -> None:
    """Add one output to the list: from now on it is complete."""
    for path in find_files(folder, output):
        protect(path)
    before = read_written(folder)
    marks = before.files | make_marks(folder, output)
    _write(folder, replace(before, outputs=before.outputs | {output.name: output}, files=marks))


def add_made(folder: Path, made: Mapping[str, Made]) -> None:
    """Add copies of files of the project; a later copy of a file replaces an earlier one."""
    before = read_written(folder)
    _write(folder, replace(before, made=before.made | dict(made)))


def _write(folder: Path, body: Outputs) -> None:
    write_file(
        folder / FILE, msgspec.json.format(msgspec.json.encode(body), indent=1), durable=False
    )


def _explain_missing(folder: Path, name: str, outputs: Mapping[str, Output]) -> str:
    step = folder.parent.name  # also of a result that is being made
    wrote = ", ".join(sorted(outputs)) or "nothing"
    if not name:
        example = f' For example "{step}.{min(outputs)}".' if outputs else ""
        return f"{step}: this names a step, but nothing that it wrote: {wrote}.{example}"
    near = find_nearest(name, outputs)
    meant = f' Did you mean "{step}.{near}"?' if near else ""
    return f"{step}.{name}: {step} wrote {wrote}.{meant}"


def check_new(folder: Path, name: str) -> None:
    """Raise StoreError if the name is taken: SQL and some file systems ignore case."""
    if not isinstance(name, str) or not name.strip():
        raise StoreError(f"A table or value needs a name, not {name!r}.")
    same = [known for known in read_outputs(folder) if known.casefold() == name.casefold()]
    if same == [name]:
        raise StoreError(
            f"{name!r} was already written here. Write each name once, or pick another name."
        )
    if same:
        raise StoreError(f"{name!r} and {same[0]!r} differ only by case. Pick another name.")
