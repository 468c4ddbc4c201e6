"""For every test."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

PLACE = "XDG_RUNTIME_DIR"  # where a run looks for the processes that another one left
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each kernel compiles all that it imports
# nbflow heeds no signal that was ignored when it started, as it is in a shell's background.
for _number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(_number) is signal.SIG_IGN:
        _usual = signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL
        signal.signal(_number, _usual)
# On a busy machine an example may take its time.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# With other versions the same must hold; new examples are found with the newest ones.
settings.register_profile("few", settings.get_profile("busy"), max_examples=20, derandomize=True)
settings.load_profile("busy")


@pytest.fixture(scope="session", autouse=True)
def warm() -> Iterator[Path]:
    """Leave what a run's kernels are forked from to the next run, as for users: seconds each time.

    Yields the folder where runs of these tests find it, and runs of nobody else.
    """
    place = Path(tempfile.mkdtemp(prefix="nbt", dir="/tmp"))  # a socket's path must be short
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PLACE, str(place))
        patch.setenv("NBFLOW_WARM", "3")
        yield place
    _end_all(str(place))
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def cold(warm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each run start all its processes, and end them: for tests of these processes."""
    (warm / "cold").mkdir(exist_ok=True)
    monkeypatch.setenv(PLACE, str(warm / "cold"))
    monkeypatch.setenv("NBFLOW_WARM", "0")


def _end_all(place: str) -> None:
    """End the processes that were started with this folder."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(PLACE, "").startswith(place):
                process.kill()
