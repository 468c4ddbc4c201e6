"""A kernel's outputs: few turns of the thread that sends them, and none of them late."""

from __future__ import annotations

import array
import codecs
import contextlib
import fcntl
import os
import select
import sys
import termios
import threading
import time
from _thread import allocate_lock  # gevent puts another in its place
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ipykernel.iostream import IOPubThread, OutStream

from nbflow.executors.local.engine.kernel_side import AHEAD

PATIENCE = 0.05  # seconds for the rest of a character
LONGEST = 10.0  # seconds for what was written to the descriptor
LOOK = 0.0001  # seconds
PIECE = 1 << 16  # bytes read at once
ROOM = 1 << 20  # bytes that C code can print while it keeps others from running; Linux's most
TEXT = 1 << 18  # characters that one message holds


class OutputThread(IOPubThread):  # type: ignore[misc]
    """ipykernel's output thread, woken once for all that it has not come to yet.

    Each time costs both threads a turn: five times a cell that prints a line, where one will do.
    """

    _round = 0  # how often it has been awake
    _woken = -1  # in which round it was last woken for the next
    _busy = False

    def _setup_event_pipe(self) -> None:
        """Leave out ipykernel's socket: asyncio wakes the thread for a third of the price."""

    def schedule(self, f: Callable[[], None]) -> None:
        if self._busy and threading.current_thread() is self.thread:
            f()  # a part of what is being done
        else:
            self.add(f)
            self.wake()
            self.make_room()

    def add(self, f: Callable[[], None]) -> None:
        """Have it done after all that was added before, when the thread is next awake."""
        if self.thread.is_alive():
            self._events.append(f)
        else:
            f()

    def wake(self) -> None:
        """Wake the thread, unless it is about to be; an interrupt in here costs no more than that.

        Were it noted beforehand, an interrupt would leave it noted and not done, for ever.
        """
        if threading.current_thread() is self.thread:
            self._catch_up()
        elif self._events and self._woken != self._round and self.thread.is_alive():
            now = self._round
            self.io_loop.asyncio_loop.call_soon_threadsafe(self._catch_up)
            self._woken = now

    def make_room(self) -> None:
        """Wait while the thread is far behind: its socket waits for a client that is slower.

        Not for ever: whoever prints may hold a lock that the thread needs.
        """
        if len(self._events) <= AHEAD or threading.current_thread() is self.thread:
            return
        deadline = time.monotonic() + OutStream.flush_timeout
        while len(self._events) > AHEAD and time.monotonic() < deadline:
            time.sleep(LOOK)

    def settle(self) -> None:
        """Wait until all that was added is done.

        By a lock: an interrupt may leave an Event's own one held, on which the thread would wait.
        """
        if self._events and self.thread.is_alive():
            undone = allocate_lock()
            undone.acquire()
            self.schedule(undone.release)
            undone.acquire(timeout=OutStream.flush_timeout)

    def _catch_up(self) -> None:
        self._round += 1  # first: what is added from here on wakes it again
        self._busy = True
        try:
            while self._events:
                try:
                    self._events[0]()
                finally:
                    self._events.popleft()  # only now, see `settle`
        finally:
            self._busy = False


class Stream(OutStream):  # type: ignore[misc]
    """ipykernel's stream, which wakes its thread only if something was written.

    ipykernel flushes four times a cell, and wakes that thread twice each time.
    """

    _taking = False  # between the pipe and the buffer
    _taken = 0  # bytes from the pipe
    _due = float("-inf")  # when what was written is sent, on the monotonic clock
    _late = False  # that moment has come
    _held = 0  # characters that were written since the thread was last woken for them

    def write(self, string: str) -> int | None:
        """Write; of much, pass on a piece at a time, so that no buffer holds it all."""
        size = len(string) if isinstance(string, str) else 0
        self._held += size
        if self._held <= TEXT or self.pub_thread is None:
            return super().write(string)  # type: ignore[no-any-return]
        for start in range(0, size, TEXT):
            super().write(string[start : start + TEXT])
            self.pub_thread.schedule(self._flush)
        self._held = 0
        return size

    def flush(self) -> None:
        """Send what was written, and wait until the socket has it."""
        if self.pub_thread is not None and (self._buffers or self._late):
            self.pub_thread.schedule(self._flush)
            self.pub_thread.settle()

    def hand_over(self) -> None:
        """Have what was written sent before all that is scheduled from here on.

        For where no interrupt can strike: one between the two steps would lose it.
        """
        if self.pub_thread is not None and self._buffers:
            with self._buffer_lock:
                self.pub_thread.add(partial(self._send, super()._rotate_buffers()))
            self.pub_thread.wake()

    def _send(self, buffers: Any) -> None:
        self._local.taken = buffers  # of this thread: a child that is forked now has none
        self._flush()

    def _rotate_buffers(self) -> Any:
        taken, self._local.taken = getattr(self._local, "taken", None), None
        return super()._rotate_buffers() if taken is None else taken

    def _flush_buffers(self) -> Iterator[tuple[Any, str]]:
        for parent, text in super()._flush_buffers():
            for start in range(0, len(text), TEXT):
                yield parent, text[start : start + TEXT]

    def _schedule_flush(self) -> None:
        """Have it sent in a moment, with all that is written until then."""
        now = time.monotonic()
        if now > self._due:
            self._due = now + self.flush_interval
            self.pub_thread.schedule(self._set_timer)

    def _set_timer(self) -> None:
        self._io_loop.call_later(self.flush_interval, self._send_late)

    def _send_late(self) -> None:
        self._late = True
        try:
            self.hand_over()
        finally:
            self._late = False

    def _setup_stream_redirects(self, name: str) -> None:
        """Do as ipykernel, with more room in the pipe, and whole characters."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._decoding = threading.Lock()
        super()._setup_stream_redirects(name)
        with contextlib.suppress(OSError):  # a user's pipes hold so much together
            fcntl.fcntl(self._fid, fcntl.F_SETPIPE_SZ, ROOM)

    def drain(self) -> None:
        """Wait until what C code and subprocesses have printed so far is in the buffer.

        ipykernel sleeps a little instead, and what comes later is the next cell's. It is not
        waited for what a child prints from here on.
        """
        if not self._should_watch:
            return
        now = time.monotonic()
        goal = self._taken + self._taking * PIECE + self._count_waiting()
        while self._has_more() and self._taken < goal and time.monotonic() < now + LONGEST:
            time.sleep(LOOK)
        while self._is_within() and time.monotonic() < now + PATIENCE:
            time.sleep(LOOK)
        if self._is_within():
            self._take(b"", last=True)

    def _has_more(self) -> bool:
        return bool(self._count_waiting()) or self._taking  # in this order: see below

    def _count_waiting(self) -> int:
        waiting = array.array("i", [0])
        fcntl.ioctl(self._fid, termios.FIONREAD, waiting)
        return waiting[0]

    def _is_within(self) -> bool:
        """Tell whether what was read ends within a character."""
        return bool(self._decoder.getstate()[0])

    def _watch_pipe_fd(self) -> None:
        """Do as ipykernel, and say beforehand that something is taken from the pipe."""
        poll = select.poll()
        poll.register(self._fid, select.POLLIN)
        try:
            while self._should_watch:
                poll.poll()
                self._taking = True
                data = os.read(self._fid, PIECE)
                if not data or not self._should_watch:
                    break
                self._take(data)
                os.write(self._original_stdstream_copy, data)
                self._taking = False
        except Exception:  # noqa: BLE001 - `close` shows it
            self._exc = sys.exc_info()
        finally:
            self._taking = False

    def _take(self, data: bytes, *, last: bool = False) -> None:
        """Have it printed, less a character's beginning: the rest of it comes next."""
        with self._decoding:
            text = self._decoder.decode(data, last)
            if text:
                self.write(text)
        self._taken += len(data)


def drain(*streams: Any) -> None:
    """Drain and hand over those that are ours: a notebook may have put others in their place."""
    for stream in streams:
        if isinstance(stream, Stream):
            stream.drain()
            stream.hand_over()
