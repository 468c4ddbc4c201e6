"""Widgets as they stood at the end of a run: what they showed, without a kernel and a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from nbflow.present.html.markup import dim, join, tag
from nbflow.present.report.cells.html_cleaning import clean_text
from nbflow.present.report.cells.pictures import PICTURES, draw_picture

VIEW = "application/vnd.jupyter.widget-view+json"
_POINTER = "IPY_MODEL_"  # before the id of another model
_DEEPEST = 12  # boxes within boxes
_CHOICES = ("_options_labels", "options")

Models = Mapping[str, Mapping[str, Any]]
DrawOutputs = Callable[[list[Any]], Markup]  # those of an Output widget
_State = Mapping[str, Any]


def draw_widget(name: str, models: Models, draw_outputs: DrawOutputs) -> Markup | None:
    """Return the widget of this id as it was last; None where nothing is known to show of it."""
    drawn = _draw(name, models, draw_outputs, _DEEPEST)
    return tag("div", drawn, class_="nb-widget") if drawn else None


def _draw(name: str, models: Models, draw_outputs: DrawOutputs, room: int) -> Markup | None:
    model = models.get(name, {})
    state, kind = model.get("state"), str(model.get("model_name", "")).removesuffix("Model")
    if not isinstance(state, dict) or not room:
        return None
    if isinstance(state.get("children"), list):
        return _draw_box(kind, state, models, draw_outputs, room - 1)
    if kind == "Output" and isinstance(state.get("outputs"), list):
        return draw_outputs(state["outputs"])
    if kind == "Image":
        return _draw_image(model, state)
    draw = _DRAWN.get(kind)
    return draw(state) if draw else _draw_value(state)


def _draw_box(
    kind: str, state: _State, models: Models, draw_outputs: DrawOutputs, room: int
) -> Markup | None:
    parts = []
    for title, child in zip(_find_titles(state), state["children"], strict=False):
        drawn = _draw(str(child).removeprefix(_POINTER), models, draw_outputs, room)
        if drawn:
            parts.append(tag("div", tag("b", title) if title else None, drawn))
    return tag("div", *parts, class_="nb-row" if kind == "HBox" else None) if parts else None


def _find_titles(state: _State) -> Iterator[str]:
    """Yield the titles of the parts of tabs and of an accordion, then "" for ever."""
    titles = state.get("titles")
    yield from map(str, titles) if isinstance(titles, list) else ()
    while True:
        yield ""


def _draw_html(state: _State) -> Markup | None:
    value = clean_text(str(state.get("value") or ""), level=4)
    return _describe(state, tag("span", value)) if value.strip() else None


def _draw_label(state: _State) -> Markup | None:
    value = str(state.get("value") or "")
    return _describe(state, tag("span", value)) if value else None


def _draw_progress(state: _State) -> Markup | None:
    least, most, value = (_read_number(state.get(name)) for name in ("min", "max", "value"))
    if most <= least:
        return None
    label = str(state.get("description") or "Progress")
    bar = tag("progress", value=value - least, max=most - least, aria_label=label)
    return _describe(state, bar)


def _draw_button(state: _State) -> Markup | None:
    text = str(state.get("description") or state.get("icon") or "")
    return tag("span", text, class_="nb-button") if text else None


def _draw_choice(state: _State) -> Markup | None:
    """Return what is chosen among options; the options themselves are not told."""
    options: list[Any] = next(
        (state[key] for key in _CHOICES if isinstance(state.get(key), list)), []
    )
    index = state.get("index")
    chosen = index if isinstance(index, list) else [] if index is None else [index]
    texts = [str(options[at]) for at in chosen if isinstance(at, int) and 0 <= at < len(options)]
    return _describe(state, tag("span", ", ".join(texts) or "nothing chosen", class_="nb-field"))


def _draw_check(state: _State) -> Markup | None:
    return _describe(state, tag("span", "yes" if state.get("value") else "no", class_="nb-field"))


def _draw_hidden(_: _State) -> Markup | None:
    return None


def _draw_value(state: _State) -> Markup | None:
    """Return the value of a slider, a field or the like; None for what has none to read."""
    value = state.get("value")
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        text = " to ".join(map(_say, value))
    elif isinstance(value, str | int | float):
        text = _say(value)
    else:
        return None
    return _describe(state, tag("span", text, class_="nb-field"))


def _draw_image(model: Mapping[str, Any], state: _State) -> Markup | None:
    kind = f"image/{state.get('format') or 'png'}".replace("jpg", "jpeg")
    for buffer in model.get("buffers") or state.get("buffers") or ():
        if isinstance(buffer, dict) and buffer.get("path") == ["value"] and kind in PICTURES[1:]:
            return draw_picture(kind, str(buffer.get("data", "")), "Picture of a widget", {})
    return None


def _describe(state: _State, content: Markup) -> Markup:
    text = str(state.get("description") or "")
    return tag("span", join(dim(text), " ") if text else None, content)


def _say(value: str | float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _read_number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


_DRAWN: dict[str, Callable[[_State], Markup | None]] = {
    "HTML": _draw_html,
    "HTMLMath": _draw_html,
    "Label": _draw_label,
    "FloatProgress": _draw_progress,
    "IntProgress": _draw_progress,
    "Button": _draw_button,
    "Checkbox": _draw_check,
    "ToggleButton": _draw_check,
    "Valid": _draw_check,
    "Dropdown": _draw_choice,
    "RadioButtons": _draw_choice,
    "Select": _draw_choice,
    "SelectMultiple": _draw_choice,
    "SelectionSlider": _draw_choice,
    "SelectionRangeSlider": _draw_choice,
    "ToggleButtons": _draw_choice,
    "Password": _draw_hidden,
}
