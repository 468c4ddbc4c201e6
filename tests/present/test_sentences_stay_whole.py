"""Facts are data: no code looks into a sentence that nbflow made, or edits it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import nbflow

SENTENCES = {
    "advice", "hint", "message", "note", "problem", "reason", "refusal", "remedy", "said",
    "sentence", "told", "warning", "what", "why", "whys", "wrong",
}  # fmt: skip
METHODS = {
    "endswith", "find", "index", "partition", "removeprefix", "removesuffix", "replace", "rfind",
    "rpartition", "rsplit", "split", "splitlines", "startswith",
}  # fmt: skip
# Of DuckDB: whether its error is about a table that ours is about.
OTHERS = {"notebook_api/query.py: re.search(f'\\\\b{re.escape(name)}\\\\b', message)"}


def find_looks(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield where a sentence is searched, split or edited."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in METHODS:
                if is_sentence(value):
                    yield node
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re" | "_re")), args=args):
                if any(map(is_sentence, args)):
                    yield node
            case ast.Compare(ops=[ast.In() | ast.NotIn()], left=ast.Constant(value=str())):
                if is_sentence(node.comparators[0]):
                    yield node


def is_sentence(node: ast.AST) -> bool:
    """Tell whether an expression is called as sentences are, or is an error's text."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in SENTENCES
        case ast.Subscript(value=value):
            return is_sentence(value)
        case ast.Call(func=ast.Name(id=name)):
            return name.startswith("say_")
        case ast.Call(func=ast.Attribute(attr=name)):
            return name.startswith("say_")
    return False


def test_no_code_looks_into_a_sentence() -> None:
    root = Path(nbflow.__file__).parent
    found = [
        f"{file.relative_to(root)}: {ast.unparse(node)}"
        for file in sorted(root.rglob("*.py"))
        for node in find_looks(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert set(found) == OTHERS


def test_what_looks_into_a_sentence_is_found() -> None:
    source = """
planned.why[0].startswith("stale")
hint.partition(": ")
re.sub("nbflow", "%nbflow", message)
"not as a table" in output.note
say_what(problem).removesuffix(".")
"""
    assert len(list(find_looks(ast.parse(source)))) == 5
