"""The zygote's loop: takes requests, and has a kernel forked for each, or one ready beforehand."""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path

import msgspec

from nbflow.executors.local.forkserver.birth import Birth
from nbflow.executors.local.forkserver.children import Child, Children, Step
from nbflow.executors.local.forkserver.messages import (
    Adopt,
    Inbox,
    Question,
    Refused,
    Request,
    Role,
    State,
    Stay,
    say,
)
from nbflow.executors.local.forkserver.pattern import (
    CURES,
    Pattern,
    find_difference,
    make_pattern,
    may_prepare,
)
from nbflow.executors.local.forkserver.preload import count_descriptors, count_threads, find_fault

PATTERNS = 4  # kinds of request that spares are kept for
STREAMS: dict[Role, int] = {"kernel": 2, "worker": 3, "filler": 3}  # come with a request
ALSO: dict[Role, Role] = {"kernel": "filler"}  # needs the same libraries


class Start(msgspec.Struct):
    """What a zygote is started with; see `owner.start`.

    `role` is what most of its children become. `listener` and `lifeline` are descriptors, `owner`
    a pid. `left_out` says why a library is not to be imported, when this is not the first try.
    """

    names: tuple[str, ...]
    left_out: dict[str, str]
    folder: str
    owner: int
    listener: int
    lifeline: int
    role: Role = "kernel"


class Server:
    """One thread, no locks. Whatever returns a Birth is, from there on, in a forked child."""

    def __init__(self, start: Start, imported: list[str], env: dict[str, str]) -> None:
        self.start, self.imported = start, imported
        self.env = env  # before the imports
        # Libraries set variables when they are imported; they do in an ordinary kernel too.
        self.added = {k: v for k, v in os.environ.items() if k not in {*env, *CURES}}
        self.children = Children(Path(start.folder))
        self.spares: dict[Pattern, Child] = {}
        self.over = False
        self.until: float | None = None  # when to end, while there is no owner
        self.listener = socket.socket(fileno=start.listener)
        self.children.watch(self.listener, self._accept)
        self.lifeline = Inbox(socket.socket(fileno=start.lifeline))
        self._watch_owner(start.owner)

    def serve(self) -> Birth | None:
        """Serve until the owner is gone and no new one came in time; then return None.

        In a child, return what it is to become.
        """
        selector = self.children.selector
        while not self.over and self._find_patience() != 0:
            for key, _ in selector.select(self._find_patience()):
                step: Step = key.data
                # One step may have ended what the next event is about, and its number be another's.
                # By number: a socket that was closed has none.
                if selector.get_map().get(key.fd) is key and (birth := step()):
                    return birth
        self.children.end()
        shutil.rmtree(self.start.folder, ignore_errors=True)
        return None

    # --- owners -------------------------------------------------------------------------------

    def _watch_owner(self, pid: int) -> None:
        """End with the owner, also where a process that it forked keeps the lifeline open."""
        self.children.watch(self.lifeline.connection, self._hear_owner)
        try:
            self.owner = os.pidfd_open(pid)
            self.children.watch(self.owner, self._end)
        except OSError:  # it is gone already
            self.over = True

    def _hear_owner(self) -> None:
        """End with the lifeline, unless the owner asked to stay for the next one."""
        try:
            self.lifeline.read()
            message = self.lifeline.find()
        except (EOFError, OSError, msgspec.MsgspecError):
            self._end()
            return
        if isinstance(message, Stay):
            self.until = time.monotonic() + message.seconds
            self.children.abandon_all()
            self.children.selector.unregister(self.owner)
            self.children.selector.unregister(self.lifeline.connection)
            self.lifeline.connection.close()
            os.close(self.owner)

    def _adopt(self, inbox: Inbox, message: Adopt) -> None:
        """Belong to a new owner, if there is none."""
        if self.until is not None and len(inbox.descriptors) == 1:
            self.until = None
            self.lifeline = Inbox(socket.socket(fileno=inbox.take()[0]))
            self._watch_owner(message.owner)
            say(inbox.connection, self._make_state())
        self._hang_up(inbox)

    def _find_patience(self) -> float | None:
        return None if self.until is None else max(0.0, self.until - time.monotonic())

    def _end(self) -> None:
        self.over = True

    # --- connections --------------------------------------------------------------------------

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        connection.setblocking(False)  # noqa: FBT003
        inbox = Inbox(connection)
        self.children.watch(connection, lambda: self._read(inbox))

    def _read(self, inbox: Inbox) -> Birth | None:
        try:
            inbox.read()
            message = inbox.find()
        except (EOFError, OSError, msgspec.MsgspecError):
            self._hang_up(inbox)
            return None
        if isinstance(message, Request):
            return self._answer(inbox, message)
        if isinstance(message, Adopt):
            self._adopt(inbox, message)
        elif isinstance(message, Question):
            say(inbox.connection, self._make_state())
        return None

    def _answer(self, inbox: Inbox, request: Request) -> Birth | None:
        why = self._find_obstacle(request, inbox)
        request = msgspec.structs.replace(request, env=self.added | request.env)
        try:
            child = None if why else self._find_kernel(request, inbox)
        except OSError as error:  # no memory, too many processes
            child, why = None, str(error)
        if isinstance(child, Birth):
            return child
        if child is None:
            say(inbox.connection, Refused(why))
            self._hang_up(inbox)
            return None
        self.children.attach(child, inbox.connection)
        inbox.drop()
        return self._prepare(request)

    def _find_obstacle(self, request: Request, inbox: Inbox) -> str:
        difference = find_difference(self.env, request.env)
        if difference:
            return f"{difference} is not what it was when the zygote started"
        role = request.role
        if role not in {self.start.role, ALSO.get(self.start.role)}:
            return f"this zygote forks each {self.start.role}, no {role}"
        if len(inbox.descriptors) != STREAMS[role]:
            return f"a request comes with {STREAMS[role]} descriptors"
        return find_fault(count_descriptors())

    def _hang_up(self, inbox: Inbox) -> None:
        self.children.selector.unregister(inbox.connection)
        inbox.connection.close()
        inbox.drop()

    # --- kernels ------------------------------------------------------------------------------

    def _find_kernel(self, request: Request, inbox: Inbox) -> Child | Birth:
        """Return the spare made for requests like this one, else a kernel just forked."""
        connection, descriptors = inbox.connection, inbox.descriptors
        spare = self.spares.pop(make_pattern(request), None) if may_prepare(request) else None
        if spare and self.children.hand_over(spare, request, connection, descriptors):
            return spare
        return self.children.fork(request, connection, tuple(descriptors))

    def _prepare(self, request: Request) -> Birth | None:
        """Have a spare ready for the next request of this kind."""
        pattern = make_pattern(request)
        alive = self.children.by_pid
        self.spares = {k: spare for k, spare in self.spares.items() if spare.pid in alive}
        if pattern in self.spares or not may_prepare(request):
            return None
        while len(self.spares) >= PATTERNS:
            self.children.kill(self.spares.pop(next(iter(self.spares))))
        try:
            child = self.children.fork_spare(request)
        except OSError:  # no memory, too many processes: none is needed
            return None
        if isinstance(child, Birth):
            return child
        self.spares[pattern] = child
        return None

    def _make_state(self) -> State:
        spares = {spare.pid for spare in self.spares.values()} & self.children.by_pid.keys()
        return State(
            pid=os.getpid(),
            imported=tuple(self.imported),
            left_out=self.start.left_out,
            threads=count_threads(),
            descriptors=count_descriptors(),
            kernels=tuple(pid for pid in self.children.by_pid if pid not in spares),
            spares=tuple(spares),
        )
