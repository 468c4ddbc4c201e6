"""One fork server for all tests: what they share would show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbflow.executors.local.forkserver import ADDRESS, Owner, start
from nbflow.executors.local.forkserver.owner import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR")


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """A fork server that `use` finds; IPython's settings are an empty folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in KEPT:
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        started = start()
        patch.setenv(ADDRESS, started.address)
        ask(started.address)
        yield started
        started.close()
        assert not started.folder.exists()


@pytest.fixture(autouse=True)
def _cold(cold: None) -> None:
    """No run starts from a fork server that another test has left."""
