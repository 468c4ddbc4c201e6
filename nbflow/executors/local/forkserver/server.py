"""The loop of a fork server: it forks a kernel for each request, and imports in between."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from pathlib import Path

import msgspec

from nbflow.base.private_folders import UNSAFE
from nbflow.executors.local.forkserver.child_bootstrap import Birth
from nbflow.executors.local.forkserver.children import Child, Children
from nbflow.executors.local.forkserver.fork_key import (
    CURES,
    Pattern,
    find_difference,
    make_pattern,
    may_prepare,
)
from nbflow.executors.local.forkserver.messages import (
    Adopt,
    Again,
    Inbox,
    Question,
    Refused,
    Request,
    Role,
    State,
    Stay,
    say,
)
from nbflow.executors.local.forkserver.preload import (
    Preload,
    UnsafeError,
    count_descriptors,
    count_threads,
    find_fault,
)

PATTERNS = 4  # kinds of request that spares are kept for
STREAMS: dict[Role, int] = {"kernel": 2, "worker": 3, "filler": 3}  # come with a request
ALSO: dict[Role, Role] = {"kernel": "filler"}  # needs the same libraries


class Start(msgspec.Struct):
    """What a fork server is started with; see `owner.start`.

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
    """One thread, no locks. Only in a forked child does a method return a Birth.

    Requests wait in `waiting` until the libraries that they need are imported. `due` is set when
    another request of the same kind is expected: a spare kernel is forked for it.
    """

    def __init__(self, start: Start, preload: Preload, env: dict[str, str]) -> None:
        self.start, self.preload = start, preload
        self.env = env  # before the imports
        self.children = Children(Path(start.folder))
        preload.count_own = self.children.count_descriptors
        self.waiting: dict[Inbox, Request | Question] = {}
        self.spares: dict[Pattern, Child] = {}
        self.last: Request | None = None  # for a kernel
        self.due: Request | None = None
        self.over = self.importing = False
        self.unsafe = ""  # why nothing is forked any more
        self.until: float | None = None  # when to end, while there is no owner
        self.listener = socket.socket(fileno=start.listener)
        self.children.watch(self.listener, self._accept)
        self.lifeline = Inbox(socket.socket(fileno=start.lifeline))
        self._watch_owner(start.owner)
        signal.signal(signal.SIGCHLD, self._hear_death)

    def serve(self) -> Birth | None:
        """Serve until the owner is gone and no new owner came in time; then return None.

        In a child, return what it is to become. Raises UnsafeError where this process must be
        replaced by another one.
        """
        selector = self.children.selector
        while not self.over and self._find_patience() != 0:
            busy = self.preload.pending or self.due
            heard = selector.select(0 if busy else self._find_patience())
            for key, _ in heard:
                # One step may have ended what the next event is about, and its number be another's.
                # By number: a socket that was closed has none.
                if selector.get_map().get(key.fd) is key:
                    key.data()
            if not heard and self.preload.pending:
                self._import_next()
            if birth := self._answer_next():
                return birth
        self.children.end()
        shutil.rmtree(self.start.folder, ignore_errors=True)
        return None

    # --- imports ------------------------------------------------------------------------------

    def _import_next(self) -> None:
        """Import one library: one that a waiting request needs, else the next in order."""
        requests = (one for one in self.waiting.values() if isinstance(one, Request))
        needs = (one.needs or () for one in requests if one.urgent)
        self.importing = True
        self.children.bury_dead()
        try:
            self.preload.import_next(name for names in needs for name in names)
        except UnsafeError as error:
            self._give_up(error)
        finally:
            self.importing = False

    def _hear_death(self, *_: object) -> None:
        """Tell a kernel's exit code at once, also while a library is imported."""
        if self.importing:
            self.children.bury_dead()

    def _give_up(self, error: UnsafeError) -> None:
        """Stop forking after an unsafe import.

        If no kernel is alive, raises the error: a new process takes over. Otherwise the kernels
        live on, and a file tells the owner which library was unsafe.
        """
        if self.until is not None:
            self.over = True  # an owner would find it useless
        elif not self.children.have_owners():
            self.children.end()
            for inbox in list(self.waiting):
                say(inbox.connection, Again())
                self._hang_up(inbox)
            raise error
        self.unsafe, self.due = str(error), None
        self.preload.pending.clear()
        Path(self.start.folder, UNSAFE).write_bytes(msgspec.json.encode({error.name: error.why}))

    # --- owners -------------------------------------------------------------------------------

    def _watch_owner(self, pid: int) -> None:
        """End with the owner, even if a process forked by the owner keeps the lifeline open."""
        self.children.watch(self.lifeline.connection, self._hear_owner)
        try:
            self.owner = os.pidfd_open(pid)
            self.children.watch(self.owner, self._end)
        except OSError:  # it is gone already
            self.over = True

    def _hear_owner(self) -> None:
        """End with the lifeline, unless the owner sent `Stay`."""
        try:
            self.lifeline.read()
            message = self.lifeline.find()
        except (EOFError, OSError, msgspec.MsgspecError):
            self._end()
            return
        if isinstance(message, Stay):
            self.until = time.monotonic() + message.seconds
            self.due = self.last  # the next run begins at once
            self.children.abandon_all()
            self.children.selector.unregister(self.owner)
            self.children.selector.unregister(self.lifeline.connection)
            self.lifeline.connection.close()
            os.close(self.owner)

    def _adopt(self, inbox: Inbox, message: Adopt) -> None:
        """Accept a new owner, if there is none now."""
        if self.until is not None and len(inbox.descriptors) == 1:
            self.until = None
            self.lifeline = Inbox(socket.socket(fileno=inbox.take()[0]))
            self.start.owner, self.start.lifeline = message.owner, self.lifeline.connection.fileno()
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

    def _read(self, inbox: Inbox) -> None:
        try:
            inbox.read()
            message = inbox.find()
        except (EOFError, OSError, msgspec.MsgspecError):
            self._hang_up(inbox)
            return
        if isinstance(message, Adopt):
            self._adopt(inbox, message)
        elif isinstance(message, Request | Question):
            self.waiting[inbox] = message

    def _answer_next(self) -> Birth | None:
        """Answer each request whose libraries are imported; then fork a spare if one is due."""
        for inbox, message in list(self.waiting.items()):
            needs = message.needs if isinstance(message, Request) else None
            if self.preload.find_missing(needs):
                continue
            del self.waiting[inbox]
            if isinstance(message, Question):
                say(inbox.connection, self._make_state())
            elif birth := self._answer(inbox, message):
                return birth
        due = self.due if not self.preload.pending else None
        if due is None:
            return None
        self.due = None
        return self._fork_spare(due)

    def _answer(self, inbox: Inbox, request: Request) -> Birth | None:
        why = self._find_obstacle(request, inbox)
        # Libraries set variables when they are imported; they do in an ordinary kernel too.
        added = {k: v for k, v in os.environ.items() if k not in {*self.env, *CURES}}
        request = msgspec.structs.replace(request, env=added | request.env)
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
        if may_prepare(request):
            self.last = request
            self.due = request if request.more else self.due
        return None

    def _find_obstacle(self, request: Request, inbox: Inbox) -> str:
        difference = find_difference(self.env, request.env)
        if difference:
            return f"{difference} is not what it was when the fork server started"
        role = request.role
        if role not in {self.start.role, ALSO.get(self.start.role)}:
            return f"this fork server forks each {self.start.role}, no {role}"
        if len(inbox.descriptors) != STREAMS[role]:
            return f"a request comes with {STREAMS[role]} descriptors"
        return self.unsafe or find_fault(count_descriptors())

    def _hang_up(self, inbox: Inbox) -> None:
        self.waiting.pop(inbox, None)
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

    def _fork_spare(self, request: Request) -> Birth | None:
        """Fork a spare for the next request of this kind, unless one is waiting."""
        pattern = make_pattern(request)
        alive = self.children.by_pid
        self.spares = {k: spare for k, spare in self.spares.items() if spare.pid in alive}
        if pattern in self.spares:
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
            imported=tuple(self.preload.imported),
            left_out=self.start.left_out,
            threads=count_threads(),
            descriptors=count_descriptors(),
            kernels=tuple(pid for pid in self.children.by_pid if pid not in spares),
            spares=tuple(spares),
        )
