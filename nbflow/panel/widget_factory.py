"""Makes ipywidgets out of few models: a message each, that a front end takes one after another."""

from __future__ import annotations

from typing import Any

HIDDEN = "nbflow-hidden"
_shared: dict[type, Any] = {}  # layouts and styles that no widget changes


def build(kind: Any, *args: Any, css: str = "", **traits: Any) -> Any:
    """Return a widget of a kind, with these classes of the panel's style.

    Its layout and style are those of all others: what differs between them is said by classes.
    """
    common = {name: _share(kind, name) for name in ("layout", "style") if hasattr(kind, name)}
    return _hear_while_busy(kind(*args, **common, _dom_classes=css.split(), **traits))


def hide(widget: Any, *, unless: object = False) -> None:
    """Take a widget out of the page, or show it."""
    set_class(widget, HIDDEN, wanted=not unless)


def is_hidden(widget: Any) -> bool:
    return HIDDEN in widget._dom_classes  # noqa: SLF001 - ipywidgets has no other way


def set_class(widget: Any, name: str, *, wanted: bool) -> None:
    """Give a widget a class, or take it away."""
    if wanted:
        widget.add_class(name)
    else:
        widget.remove_class(name)


def _share(kind: Any, name: str) -> Any:
    """Return the one layout or style for a kind; a new one where all widgets were closed."""
    made = kind.class_traits()[name].klass
    if made not in _shared or _shared[made].comm is None:
        _shared[made] = made()
    return _shared[made]


def _hear_while_busy(widget: Any) -> Any:
    """Return a widget whose messages are taken by the thread that the front end sends them to.

    ipykernel gives them, from 7.4 on, to the thread that changed the widget last: where a cell did,
    a click on Stop would wait for the cell that runs now.
    """
    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = lambda _, sent_to: sent_to  # noqa: SLF001
    return widget
