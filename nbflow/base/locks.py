"""Locks on files: each ends with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

_FLOCK = "@hhqqi4x"  # struct flock: type, whence, start, length, pid
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


@contextlib.contextmanager
def hold_too(path: Path) -> Iterator[None]:
    """Hold the lock of a file that others read meanwhile, where the system lets them."""
    descriptor = _lock(path, wait=True)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextlib.contextmanager
def hold_folder(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of a folder itself; False is given where the system has none.

    BlockingIOError: another process holds it, and `wait` is False.
    """
    held = None
    if os.name == "posix":
        held = _flock(os.open(folder, os.O_RDONLY), wait=wait)
    try:
        yield held is not None
    finally:
        if held is not None:
            os.close(held)


def is_held(path: str | Path) -> bool:
    """Say whether somebody holds a file's lock, who asks at the same time not counted.

    Raises FileNotFoundError where there is no such file.
    """
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        return _is_held_elsewhere(Path(path))
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return _is_held_elsewhere(Path(path))
        raise
    finally:
        os.close(descriptor)
    return False


class RangeLocks:
    """Locks on single bytes of one file, which need not have them: as many as one likes.

    Each is taken and given back in microseconds, while files that come and go take as long as the
    disk is busy. Where the system or the drive has no such locks, all are free.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, place: int) -> bool:
        """Lock a byte; False where another process has it."""
        try:
            self._ask("F_OFD_SETLK", "F_WRLCK", place)
        except OSError as error:
            return error.errno not in {errno.EAGAIN, errno.EACCES}
        return True

    def is_free(self, place: int) -> bool:
        """Say whether nobody else has locked a byte."""
        try:
            answer = self._ask("F_OFD_GETLK", "F_WRLCK", place)
        except OSError:
            return True
        return not answer or struct.unpack(_FLOCK, answer)[0] == _read_fcntl("F_UNLCK")

    def release(self, place: int) -> None:
        with contextlib.suppress(OSError):
            self._ask("F_OFD_SETLK", "F_UNLCK", place)

    def close(self) -> None:
        """Give back all; the next question opens the file again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _ask(self, what: str, kind: str, place: int) -> bytes:
        command, lock = _read_fcntl(what), _read_fcntl(kind)
        if command is None or lock is None:
            return b""
        import fcntl  # noqa: PLC0415 - it is there

        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        return fcntl.fcntl(self._file, command, struct.pack(_FLOCK, lock, os.SEEK_SET, place, 1, 0))


def _read_fcntl(name: str) -> int | None:
    """Return a constant of fcntl; None where this system has no locks of open files."""
    if sys.platform != "linux" or sys.maxsize <= 1 << 32:  # the layout is another
        return None
    import fcntl  # noqa: PLC0415 - not on Windows

    return getattr(fcntl, name, None)


def _lock(path: str | Path, *, wait: bool) -> int | None:
    """Return the descriptor that holds a file's lock until it is closed; None without flock."""
    try:
        import fcntl  # noqa: F401, PLC0415 - not on Windows
    except ImportError:
        return None
    return _flock(_open(path), wait=wait)


def _flock(descriptor: int, *, wait: bool) -> int | None:
    """Return the descriptor once it holds its file's lock; None where the drive has no locks."""
    import fcntl  # noqa: PLC0415 - as above

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, OSError) and error.errno in _NO_LOCKS:
            return None
        raise
    return descriptor


def _open(path: str | Path) -> int:
    """Open a lock's file; who may write there is for the umask to say, as for all other files.

    One that only its maker may write can be held all the same.
    """
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:
        with contextlib.suppress(OSError):
            return os.open(path, os.O_RDONLY)
        raise


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


def _is_held_elsewhere(path: Path) -> bool:
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, "No such file", str(path))
    try:
        with _hold_elsewhere(path, wait=False):
            return False
    except BlockingIOError:
        return True
