"""Markdown of cells and outputs as HTML: GitHub's tables, formulas, no foreign markup that acts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from nbflow.present.html.markup import tag
from nbflow.present.report.cells.html_cleaning import clean_text
from nbflow.present.report.cells.maths import draw_maths
from nbflow.present.report.cells.source import color

_BEGIN, _END = "\ue000", "\ue001"  # around the number of a formula, while the rest is cleaned


def draw_markdown(
    text: str, attachments: Mapping[str, Any] | None = None, *, level: int = 2
) -> Markup:
    """Return a text in markdown as HTML; its largest heading becomes `h<level>`.

    `attachments` are those of a cell: bundles of MIME types by name.
    """
    formulas: list[Markup] = []
    plain = text.replace(_BEGIN, "").replace(_END, "")
    html = _make_parser().render(plain, {"formulas": formulas})
    clean = clean_text(html, _make_pictures(attachments or {}), level)
    return tag("div", _put_in(clean, formulas), class_="nb-prose")


@cache
def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "highlight": _highlight})
    parser.enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_space=False, allow_labels=False, double_inline=True)
    parser.use(amsmath_plugin).use(tasklists_plugin)
    for name, block in (
        ("math_inline", False),
        ("math_inline_double", True),
        ("math_block", True),
        ("amsmath", True),
    ):
        parser.add_render_rule(name, _make_rule(block=block))
    return parser


def _make_rule(*, block: bool) -> Any:
    """Return a rule that leaves a mark in the text, and the formula in the environment."""

    def render(_: Any, tokens: Any, index: int, __: Any, env: Any) -> str:
        env["formulas"].append(draw_maths(tokens[index].content, block=block))
        return f"{_BEGIN}{len(env['formulas']) - 1}{_END}"

    return render


def _highlight(code: str, language: str, _: str) -> str:
    return str(color(code, language))


def _make_pictures(attachments: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"attachment:{name}": f"data:{kind};base64,{''.join(content)}"
        for name, bundle in attachments.items()
        for kind, content in bundle.items()
    }


def _put_in(clean: Markup, formulas: list[Markup]) -> Markup:
    first, *parts = str(clean).split(_BEGIN)
    made = [Markup(first)]  # noqa: S704 - cleaned
    for part in parts:
        number, _, rest = part.partition(_END)
        made += [formulas[int(number)], Markup(rest)]  # noqa: S704 - cleaned
    return Markup("").join(made)
