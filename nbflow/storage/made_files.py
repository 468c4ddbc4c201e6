"""Files of the project that a step made: copied into its result, and put back from there."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from nbflow.base.atomic_files import replacing
from nbflow.base.hashing import hash_file
from nbflow.errors import StoreError
from nbflow.model import Made
from nbflow.storage.results.outputs import add_made, read_written

_FOLDER = "made"  # for what the option `makes` lists


def copy(source: Path, target: Path) -> None:
    """Copy a file or folder into the folder `target`, which is made; copies are write-protected."""
    target.mkdir(parents=True)
    if source.is_dir():
        shutil.copytree(source, target / source.name, copy_function=_copy_protected)
    else:
        _copy_protected(source, target / source.name)


def find_copies(folder: Path, kept: str, source: Path) -> dict[str, Made]:
    """Return what `copy` made of a source in `folder`/`kept`, by real path of the originals."""
    real = os.path.realpath(source)
    top = folder / kept / source.name
    return {
        os.path.normpath(f"{real}{os.sep}{path.relative_to(top)}"): Made(
            hash_file(path), path.relative_to(folder).as_posix()
        )
        for path in sorted(_walk(top))
    }


def keep(folder: Path, source: Path) -> None:
    """Copy a file or folder into the result made in `folder`, unless the result has it already."""
    known = read_written(folder).made
    number = sum(1 for _ in (folder / _FOLDER).glob("*"))
    kept = f"{_FOLDER}/{number}"
    copy(source, folder / kept)
    found = find_copies(folder, kept, source)
    if all(path in known and known[path].hash == one.hash for path, one in found.items()):
        shutil.rmtree(folder / kept)
        return
    add_made(folder, found)


def put_back(result: Path, made: Made, target: Path) -> None:
    """Write a file as a result holds it; raises OSError and StoreError."""
    source = result / made.kept
    if hash_file(source) != made.hash:
        raise StoreError(
            f"{source} is damaged, so {target} cannot be put back. Run {result.parent.name} "
            f"again: nbflow run --force-step {result.parent.name}"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as part:
        _copy_content(source, part)
        with contextlib.suppress(OSError):  # a file system without modes
            part.chmod(source.stat().st_mode | 0o200)


def _walk(top: Path) -> Iterator[Path]:
    if top.is_dir():
        yield from (path for path in top.rglob("*") if path.is_file())
    else:
        yield top


def _copy_protected(source: str | Path, target: str | Path) -> None:
    _copy_content(source, target)
    shutil.copystat(source, target)
    if os.name == "posix":
        Path(target).chmod(Path(source).stat().st_mode & 0o555)


def _copy_content(source: str | Path, target: str | Path) -> None:
    """Copy a file; file systems that can share its blocks do."""
    try:
        with Path(source).open("rb") as old, Path(target).open("wb") as new:
            while os.copy_file_range(old.fileno(), new.fileno(), 1 << 30):
                pass
    except (AttributeError, OSError):  # not Linux, or between file systems
        shutil.copyfile(source, target)
