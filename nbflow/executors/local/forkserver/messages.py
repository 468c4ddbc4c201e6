"""What an owner and its fork server say to each other, and how it crosses a UNIX socket."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

HEAD = 4  # bytes that hold a message's length
MOST = 64 << 20  # bytes; a longer message is not ours
PIECE = 1 << 16
DESCRIPTORS = 8

Role = Literal["kernel", "worker", "filler"]  # what a forked process becomes
MODULES = {
    "worker": "nbflow.executors.local.worker",
    "filler": "nbflow.storage",
}  # what is there as `python -m`


class Request(msgspec.Struct, frozen=True, tag="request"):
    """Fork a kernel, or another process that is to be there at once.

    Comes with the descriptors of stdout and stderr; for a worker or a filler stdin comes first.
    `arguments` follow `ipykernel_launcher` on the command line, without the connection file.
    `connection` is the content of a connection file; empty: the fork server chooses. `needs` are
    the libraries to be imported before the fork, None for all. `more`: another request like this
    one is likely. A request that is not `urgent` does not change the order of the imports.
    """

    arguments: tuple[str, ...]
    cwd: str
    env: dict[str, str]
    connection: dict[str, Any] = {}
    role: Role = "kernel"
    needs: tuple[str, ...] | None = None
    more: bool = True
    urgent: bool = True


class Stay(msgspec.Struct, frozen=True, tag="stay"):
    """From an owner that leaves: wait so many seconds for another one."""

    seconds: float


class Adopt(msgspec.Struct, frozen=True, tag="adopt"):
    """From a new owner, with its lifeline. Answered by `State`."""

    owner: int


class Question(msgspec.Struct, frozen=True, tag="question"):
    """How is the fork server? Answered by `State`."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The kernel has bound its sockets. Comes with a pidfd; sent by the child itself."""

    pid: int
    connection: dict[str, Any]


class Again(msgspec.Struct, frozen=True, tag="again"):
    """The fork server starts anew: ask again."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """No kernel, and why."""

    why: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The kernel's process is gone; `code` is as `subprocess.Popen.returncode`."""

    code: int


class State(msgspec.Struct, frozen=True, tag="state"):
    """A fork server's answer. `left_out` says why a library was not imported beforehand."""

    pid: int
    imported: tuple[str, ...]
    left_out: dict[str, str]
    threads: int
    descriptors: int
    kernels: tuple[int, ...]
    spares: tuple[int, ...]


Message = Request | Stay | Adopt | Question | Ready | Again | Refused | Ended | State
_DECODER: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


def send(connection: socket.socket, message: Message, descriptors: Sequence[int] = ()) -> None:
    """Send a message whole; with a time limit if the connection has one."""
    body = msgspec.json.encode(message)
    data = len(body).to_bytes(HEAD, "big") + body
    sent = socket.send_fds(connection, [data], list(descriptors))
    if sent < len(data):  # sending nothing fails where the other side has hung up, all received
        connection.sendall(data[sent:])


def say(connection: socket.socket, message: Message) -> None:
    """Send a message to somebody who may have gone."""
    with contextlib.suppress(OSError):
        send(connection, message)


class Inbox:
    """Puts together the messages that arrive on a connection, and the descriptors with them."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.data = b""
        self.descriptors: list[int] = []

    def receive(self) -> Message:
        """Wait for a message, as long as the connection's time limit; EOFError at its end."""
        while (message := self.find()) is None:
            self.read()
        return message

    def read(self) -> None:
        """Take in what there is; EOFError where there will be no more."""
        data, descriptors, _, _ = socket.recv_fds(self.connection, PIECE, DESCRIPTORS)
        self.descriptors += descriptors
        self.data += data
        if not data:
            raise EOFError

    def find(self) -> Message | None:
        """Return the next message, None while it is incomplete."""
        size = int.from_bytes(self.data[:HEAD], "big")
        if size > MOST:
            raise EOFError
        if len(self.data) < HEAD + size or len(self.data) < HEAD:
            return None
        body, self.data = self.data[HEAD : HEAD + size], self.data[HEAD + size :]
        return _DECODER.decode(body)

    def drop(self) -> None:
        """Close the descriptors that came."""
        for descriptor in self.take():
            os.close(descriptor)

    def take(self) -> list[int]:
        """Return the descriptors that came; the caller closes them."""
        taken, self.descriptors = self.descriptors, []
        return taken
