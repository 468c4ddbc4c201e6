"""Reads parameters from papermill's five options."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nbflow.base.text import shorten
from nbflow.errors import ParameterError

_SHOWN = 60  # characters of what was given, in a message


def read_values(
    asked: Mapping[str, Any], steps: Iterable[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values, and the texts of -p; `-b < -f < -y < -p < -r`, as papermill has it.

    `steps` are the pipeline's, to tell a forgotten `--force-step`.
    """
    values: dict[str, Any] = {}
    for text in asked["encoded"]:
        values |= _parse_yaml(_decode(text), f"-b {shorten(text, _SHOWN)}")
    for path in asked["files"]:
        values |= _parse_yaml(_read_text(path, steps), path)
    for text in asked["yaml"]:
        values |= _parse_yaml(text, f"-y {shorten(text, _SHOWN)}")
    raw = dict(asked["raw"])
    texts = {name: text for name, text in asked["typed"] if name not in raw}
    return {name: one for name, one in values.items() if name not in texts} | raw, texts


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ParameterError(
            f"-b {shorten(text, _SHOWN)} is not base64 of YAML text: {error}. "
            "Make it with `base64 -w0 FILE`."
        ) from error


def _read_text(path: str, steps: Iterable[str]) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ParameterError(f"-f {path} is not a text file in UTF-8: {error.reason}.") from error
    except OSError as error:
        if path in steps:
            raise ParameterError(
                f"-f names a YAML file of parameters, and {path} is a step. "
                f"To run it even if nothing changed: --force-step {path}."
            ) from error
        raise ParameterError(f"-f {path} cannot be read: {error.strerror}.") from error


def _parse_yaml(text: str, source: str) -> dict[str, Any]:
    from yaml import YAMLError  # noqa: PLC0415 - only where YAML is given

    from nbflow.commands.yaml import read_yaml  # noqa: PLC0415

    try:
        values = read_yaml(text)
    except YAMLError as error:
        raise ParameterError(f"{source}: this is not YAML. {error}") from error
    except ValueError as error:
        raise ParameterError(f"{source}: {error}.") from error
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise ParameterError(
            f"{source}: parameters are written as `name: value`, "
            f"and this is {shorten(repr(values), _SHOWN)}."
        )
    return values
