"""Makes a forked child independent of the fork server and of its other children."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping

from nbflow.executors.local.forkserver.inherited_state import renew
from nbflow.executors.local.forkserver.preload import DESCRIPTORS

PR_SET_PDEATHSIG = 1  # prctl(2)
LIBC = ctypes.CDLL(None)


def detach(parent: int, keep: Iterable[int]) -> None:
    """Start a new session, die with the parent, and close the parent's descriptors."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
    _close_all_but({0, 1, 2, *keep})


def reseed() -> None:
    """Renew random state that the parent has set; `random` itself does so at a fork."""
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "multiprocessing.process" in sys.modules:
        process = sys.modules["multiprocessing.process"].current_process()
        process.authkey = os.urandom(32)
    tempfile.tempdir = None  # TMPDIR is the request's; the names are random after any fork
    sys.path_importer_cache.clear()  # few folders to look through, and none out of date
    importlib.invalidate_caches()


def redirect(*descriptors: int) -> None:
    """Take the descriptors as 0, 1 and 2."""
    for target, source in enumerate(descriptors):
        os.dup2(source, target)
        os.close(source)


def settle(cwd: str, env: Mapping[str, str]) -> None:
    """Set the environment and the folder, also where libraries remember the old ones."""
    if dict(os.environ) != env:
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
    os.chdir(cwd)
    renew()


def _close_all_but(keep: set[int]) -> None:
    for number in [int(path.name) for path in DESCRIPTORS.iterdir()]:
        if number not in keep:
            with contextlib.suppress(OSError):  # the listing's own
                os.close(number)
