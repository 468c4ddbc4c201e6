"""The project's scripts that a notebook starts: they count as files of the step.

By `%run`, by a line for the shell (`!`, `%%bash`), or by a command of `subprocess` or `os`.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nbflow.analysis.code.cells import make_place
from nbflow.analysis.code.imports import read_module
from nbflow.analysis.code.magic_calls import find_commands, find_magics
from nbflow.model import FileInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbflow.analysis.code.cells import CodeCell
    from nbflow.base.stat_cache import Trail

_VARIABLE = re.compile(r"[${]")
_SUFFIXES = frozenset(
    {".awk", ".bash", ".jl", ".js", ".mjs", ".pl", ".py", ".r", ".rb", ".sed", ".sh", ".sql"}
)
_STARTING = frozenset(
    {"Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput", "popen"}
    | {"create_subprocess_exec", "create_subprocess_shell", "run", "system"}
)
_RUNNERS = re.compile(r"(?:.*/)?(?:python|pypy|bash|sh|zsh|Rscript|julia|node|perl|ruby)[\d.]*")
_SOURCING = frozenset({".", "source"})
_ENDS = frozenset({"&&", "||", ";", "|", "&", "("})


def read_scripts(
    cells: Iterable[CodeCell], notebook: str, folder: Path, trail: Trail
) -> Iterator[FileInput]:
    """Find the scripts that lines name literally and that exist.

    One that does not exist is not watched, since a cell may write it (`%%writefile`).
    """
    for cell in cells:
        for path, line in _find_paths(cell):
            if trail.look(folder / path) is not None:
                pattern = path.replace("{", "{{").replace("}", "}}")
                yield FileInput(pattern, make_place(notebook, cell, line))


def find_modules(cells: Iterable[CodeCell]) -> Iterator[str]:
    """Find the modules that `%run -m`, `%load_ext` and `!python -m` start."""
    for cell in cells:
        for magic in find_magics(cell):
            words = magic.arguments.split()
            if magic.name == "load_ext" or (magic.name == "run" and words[:1] == ["-m"]):
                yield from words[-1:] if magic.name == "load_ext" else words[1:2]
        for words, _ in _find_commands(cell):
            for runner, option, module in zip(words, words[1:], words[2:], strict=False):
                if option == "-m" and _RUNNERS.fullmatch(runner) and module.isidentifier():
                    yield module


def find_imports(scripts: Iterable[FileInput], folder: Path) -> Iterator[str]:
    """Find what Python scripts import, by the names under which the notebook's folder has it."""
    for script in scripts:
        path = script.pattern.format()
        if PurePosixPath(path).suffix == ".py":
            above = ".".join(PurePosixPath(path).parent.parts)
            try:
                imports = read_module(str(folder / path)).imports
            except OSError:
                continue
            for name in imports:
                yield name
                if above.replace(".", "").isidentifier():
                    yield f"{above}.{name}"


def _find_paths(cell: CodeCell) -> Iterator[tuple[str, int]]:
    for magic in find_magics(cell):
        path = _find_run(magic.arguments) if magic.name == "run" and magic.body is None else None
        if path is not None:
            yield path, magic.line
    for words, line in _find_commands(cell):
        yield from ((path, line) for path in _find_scripts(words))


def _find_run(arguments: str) -> str | None:
    """Return the script of `%run -i script.py a b`; None where a variable gives it."""
    words = _split(arguments)
    path = next((word for word in words if not word.startswith("-")), "")
    if not path or "-m" in words or _VARIABLE.search(path):
        return None
    return path if PurePosixPath(path).suffix else f"{path}.py"


def _find_commands(cell: CodeCell) -> Iterator[tuple[list[str], int]]:
    """Yield the words of each command of a cell, with its line."""
    for command, line in find_commands(cell):
        yield list(_split(command)), line
    if cell.tree is None or not any(name in cell.source for name in ("subprocess", "os", "Popen")):
        return
    for node in ast.walk(cell.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[_, *_] as args):
                if name in _STARTING and "get_ipython" not in ast.unparse(node.func):
                    yield list(_read_words(args)), node.lineno


def _read_words(args: Sequence[ast.expr]) -> Iterator[str]:
    """Yield the literal words of a command; a name stands for any, as sys.executable does."""
    for arg in args:
        match arg:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                yield from _read_words(elements)
            case ast.Constant(value=str(text)):
                yield from _split(text) if len(args) == 1 else [text]
            case ast.Attribute(attr="executable"):
                yield "python"


def _find_scripts(words: Sequence[str]) -> Iterator[str]:
    """Find the words that may be scripts: by their suffix, by what stands before, or by `./`.

    `cd folder &&` before a command says where its words are.
    """
    here, before = "", ";"
    for word in words:
        if before == "cd":
            here = os.path.join(here, word)  # noqa: PTH118
        plain = not word.startswith("-") and not _VARIABLE.search(word)
        suffix = PurePosixPath(word).suffix.lower() in _SUFFIXES
        started = before in _SOURCING or _RUNNERS.fullmatch(before) is not None
        if plain and (suffix or started or (before in _ENDS and "/" in word)):
            yield os.path.join(here, word)  # noqa: PTH118
        before = word


def _split(text: str) -> Sequence[str]:
    """Split a line for a shell into words; its operators are words of their own."""
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        return list(lexer)
    except ValueError:
        return text.split()
