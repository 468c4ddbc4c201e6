"""Parameters, options and outputs in one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from nbflow.base.text import say_bytes, say_count, say_seconds, shorten
from nbflow.model import Options, Output, Parameter


def say_value(value: Any) -> str:
    """Return a parameter's value, in its JSON form, as one types it."""
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("nbflow:"):
        return say_value(*value.values())
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def say_parameters(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={shorten(say_value(value), 30)}" for name, value in values.items())


def say_parameter(one: Parameter) -> str:
    """Return `month: int 1..12 = 1`, with the bounds of a number, or that it needs a value."""
    typed = f"{one.name}: {one.type}" if str(one.type) else one.name
    typed += f" {say_bounds(one.type.bounds)}" if one.type.bounds else ""
    default = f" = {one.default}" if one.default else "  (needs a value)"
    return typed + shorten(default, 60)


def say_bounds(bounds: tuple[float | None, float | None]) -> str:
    """Return `1..12`, `0.5..` or `..7`."""
    return "..".join("" if one is None else f"{one:.12g}" for one in bounds)


def say_options(options: Options) -> list[str]:
    """Return the options that are not as they are by default, described elsewhere aside."""
    plain = Options()
    names = [name for name in options.__struct_fields__ if name not in {"description", "writes"}]
    values = [(name, getattr(options, name)) for name in names]
    return [
        f"{name} = {_say_option(name, value)}"
        for name, value in values
        if value != getattr(plain, name)
    ]


def _say_option(name: str, value: Any) -> str:
    if name == "max_output":
        return say_bytes(value)
    if isinstance(value, float):
        return say_seconds(value) if name == "cache" else f"{value:g}"
    return say_value(value)


def say_outputs(outputs: Iterable[Output]) -> str:
    """Return `flights 336,776 rows, model`."""
    return ", ".join(
        output.name if output.rows is None else f"{output.name} {say_count(output.rows, 'row')}"
        for output in outputs
    )
