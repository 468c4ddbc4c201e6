"""For tests of what executes a job."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _cold(cold: None) -> None:
    """No job is executed by what another test has started."""
