"""The project's own modules that a notebook imports, found statically and recursively."""

from __future__ import annotations

import ast
import functools
import io
import os
import time
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.analysis.code.python_tokens import read_tokens
from nbflow.base.hashing import hash_bytes, hash_file
from nbflow.base.stat_cache import FileCache, Stamp, is_settled, read_stamp
from nbflow.model import Frozen

if TYPE_CHECKING:
    from nbflow.analysis.code.cells import CodeCell

_OWN = "nbflow"  # a change in nbflow itself is no reason to run every step again


class Closure(Frozen, frozen=True):
    """The modules that some imports load, by path, and all names that these import."""

    modules: dict[str, str] = {}
    imports: tuple[str, ...] = ()


class ModuleFile(Frozen, frozen=True):
    """What a module's file holds."""

    hash: str
    imports: tuple[str, ...]  # as written; relative ones with their dots: `..delays.rates`


class Search:
    """Finds modules and what they import; each module is looked up once.

    `files` remembers what was found in modules before.
    """

    def __init__(self, files: FileCache[ModuleFile] | None = None) -> None:
        self._files = files
        self._read: dict[str, ModuleFile] = {}
        self._kinds: dict[tuple[str, str], str] = {}
        self._places: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        self.closures: dict[Any, Closure] = {}  # by what was asked

    def read_file(self, file: str) -> ModuleFile:
        if file not in self._read:
            self._read[file] = self._read_file(file)
        return self._read[file]

    def find_kind(self, folder: str, name: str) -> str:
        """Return what a folder has of this name: "package", "module", "space" or nothing."""
        if (folder, name) not in self._kinds:
            self._kinds[folder, name] = _find_kind(folder, name)
        return self._kinds[folder, name]

    def find_places(self, top: str, folders: tuple[str, ...]) -> list[str]:
        """Return the folders that provide a top-level name: one, or several for a namespace.

        None if the first that has it is the standard library or site-packages.
        """
        if (top, folders) not in self._places:
            self._places[top, folders] = self._find_places(top, folders)
        return self._places[top, folders]

    def _read_file(self, file: str) -> ModuleFile:
        try:
            if self._files is not None:
                return self._files.get(file, lambda _: read_module(file))
            return _read_settled(file)
        except OSError:
            return ModuleFile(hash="", imports=())

    def _find_places(self, top: str, folders: tuple[str, ...]) -> list[str]:
        spaces = []
        for folder in folders:
            kind = self.find_kind(folder, top)
            if kind == "space":
                spaces.append(folder)
            elif kind:
                return [] if _is_installed(folder) else [folder]
        return [one for one in spaces if not _is_installed(one)]


def read_modules(
    imports: Iterable[str], folder: Path, path: Sequence[str], root: Path
) -> dict[str, str]:
    """Return the hash of each module outside the standard library and site-packages.

    `imports` are the dotted names in the notebook's cells, `folder` is the notebook's, `path` the
    kernel's `sys.path`. Keys are paths relative to `root`, absolute for modules elsewhere.
    """
    return read_closure(imports, folder, path, root).modules


def find_imports(cells: Iterable[CodeCell]) -> Iterator[str]:
    """Yield the dotted names of all that the cells import, wherever they do."""
    for cell in cells:
        if cell.tree is not None and "import" in cell.source:
            yield from (one for one in _find_imports(cell.tree) if not one.startswith("."))


def hash_module(path: Path | str) -> str:
    """Return the hash of what counts in a module's file; raises OSError."""
    file = str(path)
    return _read_settled(file).hash if file.endswith(".py") else hash_file(file)


def read_closure(
    imports: Iterable[str],
    folder: Path,
    path: Sequence[str],
    root: Path,
    search: Search | None = None,
) -> Closure:
    """Return these modules, and all names imported by the notebook or by one of them."""
    search = search or Search()
    here = str(folder)
    folders = (here, *(at for at in path if at and at != here))
    asked = (tuple(imports), folders, root)
    if asked not in search.closures:
        search.closures[asked] = _read_closure(*asked, search)
    return search.closures[asked]


def _read_closure(
    imports: tuple[str, ...], folders: tuple[str, ...], root: Path, search: Search
) -> Closure:
    modules: dict[str, str] = {}
    names = [*dict.fromkeys(imports)]
    seen = set(names)
    for name in names:  # grows as files are read
        for package, file in _find_files(name, folders, search):
            key = _make_key(file, root)
            if key in modules:
                continue
            found = search.read_file(file)
            modules[key] = found.hash
            inner = [_make_absolute(one, package) for one in found.imports]
            names += [one for one in dict.fromkeys(inner) if one not in seen]
            seen.update(inner)
    return Closure(dict(sorted(modules.items())), tuple(sorted(seen)))


def _find_files(name: str, folders: tuple[str, ...], search: Search) -> Iterator[tuple[str, str]]:
    """Yield (package, file) for each module that importing `name` executes.

    The last part may be a name within a module (`from delays import rate` is `delays.rate`).
    """
    top, *rest = name.split(".")
    places = [] if top == _OWN else search.find_places(top, folders)
    package = ""
    for part in (top, *rest):
        file, places, is_package = _step_into(part, places, search)
        package_here = f"{package}.{part}".lstrip(".")
        if file:
            yield (package_here if is_package else package), file
        if not places:
            return
        package = package_here


def _find_kind(folder: str, name: str) -> str:
    at = os.path.join(folder, name)  # noqa: PTH118 - called often, Path is slow
    if os.path.isfile(os.path.join(at, "__init__.py")):  # noqa: PTH113, PTH118
        return "package"
    if os.path.isfile(at + ".py"):  # noqa: PTH113
        return "module"
    return "space" if os.path.isdir(at) else ""  # noqa: PTH112


def _step_into(name: str, places: list[str], search: Search) -> tuple[str, list[str], bool]:
    """Return the file of `name` in the first of these folders, and where its submodules lie."""
    spaces = []
    for folder in places:
        at = os.path.join(folder, name)  # noqa: PTH118
        kind = search.find_kind(folder, name)
        if kind == "package":
            return os.path.join(at, "__init__.py"), [at], True  # noqa: PTH118
        if kind == "module":
            return at + ".py", [], False
        spaces += [at] if kind == "space" else []
    return "", spaces, True


@functools.lru_cache(maxsize=1024)
def _is_installed(folder: str) -> bool:
    """Tell whether a folder of `sys.path` holds the standard library or distributions."""
    parts = set(Path(folder).parts)
    if parts & {"site-packages", "dist-packages", "lib-dynload"} or folder.endswith(".zip"):
        return True
    try:
        entries = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return False
    return {"os.py", "abc.py"} <= set(entries) or any(one.endswith(".dist-info") for one in entries)


def _make_key(file: str, root: Path) -> str:
    path = Path(file)
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


def _read_settled(file: str) -> ModuleFile:
    now, stamp = time.time_ns(), read_stamp(file)
    settled = stamp is not None and is_settled(stamp, now)
    return _read_once(file, stamp) if settled else read_module(file)


@functools.lru_cache(maxsize=4096)
def _read_once(file: str, _stamp: Stamp | None) -> ModuleFile:
    return read_module(file)


def read_module(file: str) -> ModuleFile:
    """Read a module: its tokens count, as a cell's do; one with a syntax error counts as text."""
    data = Path(file).read_bytes()
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError):
        return ModuleFile(hash=hash_bytes(data), imports=())
    imports = tuple(dict.fromkeys(_find_imports(tree)))
    return ModuleFile(hash=_hash_tokens(data) or hash_bytes(data), imports=imports)


def _hash_tokens(data: bytes) -> str | None:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    text = io.TextIOWrapper(io.BytesIO(data), encoding).read()  # with line ends as Python has them
    tokens = read_tokens(text)
    return None if tokens is None else hash_bytes("\0".join(["tokens", *tokens]))


def _find_imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                stem = "." * level + (module or "")
                if module:
                    yield stem
                joint = "." if module else ""
                yield from (f"{stem}{joint}{one.name}" for one in names if one.name != "*")
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def _make_absolute(name: str, package: str) -> str:
    """Return `delays.rates` for `.rates` in the package `delays`."""
    level = len(name) - len(name.lstrip("."))
    if not level:
        return name
    parts = package.split(".") if package else []
    stem = parts[: len(parts) - (level - 1)]
    return ".".join([*stem, name[level:]]).rstrip(".")
