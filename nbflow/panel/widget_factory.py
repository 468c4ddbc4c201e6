"""Makes ipywidgets with few models, because each model costs a message to the front end."""

from __future__ import annotations

from typing import Any

HIDDEN = "nbflow-hidden"
_shared: dict[type, Any] = {}  # layouts and styles that no widget changes


def build(kind: Any, *args: Any, css: str = "", **traits: Any) -> Any:
    """Return a widget of a kind, with these CSS classes.

    All widgets share one layout and one style; CSS classes make the differences.
    """
    common = {name: _share(kind, name) for name in ("layout", "style") if hasattr(kind, name)}
    return _hear_while_busy(kind(*args, **common, _dom_classes=css.split(), **traits))


def hide(widget: Any, *, unless: object = False) -> None:
    """Hide a widget, unless something is true."""
    set_class(widget, HIDDEN, wanted=not unless)


def set_class(widget: Any, name: str, *, wanted: bool) -> None:
    """Give a widget a class, or take it away."""
    if wanted:
        widget.add_class(name)
    else:
        widget.remove_class(name)


def _share(kind: Any, name: str) -> Any:
    """Return the one layout or style for a kind; a new one if all widgets were closed."""
    made = kind.class_traits()[name].klass
    if made not in _shared or _shared[made].comm is None:
        _shared[made] = made()
    return _shared[made]


def _hear_while_busy(widget: Any) -> Any:
    """Return a widget whose messages go to the thread to which the front end sends them.

    From 7.4 on, ipykernel gives them to the thread that changed the widget last. If that was a
    cell's, a click on Stop would wait for the cell that runs now.
    """
    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = lambda _, sent_to: sent_to  # noqa: SLF001
    return widget
