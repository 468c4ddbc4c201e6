"""The control that fits a parameter's type, and its value as a JSON form."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as w
import msgspec

from nbflow.analysis.parameters import check_value, parse_text
from nbflow.errors import ParameterError
from nbflow.model import Parameter, Type
from nbflow.panel.widget_factory import build

UNSET = msgspec.UNSET  # the default stays
_LISTS = {"list", "set", "frozenset"}
_LONG = 60  # characters from which on a text gets several lines
_ROWS = 6  # of a list of choices


class Input:
    """A control for one parameter; `box` is the widget to show.

    `default` is the JSON form if nothing is chosen, UNSET if only the notebook can compute it.
    `to_value` and `to_form` convert between JSON forms and the values of the control.
    """

    def __init__(
        self,
        parameter: Parameter,
        control: Any,
        default: Any,
        to_value: Callable[[Any], Any] = lambda form: form,
        to_form: Callable[[Any], Any] = lambda value: value,
    ) -> None:
        self.parameter, self.control, self.default = parameter, control, default
        self.box = control
        self._to_value, self._to_form = to_value, to_form
        self._empty = control.value
        self.show(default)

    def show(self, form: Any) -> None:
        """Show a form; UNSET shows the default."""
        form = self.default if form is UNSET else form
        self.control.value = self._empty if form is UNSET else self._to_value(form)

    def read(self) -> Any:
        """Return the form that was chosen, UNSET for the default; raises ParameterError."""
        value = self.control.value
        if value == self._empty and self.default is UNSET:
            return UNSET
        if self.default is not UNSET and value == self._to_value(self.default):
            return UNSET
        if value == self._empty and self._empty_is_nothing():
            raise ParameterError("Needs a value: choose one, or go back to the default")
        return self._to_form(value)

    def _empty_is_nothing(self) -> bool:
        """Tell whether an empty control stands for no value, as that of a date does."""
        return self._empty is None and not _takes(self.parameter, None)


def make_input(parameter: Parameter, default: Any) -> Input:
    """Return the control for a parameter; its default is a JSON form, or UNSET if unknown."""
    kind = parameter.type
    if parameter.type.choices:
        return _make_choice(parameter, default)
    if kind.name == "bool" and default is not UNSET:
        return Input(parameter, build(w.Checkbox, indent=False), default)
    if kind.name == "bool":
        return _make_dropdown(parameter, default, [("yes", True), ("no", False)])
    if kind.name in _LISTS and kind.args and (choices := kind.args[0].choices):
        return _make_several(parameter, default, choices)
    if _is_bounded(parameter, default):
        return _make_slider(parameter, kind, default)
    if (made := _make_picker(parameter, kind, default)) is not None:
        return made
    return _make_text(parameter, kind, default)


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; True and 1 differ."""
    return bool(one == other and type(one) is type(other))


def to_text(parameter: Parameter, form: Any) -> str | None:
    """Return the text that is read as this JSON form; None if there is none."""
    candidates = [form] if isinstance(form, str) else []
    if isinstance(form, list) and all(isinstance(one, str | int | float) for one in form):
        candidates.append(", ".join(str(one) for one in form))
    candidates += [json.dumps(form, ensure_ascii=False), str(form)]
    return next((text for text in candidates if _reads_as(parameter, text, form)), None)


def _reads_as(parameter: Parameter, text: str, form: Any) -> bool:
    try:
        found = parse_text(parameter, text)
    except ParameterError:
        return False
    return bool(found == form and type(found) is type(form))


def _takes(parameter: Parameter, form: Any) -> bool:
    try:
        check_value(parameter, form)
    except ParameterError:
        return False
    return True


def _make_choice(parameter: Parameter, default: Any) -> Input:
    options = [(str(choice), choice) for choice in parameter.type.choices]
    return _make_dropdown(parameter, default, options)


def _make_dropdown(parameter: Parameter, default: Any, options: list[tuple[str, Any]]) -> Input:
    """Return a dropdown; its values are positions in the list, because True and 1 are equal."""
    forms = [form for _, form in options]
    labels = [label for label, _ in options]
    known = default is not UNSET and any(is_same(default, form) for form in forms)
    if not known:
        labels.insert(0, _say_default(parameter))
        forms.insert(0, UNSET)
    control = build(w.Dropdown, options=[(label, at) for at, label in enumerate(labels)], value=0)

    def find(form: Any) -> int:
        return next((at for at, one in enumerate(forms) if is_same(one, form)), 0)

    return Input(parameter, control, default if known else UNSET, find, lambda at: forms[at])


def _make_several(parameter: Parameter, default: Any, choices: tuple[Any, ...]) -> Input:
    options = [(str(choice), at) for at, choice in enumerate(choices)]
    control = build(w.SelectMultiple, options=options, rows=min(len(choices), _ROWS))

    def find(forms: Any) -> tuple[int, ...]:
        return tuple(
            at for at, one in enumerate(choices) if any(is_same(one, form) for form in forms or ())
        )

    def tell(chosen: tuple[int, ...]) -> Any:
        return check_value(parameter, [choices[at] for at in chosen])

    return Input(parameter, control, default, find, tell)


def _is_bounded(parameter: Parameter, default: Any) -> bool:
    low, high = parameter.type.bounds or (None, None)
    if low is None or high is None or not isinstance(default, int | float):
        return False
    return low <= default <= high


def _make_slider(parameter: Parameter, kind: Type, default: Any) -> Input:
    """Return a text field beside a slider, whose own text field would round what is typed."""
    assert parameter.type.bounds is not None  # noqa: S101 - looked at before
    low, high = parameter.type.bounds
    assert low is not None and high is not None  # noqa: S101, PT018
    digits = max(2 - math.floor(math.log10(high - low or 1)), 0)
    whole = kind.name == "int"
    step = 1 if whole else 10.0**-digits
    make, cast = (w.IntSlider, int) if whole else (w.FloatSlider, float)
    slider = build(make, min=cast(low), max=cast(high), step=step, value=cast(low), readout=False)
    made = _make_text(parameter, kind, default)
    made.box = build(w.HBox, [slider, made.control], css="nbflow-bounded")

    def read() -> Any:
        try:
            return parse_text(parameter, made.control.value)
        except ParameterError:
            return None

    def follow(_: Any) -> None:
        form = read()
        slider.value = slider.value if form is None else form

    def tell(change: Any) -> None:
        typed = read()
        # A smaller difference comes from the slider's rounding.
        if typed is None or abs(change["new"] - typed) > step / 2:
            moved = change["new"] if whole else round(change["new"], digits)
            made.control.value = to_text(parameter, moved) or ""

    made.control.observe(follow, "value")
    slider.observe(tell, "value")
    follow(None)
    return made


def _make_picker(parameter: Parameter, kind: Type, default: Any) -> Input | None:
    """Return a picker for a date or time; None if there is none that can show the default."""
    name = kind.without_none.name
    if name not in _PICKERS:
        return None
    make, parse = _PICKERS[name]
    try:
        shown = None if default is UNSET or default is None else parse(default)
    except (ValueError, TypeError):
        return None
    if getattr(shown, "tzinfo", None) is not None or bool(getattr(shown, "microsecond", 0)):
        return None
    control, check = build(make), partial(check_value, parameter)
    return Input(parameter, control, default, lambda form: form and parse(form), check)


_PICKERS: dict[str, tuple[Callable[[], Any], Callable[[str], Any]]] = {
    "date": (w.DatePicker, dt.date.fromisoformat),
    "datetime": (w.NaiveDatetimePicker, dt.datetime.fromisoformat),
    "time": (w.TimePicker, dt.time.fromisoformat),
}


def _make_text(parameter: Parameter, kind: Type, default: Any) -> Input:
    text = None if default is UNSET else to_text(parameter, default)
    known = default if text is not None else UNSET
    placeholder = _say_default(parameter) if known is UNSET else _HINTS.get(kind.name, "")
    several = text is not None and (len(text) > _LONG or "\n" in text)
    make = w.Textarea if several else w.Text
    control = build(make, placeholder=placeholder, continuous_update=False)
    parse = partial(parse_text, parameter)
    return Input(parameter, control, known, lambda form: to_text(parameter, form) or "", parse)


_HINTS = {
    "list": "a, b, c", "set": "a, b, c", "frozenset": "a, b, c", "tuple": "a, b",
    "dict": "name=value, other=value", "timedelta": "1d 6h", "Path": "data/file.csv",
}  # fmt: skip


def _say_default(parameter: Parameter) -> str:
    if parameter.required:
        return "needs a value"
    return f"default: {parameter.default}" if parameter.default else "default"
