"""Writes the files of a report, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbflow.base.atomic_files import replacing, write_file
from nbflow.delivery.target import Target
from nbflow.errors import ReportError

_EXTRA = "pip install 'jupyter-nbflow[remote]'"


def write_files(target: Target, files: Mapping[str, bytes]) -> None:
    """Write a report to its target; raises ReportError, and leaves what was there before."""
    if target.is_remote:
        _write_remote(target, files)
        return
    path = Path(target.place)
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if target.form == "folder":
            _write_folder(path, files)
            return
        main, *beside = files
        for name in beside:  # pictures first: who finds the text finds them too
            picture = path.parent / name
            picture.parent.mkdir(exist_ok=True)
            write_file(picture, files[name])
        write_file(path, files[main])


def _write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder, which takes the place of the report that was there."""
    with replacing(path) as part:
        for name, content in files.items():
            place = part / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Raise ReportError, which says what to do, where a file cannot be written."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        todo = "Make room there" if full else "Write to a folder where you may"
        raise ReportError(
            f"{path} cannot be written: {why}. Nothing is left of it. {todo}, as with -o FILE."
        ) from error


def _write_remote(target: Target, files: Mapping[str, bytes]) -> None:
    """Write to an address through fsspec, the report itself last."""
    folder = target.place if target.form == "folder" else target.place.rpartition("/")[0]
    main = next(iter(files))
    places = {f"{folder}/{name}": content for name, content in files.items() if name != main}
    places[target.place if target.form != "folder" else f"{folder}/{main}"] = files[main]
    system = _find_system(target.place)
    try:
        with system.transaction:  # what is written shows when all of it is there
            for place, content in places.items():
                _write_one(system, system._strip_protocol(place), content)  # noqa: SLF001 - as fsspec's own do
    except Exception as error:  # each system raises its own
        raise ReportError(
            f"{target.place} cannot be written: {error or type(error).__name__}. Check the "
            "address, and how this machine signs in there; or write to a file, as with -o FILE."
        ) from error


def _write_one(system: Any, place: str, content: bytes) -> None:
    parent = place.rpartition("/")[0]
    if parent:
        system.makedirs(parent, exist_ok=True)
    with system.open(place, "wb") as file:
        file.write(content)


def _find_system(place: str) -> Any:
    """Return fsspec's file system for an address; raises ReportError with what to install."""
    try:
        import fsspec  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ReportError(
            f"{place} is written through fsspec, which is not installed: `{_EXTRA}` adds it."
        ) from error
    protocol = place.partition("://")[0].lower()
    try:
        return fsspec.core.url_to_fs(place)[0]
    except (ImportError, ValueError) as error:
        raise ReportError(_say_unknown(place, protocol, error)) from error
    except Exception as error:
        raise ReportError(f"{place} cannot be reached: {error}.") from error


def _say_unknown(place: str, protocol: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        return f"{place} needs one more package: {error}."
    return f"{place} cannot be written: fsspec says {error}. Is {protocol}:// what you mean?"
