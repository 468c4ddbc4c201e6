"""A kernel's outputs: few turns of the thread that sends them, and none of them late."""

from __future__ import annotations

import array
import fcntl
import os
import select
import sys
import termios
import threading
import time
from collections.abc import Callable
from typing import Any

from ipykernel.iostream import PIPE_BUFFER_SIZE, IOPubThread, OutStream

PATIENCE = 0.05  # seconds for what was written to the descriptor, by a child that goes on writing
LOOK = 0.0001  # seconds


class OutputThread(IOPubThread):  # type: ignore[misc]
    """ipykernel's output thread, woken once for all that it has not come to yet.

    Each time costs both threads a turn: five times a cell that prints a line, where two will do.
    """

    _woken = False

    def schedule(self, f: Callable[[], None]) -> None:
        if not self.thread.is_alive():
            f()
            return
        self._events.append(f)
        if not self._woken:
            self._woken = True
            self._event_pipe.send(b"")

    def _handle_event(self, message: Any) -> None:
        self._woken = False  # first: what is added from here on wakes it again
        super()._handle_event(message)


class Stream(OutStream):  # type: ignore[misc]
    """ipykernel's stream, which wakes its thread only if something was written.

    ipykernel flushes four times a cell, and wakes that thread twice each time.
    """

    _taking = False  # between the pipe and the buffer

    def flush(self) -> None:
        if not (self._flush_pending or self._subprocess_flush_pending):
            return
        thread = self.pub_thread and self.pub_thread.thread
        if thread is None or not thread.is_alive() or thread is threading.current_thread():
            self._flush()
            return
        done = threading.Event()
        self.pub_thread.schedule(lambda: self._flush_and_say(done))
        done.wait(self.flush_timeout)

    def drain(self) -> None:
        """Wait until what C code and subprocesses have printed so far is in the buffer.

        ipykernel sleeps a little instead, and what comes later is the next cell's.
        """
        deadline = time.monotonic() + PATIENCE
        while self._has_more() and time.monotonic() < deadline:
            time.sleep(LOOK)

    def _flush_and_say(self, done: threading.Event) -> None:
        try:
            self._flush()
        finally:
            done.set()

    def _has_more(self) -> bool:
        if not self._should_watch:
            return False
        waiting = array.array("i", [0])
        fcntl.ioctl(self._fid, termios.FIONREAD, waiting)
        return bool(waiting[0]) or self._taking  # in this order: see below

    def _watch_pipe_fd(self) -> None:
        """Do as ipykernel, and say beforehand that something is taken from the pipe."""
        poll = select.poll()
        poll.register(self._fid, select.POLLIN)
        try:
            while self._should_watch:
                poll.poll()
                self._taking = True
                data = os.read(self._fid, PIPE_BUFFER_SIZE)
                if not data or not self._should_watch:
                    break
                self.write(data.decode(errors="replace"))
                os.write(self._original_stdstream_copy, data)
                self._taking = False
        except Exception:  # noqa: BLE001 - `close` shows it
            self._exc = sys.exc_info()
        finally:
            self._taking = False


def drain(*streams: Any) -> None:
    """Drain those that are ours: a notebook may have put others in their place."""
    for stream in streams:
        if isinstance(stream, Stream):
            stream.drain()
