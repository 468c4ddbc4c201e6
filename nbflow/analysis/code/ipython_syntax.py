"""IPython syntax to plain Python on the same lines, without importing IPython."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from typing import NamedTuple

# Cell magics that run their body in the notebook's own namespace, as Python.
PYTHON_MAGICS = frozenset(
    {"capture", "debug", "lprun", "memit", "mprun", "prun", "pyinstrument", "time", "timeit"}
)
_STATEMENT_MAGICS = frozenset({"prun", "time"})  # `%time x = f()` sets x

# Where none of this occurs, a cell is plain Python already.
_SPECIAL = re.compile(
    r"""
    \A\s*\n[ \t]+\S | \A[ \t]+\S            # an indented first line
    | ^[ \t]*(?:[%!?,;/]|>>>|In[ ]\[)       # an escape or a prompt at the start of a line
    | =(?:[ \t]|\\\n)*[!%]                  # x = !ls
    | \?[ \t]*$                             # help?
    """,
    re.VERBOSE | re.MULTILINE,
)
_TOKEN = re.compile(
    r"""
    \#[^\n]*
    | \"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z) | '''(?:[^\\]|\\.)*?(?:'''|\Z)
    | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
    | \\\n | \n | [()\[\]{}] | [=!<>+\-*/%&|^@:~]+= | =+ | \?
    """,
    re.VERBOSE | re.DOTALL,
)
_ASSIGNED = re.compile(r"(?:[ \t]|\\\n)*(?=!|%[ \t]*\w)")
_LINE_END, _LAST = re.compile(r"[ \t]*(?:\n|\Z)"), re.compile(r"\s*\Z")
_ESCAPE = re.compile(r"[ \t]*(?=[%!?,;/])")
_HELP = re.compile(r"(%{0,2}(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?[0-9]+\])*)(\?\??)$")
_CELL_MAGIC = re.compile(r"%%(?!\w+\?)(\S*)[ ]?(.*)")
_CLASSIC = re.compile(r"^[ \t]*(?:>>>|\.\.\.)[ \t]?", re.MULTILINE)
_PROMPT = re.compile(r"^(?:(?:(?:\[nav\]|\[ins\])? )?In \[\d+\]: |[ \t]*\.{3,}: ?)", re.MULTILINE)


class _Line(NamedTuple):
    """A logical line: where it ends, and what in it is not Python."""

    end: int
    escape: int | None = None  # where a magic or command begins
    help: bool = False


def neutralise(source: str) -> str:
    """Return plain Python with the same line numbers; magics become calls that hold their text."""
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    if not _SPECIAL.search(text):
        return text
    return _neutralise(_strip(text))


def parse(plain: str) -> ast.Module:
    """Parse Python, without warnings: an invalid escape is shown by the kernel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(plain)


def _neutralise(text: str) -> str:
    blank, body = _split_blank(text)
    if (magic := _CELL_MAGIC.match(body)) is not None:
        _, line_end, rest = body.partition("\n")
        return blank + _make_cell_magic(magic[1], magic[2].rstrip(), line_end, rest)
    return _make_plain(text)


def _make_cell_magic(name: str, arguments: str, line_end: str, body: str) -> str:
    if name in PYTHON_MAGICS:
        call = f"get_ipython().run_cell_magic({name!r}, {arguments!r})"
        return call + line_end + _neutralise(body)
    call = f"get_ipython().run_cell_magic({name!r}, {arguments!r}, {body!r})"
    return call + line_end + "\n" * body.count("\n")


def _make_plain(text: str) -> str:
    parts = []
    at = 0
    while at < len(text):
        line = _read_line(text, at)
        parts.append(_make_line(text[at : line.end], line, at))
        at = line.end
    return "".join(parts)


def _make_line(piece: str, line: _Line, start: int) -> str:
    if line.escape is not None:
        before, command = piece[: line.escape - start], piece[line.escape - start :]
        call = _make_call(command, assigned=bool(before.strip()))
        return before + call + "\n" * command.count("\n")
    if line.help and (found := _HELP.search(piece.strip())) is not None:
        indent = piece[: len(piece) - len(piece.lstrip())]
        call = f"get_ipython().run_line_magic('pinfo', {found[0]!r})"
        return indent + call + "\n" * piece.count("\n")
    return piece


def _make_call(command: str, *, assigned: bool) -> str:
    text = re.sub(r"\\\n", " ", command).strip()
    if text.startswith("!!"):
        return f"get_ipython().getoutput({text[2:]!r})"
    if text.startswith("!"):
        return f"get_ipython().{'getoutput' if assigned else 'system'}({text[1:]!r})"
    if text.startswith("%"):
        return _make_magic(text[1:], assigned=assigned)
    return f"get_ipython().run_line_magic({text[0]!r}, {text[1:]!r})"


def _make_magic(text: str, *, assigned: bool) -> str:
    name, _, arguments = text.partition(" ")
    call = f"get_ipython().run_line_magic({name!r}, {arguments.strip()!r})"
    if assigned or name not in _STATEMENT_MAGICS or not _is_statement(arguments):
        return call
    return f"{call}; {arguments.strip()}"


def _is_statement(text: str) -> bool:
    try:
        parse(f"0; {text.strip()}")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _read_line(text: str, start: int) -> _Line:
    """Find where the logical line that starts here ends: brackets and strings may span lines."""
    if (escape := _ESCAPE.match(text, start)) is not None:
        return _Line(_command_end(text, escape.end()), escape=escape.end())
    depth, assigned, at = 0, False, start
    while (token := _TOKEN.search(text, at)) is not None:
        kind, at = token[0], token.end()
        if kind == "\n" and depth == 0:
            return _Line(at)
        if kind == "=" and depth == 0 and not assigned:
            assigned = True
            if (command := _ASSIGNED.match(text, at)) is not None:
                return _Line(_command_end(text, command.end()), escape=command.end())
        if kind == "?" and (_LAST if depth else _LINE_END).match(text, at):
            return _Line(_command_end(text, at), help=True)
        depth = max(0, depth + (kind in "([{") - (kind in ")]}"))
    return _Line(len(text))


def _command_end(text: str, start: int) -> int:
    """Find the end of the physical line, and of those that a backslash joins to it."""
    end = text.find("\n", start)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("\n", end + 1)
    return len(text) if end < 0 else end + 1


def _strip(text: str) -> str:
    """Drop a common indent and pasted prompts, as IPython does, and keep the lines."""
    blank, body = _split_blank(textwrap.dedent(text))
    if body.startswith(">>>"):
        return blank + textwrap.dedent(_CLASSIC.sub("", body))
    lines = body.split("\n", 2)
    if any(_PROMPT.match(line) for line in lines[:2]):
        return blank + _PROMPT.sub("", body)
    return blank + body


def _split_blank(text: str) -> tuple[str, str]:
    """Split off the blank lines at the top."""
    size = re.compile(r"(?:[ \t]*\n)*").match(text)
    at = size.end() if size is not None else 0
    return text[:at], text[at:]
