"""TeX as MathML, which browsers draw without a script."""

from __future__ import annotations

import nh3
from markupsafe import Markup

from nbflow.present.html.markup import tag

_LONGEST = 10_000  # characters; the converter's time grows faster than the formula
_ATTRIBUTES = {
    "accent", "accentunder", "columnalign", "columnlines", "columnspacing", "depth", "display",
    "displaystyle", "fence", "form", "frame", "height", "largeop", "linethickness", "lspace",
    "mathcolor", "mathsize", "mathvariant", "maxsize", "minsize", "movablelimits", "notation",
    "rowlines", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric",
    "voffset", "width",
}  # fmt: skip
_TAGS = {
    "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow",
    "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover",
}  # fmt: skip


def draw_maths(tex: str, *, block: bool = False) -> Markup:
    """Return a formula as MathML; as code where it is not understood."""
    drawn = _convert(tex.strip(), block=block)
    if drawn is None:
        return tag("code", tex, class_="nb-tex")
    if not block:
        return drawn
    return tag("div", drawn, class_="nb-formula", tabindex="0", role="group", aria_label="Formula")


def draw_latex(text: str) -> Markup:
    r"""Return an output of LaTeX, as `$x$`, `$$x$$`, `\[x\]` or `\begin{…}`."""
    tex = text.strip()
    for begin, end in (("$$", "$$"), (r"\[", r"\]"), ("$", "$"), (r"\(", r"\)")):
        if tex.startswith(begin) and tex.endswith(end) and len(tex) >= len(begin + end):
            tex = tex.removeprefix(begin).removesuffix(end)
            break
    return draw_maths(tex.removeprefix(r"\displaystyle"), block=True)


def _convert(tex: str, *, block: bool) -> Markup | None:
    """Return clean MathML: the converter passes text on unescaped, `<script>` too."""
    from latex2mathml.converter import Converter  # noqa: PLC0415 - reads a table of 2,500 symbols

    if not tex or len(tex) > _LONGEST:
        return None
    try:
        mathml = Converter(display="block" if block else "inline").convert(tex)
    except Exception:  # noqa: BLE001 - it raises what its parser meets, IndexError too
        return None
    clean = nh3.clean(mathml, tags=_TAGS, attributes={"*": _ATTRIBUTES})
    return Markup(clean) if clean.startswith("<math") else None  # noqa: S704 - cleaned
