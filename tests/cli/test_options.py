"""Options: what is typed, and the request that it makes."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import click
import pytest

from nbflow.commands.options import read_options
from nbflow.commands.parameter_values import read_values
from nbflow.commands.run import command
from nbflow.errors import ParameterError
from nbflow.model import Request


def ask(*args: str) -> tuple[Request, dict[str, Any], dict[str, str]]:
    asked: dict[str, Any] = dict(command.make_context("run", list(args)).params)
    return read_options(asked), *read_values(asked, ["load", "clean"])


def given(
    *, texts: dict[str, str] | None = None, **values: Any
) -> tuple[Request, dict[str, Any], dict[str, str]]:
    return Request(), values, texts or {}


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CASES = {
    "nothing": ([], given()),
    "typed": (["-p", "month", "02"], given(texts={"month": "02"})),
    "of one step": (["-p", "load.month", "2"], given(texts={"load.month": "2"})),
    "raw": (["-r", "month", "02"], given(month="02")),
    "yaml": (["-y", "{a: 1, b: [x]}"], given(a=1, b=["x"])),
    "a date in yaml stays text": (
        ["-y", "day: 2013-01-02"],
        given(day="2013-01-02"),
    ),
    "base64": (["-b", encode("a: 1")], given(a=1)),
    "empty yaml": (["-y", ""], given()),
    "y over b": (["-y", "a: 2", "-b", encode("a: 1")], given(a=2)),
    "p over y": (["-p", "a", "3", "-y", "a: 2"], given(texts={"a": "3"})),
    "r over p": (["-r", "a", "4", "-p", "a", "3"], given(a="4")),
    "the last of a kind": (["-p", "a", "1", "-p", "a", "2"], given(texts={"a": "2"})),
    "papermill's long names": (
        ["--parameters", "a", "1", "--parameters_raw", "b", "2", "--parameters_yaml", "c: 3"],
        given(b="2", c=3, texts={"a": "1"}),
    ),
    "steps": (
        ["--to", "a", "--to", "b", "--from", "c", "--only", "d", "--force-step", "e"],
        (Request(to=("a", "b"), from_=("c",), only=("d",), force_steps=("e",)), {}, {}),
    ),
    "how": (
        ["--force", "-j", "3", "--keep-going", "--name", "baseline"],
        (Request(force=True, jobs=3, keep_going=True, name="baseline"), {}, {}),
    ),
}


@pytest.mark.parametrize(("args", "expected"), CASES.values(), ids=CASES)
def test_options_are_a_request_with_values_and_texts(args: list[str], expected: Any) -> None:
    assert ask(*args) == expected


def test_files_stand_between_base64_and_yaml(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("a: file\nb: file\nc: file\n")
    _, values, _ = ask("-y", "c: yaml", "-f", str(file), "-b", encode("{a: base64, d: base64}"))
    assert values == {"a": "file", "b": "file", "c": "yaml", "d": "base64"}


NINE = [f"[{', '.join([f'*a{number}'] * 9)}]" for number in range(9)]
BOMB = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} {nine}\n" for n, nine in enumerate(NINE, 1))
MERGED = "a0: &a0 {k: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: {nine}}}\n" for n, nine in enumerate(NINE, 1)
)
WRONG = {
    "a step instead of a file": (
        ["-f", "clean"],
        "and clean is a step. To run it even if nothing changed: --force-step clean.",
    ),
    "no such file": (["-f", "nowhere.yaml"], "-f nowhere.yaml cannot be read: No such file"),
    "not base64": (["-b", "?"], "-b ? is not base64 of YAML text"),
    "a name that means something": (["--name", "last"], "it stands for the newest run"),
    "not yaml": (["-y", "a: ["], "-y a: [: this is not YAML."),
    "what stands for itself": (["-y", "a: &a [1, *a]"], "an alias in it stands for what holds"),
    "aliases of aliases": (["-y", BOMB], "it stands for more than 100,000 values; hand over"),
    "merges of merges": (["-y", MERGED], "it stands for more than 100,000 values; hand over"),
    "too deep": (["-y", "a: " + "[" * 100_000], "it is nested more than 100 deep."),
    "too long": (["-y", f"a: {'x' * 3_000_000}"], "it is longer than 2,000,000 characters; hand"),
    "too large a number": (["-y", "a: " + "9" * 5000], "Exceeds the limit (4300 digits)"),
    "not names": (["-y", "[1, 2]"], "parameters are written as `name: value`, and this is [1, 2]"),
}


@pytest.mark.parametrize(("args", "text"), WRONG.values(), ids=WRONG)
def test_wrong_parameters_are_told(args: list[str], text: str) -> None:
    with pytest.raises(ParameterError) as error:
        ask(*args)
    assert text in str(error.value)


def test_too_many_values_are_told_before_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbflow.commands.yaml._MOST", 100)  # so many take a millisecond
    assert ask("-y", f"a: [{'1,' * 90}]") == given(a=[1] * 90)
    with pytest.raises(ParameterError, match="it stands for more than"):
        ask("-y", f"a: [{'1,' * 110}")  # it has no end


@pytest.mark.parametrize("args", [["-j", "0"], ["-p", "a"], ["--nothing"]])
def test_wrong_options_are_clicks(args: list[str]) -> None:
    with pytest.raises(click.UsageError):
        ask(*args)
