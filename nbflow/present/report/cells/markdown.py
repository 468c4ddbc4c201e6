"""Markdown of cells and outputs as HTML: GitHub's tables, formulas, no foreign markup that acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from nbflow.present.html.markup import tag
from nbflow.present.report.cells.html_cleaning import clean_text
from nbflow.present.report.cells.maths import draw_maths
from nbflow.present.report.cells.source import draw_source

_BEGIN, _END = "\ue000", "\ue001"  # around the number of what is put in when the rest is clean


def draw_markdown(
    text: str, attachments: Mapping[str, Any] | None = None, *, level: int = 2
) -> Markup:
    """Return a text in markdown as HTML; its largest heading becomes `h<level>`.

    `attachments` are those of a cell: bundles of MIME types by name.
    """
    ready: list[Markup] = []
    plain = text.replace(_BEGIN, "").replace(_END, "")
    html = _make_parser().render(plain, {"ready": ready})
    clean = clean_text(html, _make_pictures(attachments or {}), level)
    return tag("div", _put_in(clean, ready), class_="nb-prose")


@cache
def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True})
    parser.enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_space=False, allow_labels=False, double_inline=True)
    parser.use(amsmath_plugin)
    parser.add_render_rule("fence", _make_rule(_draw_fence))
    parser.add_render_rule("math_inline", _make_rule(lambda token: draw_maths(token.content)))
    for name in ("math_inline_double", "math_block", "amsmath"):
        parser.add_render_rule(name, _make_rule(lambda one: draw_maths(one.content, block=True)))
    return parser


def _make_rule(draw: Callable[[Token], Markup]) -> Callable[..., str]:
    """Return a rule that leaves a mark in the text, and what is drawn in the environment."""

    def render(_: Any, tokens: Any, index: int, __: Any, env: Any) -> str:
        env["ready"].append(draw(tokens[index]))
        return f"{_BEGIN}{len(env['ready']) - 1}{_END}"

    return render


def _draw_fence(token: Token) -> Markup:
    language = (token.info.split() or [""])[0].strip("{}")
    return draw_source(token.content.rstrip("\n"), language)


def _make_pictures(attachments: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"attachment:{name}": f"data:{kind};base64,{''.join(content)}"
        for name, bundle in attachments.items()
        for kind, content in bundle.items()
    }


def _put_in(clean: Markup, ready: list[Markup]) -> Markup:
    first, *parts = str(clean).split(_BEGIN)
    made = [Markup(first)]  # noqa: S704 - cleaned
    for part in parts:
        number, _, rest = part.partition(_END)
        made += [ready[int(number)], Markup(rest)]  # noqa: S704 - cleaned
    return Markup("").join(made)
