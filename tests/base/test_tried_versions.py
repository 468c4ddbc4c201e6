"""Versions that were not tried, and NBFLOW_PLAIN, switch to the plain way with a word."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from nbflow.base import tried_versions as fences
from nbflow.base.tried_versions import UNTRIED, find_plain_reason, find_version, read_version
from nbflow.executors.local.forkserver import find_platform_obstacle


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBFLOW_PLAIN", raising=False)
    fences._find_untried.cache_clear()


@pytest.mark.parametrize("name", UNTRIED)
def test_a_version_that_was_not_tried(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ".".join(map(str, (*UNTRIED[name], 0)))
    monkeypatch.setattr(fences, "find_version", lambda one: first if one == name else "0.1")
    assert find_plain_reason() == f"nbflow has not been tried with {name} {first}"
    fences._find_untried.cache_clear()


@pytest.mark.parametrize("value", ["1", "yes"])
def test_the_switch(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_PLAIN", value)
    assert find_plain_reason() == "NBFLOW_PLAIN is set"
    assert find_platform_obstacle()


@pytest.mark.parametrize("value", ["", "0"])
def test_the_switch_is_off(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_PLAIN", value)
    assert find_plain_reason() == ""


def test_the_versions_installed_here_were_tried() -> None:
    assert find_plain_reason() == ""


def test_the_version_is_that_of_the_package() -> None:
    assert find_version("ipykernel") == version("ipykernel")
    assert find_version("nbflow") is None  # its distribution has another name
    assert find_version("nothing_of_that_name") is None


def test_versions_are_compared_by_two_numbers() -> None:
    assert [read_version(one) for one in ("7.4.0", "0.12", "9")] == [(7, 4), (0, 12), (9,)]
