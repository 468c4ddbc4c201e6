"""Locks on files: each ends with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

_NO_LOCKS = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK}  # what some network drives answer


@contextlib.contextmanager
def hold(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a file's lock. BlockingIOError: somebody else does, and `wait` is False.

    Where the system has flock(2) this is what filelock does, whose import takes 50 ms (asyncio,
    ssl), and which looks every 50 ms whether it has its turn. Elsewhere it is filelock.
    """
    descriptor = _lock(path, wait=wait)
    if descriptor is None:
        with _hold_elsewhere(path, wait=wait):
            yield
        return
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path, *, wait: bool) -> int | None:
    """Return the descriptor that holds the lock; None where there is no flock."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, OSError) and error.errno in _NO_LOCKS:
            return None
        raise
    return descriptor


@contextlib.contextmanager
def _hold_elsewhere(path: Path, *, wait: bool) -> Iterator[None]:
    import filelock  # noqa: PLC0415 - as above

    lock = filelock.FileLock(path, timeout=-1 if wait else 0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise BlockingIOError(errno.EAGAIN, "somebody else holds it", str(path)) from error
    try:
        yield
    finally:
        lock.release()
