"""Values that are not tables: each is kept in `files/`, in the plainest exact form."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

from nbflow.base.atomic_files import remove, replacing
from nbflow.base.hashing import hash_bytes, hash_file
from nbflow.errors import StoreError, TrustError
from nbflow.model import Kind, Output
from nbflow.storage import made_files as made
from nbflow.storage.quoting import make_path
from nbflow.storage.results.file_marks import SUFFIX
from nbflow.storage.results.outputs import add_made
from nbflow.storage.trust import unpickle


def write_value(folder: Path, name: str, value: Any) -> Output:
    """Keep a value in the plainest form that gives it back exactly."""
    if isinstance(value, PurePath):
        return _write_path(folder, name, Path(value))
    if (text := _make_json(value)) is not None:
        return _keep(folder, name, "json", _name_type(value), lambda path: path.write_bytes(text))
    if _is_numpy(value):
        return _write_numpy(folder, name, value)
    if _find_figure(value):
        return _write_figure(folder, name, value)
    return write_pickle(folder, name, value)


def write_pickle(folder: Path, name: str, value: Any, why: str = "") -> Output:
    """Keep any value by cloudpickle; raises StoreError for what cannot be pickled."""
    return _write_pickled(folder, name, value, "pickle", why or _name_type(value))


def read_value(folder: Path, output: Output) -> Any:
    """Return a value as it was written."""
    path = make_path(folder, output.name, SUFFIX[output.kind])
    try:
        return _READERS[output.kind](path)
    except FileNotFoundError as error:
        raise StoreError(
            f"{output.name!r} is gone: {path} is not there. Run its step again with --force-step."
        ) from error
    except TrustError:
        raise
    except Exception as error:
        raise StoreError(
            f"{output.name!r} ({output.note}) cannot be read here: {type(error).__name__}: {error}"
            "\nImport or install what it was made with, or run its step again."
        ) from error


def is_json(value: Any) -> bool:
    """Tell whether JSON gives a value back exactly, with the types of all its parts."""
    if value is None or type(value) in {bool, int}:
        return True
    if type(value) is float:
        return math.isfinite(value)
    if type(value) is str:
        return value.isascii() or value == value.encode("utf-8", "ignore").decode()
    if type(value) is list:
        return all(map(is_json, value))
    return type(value) is dict and all(
        type(k) is str and is_json(k) and is_json(v) for k, v in value.items()
    )


def _make_json(value: Any) -> bytes | None:
    """Return a value as JSON, None where JSON would change it or Python cannot write it."""
    try:
        if is_json(value):
            return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode()
    except (RecursionError, ValueError):  # too deep, or an integer of thousands of digits
        pass
    return None


def _is_numpy(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray and value.dtype.kind in "biufcSUmM"


def _write_numpy(folder: Path, name: str, value: Any) -> Output:
    import numpy as np  # noqa: PLC0415 - for arrays only

    def save(path: Path) -> None:
        with path.open("wb") as file:
            np.save(file, value, allow_pickle=False)

    shape = " x ".join(map(str, value.shape))
    return _keep(folder, name, "numpy", f"numpy.ndarray {value.dtype} {shape}".strip(), save)


def _find_figure(value: Any) -> str:
    """Return the library whose figure this is, or nothing."""
    for library, module, kind in _FIGURES:
        if isinstance(value, getattr(sys.modules.get(module), kind, ())):
            return library
    return ""


_FIGURES = (
    ("matplotlib", "matplotlib.figure", "Figure"),
    ("plotly", "plotly.basedatatypes", "BaseFigure"),
)


def _write_figure(folder: Path, name: str, value: Any) -> Output:
    """Keep a figure, and a picture of it beside."""
    output = _write_pickled(folder, name, value, "figure", _name_type(value))
    if _find_figure(value) == "plotly":
        _write_html(folder, name, value)
    else:
        path = make_path(folder, name, ".png")
        _write_whole(path, lambda part: value.savefig(part, format="png", dpi=144))
    return output


def _write_html(folder: Path, name: str, figure: Any) -> None:
    """Write a page that works offline. All figures of a result share plotly's script."""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 - loaded already

    page = figure.to_html(include_plotlyjs="directory", full_html=True)
    _write_whole(make_path(folder, name, ".html"), lambda part: part.write_text(page, "utf-8"))
    drawing = make_path(folder, name, ".plotly.json")  # for front ends that draw it themselves
    _write_whole(drawing, lambda part: part.write_text(figure.to_json(), "utf-8"))
    script = folder / "files" / "plotly.min.js"
    if not script.exists():
        _write_whole(script, lambda part: part.write_text(get_plotlyjs(), "utf-8"))


def _write_pickled(folder: Path, name: str, value: Any, kind: Kind, note: str) -> Output:
    import cloudpickle  # noqa: PLC0415 - for pickles only

    try:
        data = cloudpickle.dumps(value, protocol=5)
    except Exception as error:
        raise StoreError(
            f"{name!r} cannot be kept: it is {_name_type(value)} ({note}), and pickling it fails:"
            f" {error}\nWrite what it was made from, or save it to a file and write that file's"
            " pathlib.Path."
        ) from error
    return _keep(folder, name, kind, note, lambda path: path.write_bytes(data))


def _write_path(folder: Path, name: str, value: Path) -> Output:
    """Copy a file or folder. A link would change when its author writes again."""
    source = value.expanduser().absolute()
    if not source.exists():
        raise StoreError(
            f"{name!r}: {value} does not exist, so it cannot be taken in. Write the file first, or"
            " write str(path) to keep the name only."
        )
    target = make_path(folder, name, "")
    _write_whole(target, lambda path: made.copy(source, path))
    add_made(folder, made.find_copies(folder, target.relative_to(folder).as_posix(), source))
    files = sorted(path for path in target.rglob("*") if path.is_file())
    content = [(path.relative_to(target).as_posix(), hash_file(path)) for path in files]
    size = sum(path.stat().st_size for path in files)
    note = f"{'folder' if source.is_dir() else 'file'} {source.name}"
    return Output(name, "file", hash_bytes(json.dumps(content)), bytes=size, note=note)


def _keep(folder: Path, name: str, kind: Kind, note: str, save: Callable[[Path], Any]) -> Output:
    path = make_path(folder, name, SUFFIX[kind])
    _write_whole(path, save)
    return Output(name, kind, hash_file(path), bytes=path.stat().st_size, note=note)


def _write_whole(path: Path, save: Callable[[Path], Any]) -> None:
    """Save a file or folder; what has its final name is complete."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove(path)  # left by a failed attempt
        with replacing(path) as part:
            save(part)
    except OSError as error:
        raise StoreError(
            f"{path} could not be written: {error.strerror or error}. Make room or mend the"
            " permissions, then write it again; what was written before is intact."
        ) from error


def _read_numpy(path: Path) -> Any:
    import numpy as np  # noqa: PLC0415 - for arrays only

    return np.load(path, allow_pickle=False)


def _read_pickle(path: Path) -> Any:
    with path.open("rb") as file:
        return unpickle(file, path)


def _read_path(path: Path) -> Path:
    found = next(path.iterdir(), None)
    if found is None:
        raise FileNotFoundError(path)
    return found


_READERS: dict[str, Callable[[Path], Any]] = {
    "json": lambda path: json.loads(path.read_bytes()),
    "numpy": _read_numpy,
    "figure": _read_pickle,
    "pickle": _read_pickle,
    "file": _read_path,
}


def _name_type(value: Any) -> str:
    kind = type(value)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
