"""The graph of a pipeline as static HTML: an SVG with the look of the widget."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from markupsafe import Markup

from nbflow.model import Frozen, Step
from nbflow.present.html.markup import join, tag
from nbflow.present.html.style import STATIC, draw_style
from nbflow.present.layout.picture import TEXT_LEFT, Card, Line, Picture, make_picture
from nbflow.present.layout.texts import make_line
from nbflow.present.nodes import make_nodes

_MARGIN = 12  # pixels


class Look(Frozen, frozen=True):
    """How a graph is drawn: `links` lead from steps to addresses, `strong` edges stand out.

    `smallest` is the scale below which it is scrolled. `style` is for who has none on the page.
    """

    links: Mapping[str, str] = {}
    strong: frozenset[tuple[str, str]] = frozenset()
    smallest: float = 0.6
    style: bool = True


_PLAIN = Look()


def draw_graph(
    steps: Mapping[str, Step] | tuple[Sequence[Any], Sequence[Any]],
    states: Mapping[str, Any] | None = None,
) -> Markup:
    """Return HTML that draws the steps of a pipeline, or nodes and edges, with their states.

    `steps` is `pipeline.steps`, or what `make_nodes` makes of it; `states` is what
    `make_run_states` and `make_planned_states` return. It needs no script and loads nothing.
    """
    picture = make_picture(*(steps if isinstance(steps, tuple) else make_nodes(steps)))
    return draw_picture(picture, states or {})


def draw_picture(picture: Picture, states: Mapping[str, Any], look: Look = _PLAIN) -> Markup:
    """Return HTML that draws a picture, with the states of its steps."""
    wide, high = picture.width + 2 * _MARGIN, picture.height + 2 * _MARGIN
    cards = (_draw_card(card, picture, states.get(card.id, {})) for card in picture.cards)
    svg = tag(
        "svg",
        *_draw_edges(picture.lines, look.strong),
        *(
            _draw_link(look.links.get(card.id), drawn)
            for card, drawn in zip(picture.cards, cards, strict=True)
        ),
        xmlns="http://www.w3.org/2000/svg",
        role="group" if look.links else "img",
        width="100%",
        style=f"height:auto;min-width:{wide * look.smallest:.0f}px",
        viewBox=f"{-_MARGIN} {-_MARGIN} {wide:.0f} {high:.0f}",
        aria_label=f"Pipeline of {len(picture.cards)} steps",
    )
    kind, widest = "nbflow-graph nbflow-still", f"max-width:{wide:.0f}px"
    name = "The graph of the steps"  # whoever has no mouse scrolls it by its focus
    focus = {"tabindex": "0", "role": "region", "aria_label": name}
    style = draw_style("graph") if look.style else None
    return tag("div", style, svg, class_=kind, style=widest, **focus)


def _draw_edges(lines: Iterable[Line], strong: Container[tuple[str, str]]) -> Iterator[Markup]:
    """Yield the edges; those that stand out come last, above the others."""
    for line in sorted(lines, key=lambda one: (one.start, one.end) in strong):
        kind = " nbflow-strong" if (line.start, line.end) in strong else ""
        yield tag("path", class_=f"nbflow-edge{kind}", d=line.path)


def _draw_link(address: str | None, card: Markup) -> Markup:
    return card if address is None else tag("a", card, href=address)


def _draw_card(card: Card, picture: Picture, state: Mapping[str, Any]) -> Markup:
    status, text = state.get("status", ""), state.get("text") or ""
    look = _read_looks().get(status) or _read_looks()[""]
    fraction = state.get("fraction")
    up, middle = 0 if fraction is None else 3, picture.high / 2
    name = middle - 3 - up if status or text else middle + 4.5
    said = (card.label, card.title, status, text, card.problem)
    return tag(
        "g",
        tag("title", "\n".join(filter(None, said))),
        tag("rect", class_="nbflow-card", width=picture.card, height=picture.high, rx=7),
        tag("g", _draw_symbol(look), transform=f"translate(17 {middle - up})"),
        tag("text", card.name, class_="nbflow-label", x=TEXT_LEFT, y=name),
        _draw_line(state.get("word", status), text, middle + 14 - up, picture.room),
        None if fraction is None else _draw_bar(fraction, picture),
        _draw_problem(picture.card) if card.problem else None,
        class_=f"nbflow-node nbflow-tone-{look['tone']} nbflow-is-{status}",
        transform=f"translate({card.x:.1f} {card.y:.1f})",
    )


def _draw_line(status: str, text: str, y: float, room: float) -> Markup:
    word = tag("tspan", status, class_="nbflow-word")
    line = make_line(status, text, room)
    return tag("text", word, line, class_="nbflow-state", x=TEXT_LEFT, y=y)


def _draw_bar(fraction: float, picture: Picture) -> Markup:
    done = picture.room * max(0.0, min(1.0, fraction))
    at = {"x": TEXT_LEFT, "y": picture.high - 8, "height": 3, "rx": 1.5}
    return join(
        tag("rect", class_="nbflow-bar", width=picture.room, **at),
        tag("rect", class_="nbflow-done-part", width=round(done, 1), **at),
    )


def _draw_problem(width: float) -> Markup:
    """Return a mark at the corner of a step whose notebook has an error."""
    look = _read_looks()["error"]
    kind = f"nbflow-problem nbflow-tone-{look['tone']}"
    return tag("g", _draw_symbol(look), class_=kind, transform=f"translate({width - 2:.0f} 2)")


def _draw_symbol(look: Mapping[str, str]) -> Markup:
    kinds = (kind for kind in ("fill", "line", "cut") if kind in look)
    return join(*(tag("path", class_=f"nbflow-symbol-{kind}", d=look[kind]) for kind in kinds))


@cache
def _read_looks() -> dict[str, dict[str, str]]:
    return msgspec.json.decode((STATIC / "states.json").read_bytes(), type=dict[str, Any])
