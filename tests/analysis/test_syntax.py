from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from nbflow.analysis.code.ipython_syntax import neutralise, parse

CASES = {
    "plain": ("x = 1\ny = 2", "x = 1\ny = 2"),
    "magic": (
        "%matplotlib inline\nx = 1",
        "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1",
    ),
    "command": ("!ls -l\nx = 1", "get_ipython().system('ls -l')\nx = 1"),
    "assigned command": ("x = !ls\ny = 2", "x = get_ipython().getoutput('ls')\ny = 2"),
    "assigned magic": ("x = %pwd\n", "x = get_ipython().run_line_magic('pwd', '')\n"),
    "help": ("df.head?\nx = 1", "get_ipython().run_line_magic('pinfo', 'df.head?')\nx = 1"),
    "help before": ("?df", "get_ipython().run_line_magic('?', 'df')"),
    "apostrophe": ("!echo don't\nx = 1", 'get_ipython().system("echo don\'t")\nx = 1'),
    "continued": ("!ls \\\n  -l\nx = 1", "get_ipython().system('ls    -l')\n\nx = 1"),
    "in a block": ("if a:\n    !ls\nb", "if a:\n    get_ipython().system('ls')\nb"),
    "in a string": ("s = '''\n%a\n!b\n'''", "s = '''\n%a\n!b\n'''"),
    "in brackets": ("f(a\n  % b,\n  c != d)", "f(a\n  % b,\n  c != d)"),
    "after a backslash": ("x = a \\\n  % b", "x = a \\\n  % b"),
    "modulo": ("x = a\ny = x %b", "x = a\ny = x %b"),
    "in a comment": ("# x = !ls\n# why?\nx", "# x = !ls\n# why?\nx"),
    "time": (
        "%time x = f()",
        "get_ipython().run_line_magic('time', 'x = f()'); x = f()",
    ),
    "time of an await": (
        "%time x = await f()",
        "get_ipython().run_line_magic('time', 'x = await f()'); x = await f()",
    ),
    "time of no statement": (
        "%time for a in b: c",
        "get_ipython().run_line_magic('time', 'for a in b: c')",
    ),
    "cell of Python": (
        "%%time\nx = 1\n!ls",
        "get_ipython().run_cell_magic('time', '')\nx = 1\nget_ipython().system('ls')",
    ),
    "cells in each other": (
        "%%capture out\n%%time\nx = 1",
        (
            "get_ipython().run_cell_magic('capture', 'out')\n"
            "get_ipython().run_cell_magic('time', '')\nx = 1"
        ),
    ),
    "cell of another language": (
        "\n%%bash -e\nls\necho 'x",
        "\nget_ipython().run_cell_magic('bash', '-e', \"ls\\necho 'x\")\n\n",
    ),
    "indented": ("\n  x = 1\n  !ls", "\nx = 1\nget_ipython().system('ls')"),
    "prompts": (">>> x = 1\n>>> y = 2", "x = 1\ny = 2"),
    "IPython prompts": ("In [1]: for a in b:\n   ...:     c", "for a in b:\n    c"),
    "Windows lines": ("x = 1\r\n!ls\r\n", "x = 1\nget_ipython().system('ls')\n"),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_ipython_syntax_becomes_python(source: str, expected: str) -> None:
    assert neutralise(source) == expected


FRAGMENTS = [
    "x = 1",
    "%matplotlib inline",
    "%timeit -n 2 f(x)",
    "%time",
    "!ls -l 'a b'",
    "!echo don't",
    "!!ls",
    "files = !ls *.py",
    "a.b[0] = !ls",
    "x: int = %pwd",
    "a == b",
    "a != b",
    "a %b",
    "f(a=1, b='%x')",
    "f(\n    a,\n    b,\n)",
    "x = [\n    1,  # why?\n    a\n    % 2,\n]",
    "'''\n%notmagic\n!not\nwhat?\n'''",
    's = f"""\n{x}\n!a\n"""',
    "x = a \\\n    % b",
    "df?",
    "df.head??",
    "?df",
    "%time?",
    "# comment?",
    "# %magic",
    "x = 1  # why?",
    "s = 'why?'",
    "if a:\n    !ls\n    x = !ls\nelse:\n    %cd b",
    "def f(a=1):\n    %cd b\n    return a",
    "@decorated\ndef g():\n    '''doc?'''\n    return {'a': 1}",
    "for i in range(3):\n    f(i) ; g(i)",
    "async def h():\n    await x",
    "x = lambda a=1: a",
    "s = r'\\n' + \"'\"",
    "",
    "/f a b",
    ",f a b",
    ";f a b",
]


@settings(max_examples=300, derandomize=True)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8))
def test_statements_keep_the_lines_that_ipython_gives_them(fragments: list[str]) -> None:
    source = "\n".join(["first = 0", *fragments])
    assert find_lines(parse(neutralise(source))) == find_lines(parse(transform(source)))


@settings(max_examples=500, derandomize=True)
@given(st.text("%!'\"()[]\n =a1#:", max_size=30))
def test_what_ipython_can_parse_we_can_parse(source: str) -> None:
    try:
        parse(transform(source))
    except (SyntaxError, ValueError, RuntimeError, IndexError):
        return
    parse(neutralise(source))


@given(
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text("%!?'\"()\\\n =a#.:>")), max_size=5).map(
        "\n".join
    )
)
def test_lines_are_kept(source: str) -> None:
    assert neutralise(source).count("\n") == source.count("\n")


def transform(source: str) -> str:
    return str(TransformerManager().transform_cell(source))


def find_lines(tree: ast.Module) -> set[int]:
    return {node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)}
