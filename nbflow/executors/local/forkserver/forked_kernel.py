"""What a forked child becomes: an ordinary ipykernel, with an end that cannot hang."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import importlib.util
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from ipykernel import ipkernel, kernelapp
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets import List, Unicode
from traitlets.config import Config

from nbflow.base import process
from nbflow.executors.local.engine import kernel_side, message_packing
from nbflow.executors.local.engine.pipelined_request import (
    EXIT_CODE,
    FEATURE,
    MARK,
    PREPARED,
    Begun,
)
from nbflow.executors.local.forkserver import prepared_shell
from nbflow.executors.local.forkserver.fork_key import HISTORY
from nbflow.executors.local.forkserver.inherited_state import renew_main
from nbflow.executors.local.forkserver.output_streams import OutputThread, drain
from nbflow.executors.local.forkserver.request_queue import Turns
from nbflow.executors.local.forkserver.reset_process import LIBC
from nbflow.executors.local.forkserver.unwritten_files import write_unwritten

_spec = importlib.util.find_spec("ipykernel_launcher")
LAUNCHER = (_spec and _spec.origin) or "ipykernel_launcher"  # its sys.argv[0]
# Stands for ipykernel's module where nobody debugs: it takes 70 ms to import, and 3 ms a kernel.
NO_DEBUGGER = SimpleNamespace(_is_debugpy_available=False, Debugger=None)
# What an ordinary kernel has imported by then; the fork server goes on to import more.
LISTED = [module.__file__ for module in [*sys.modules.values()] if getattr(module, "__file__", "")]


def make_app(arguments: Sequence[str], file: str) -> Any:
    """Return the application, its sockets bound; `file` is a connection file."""
    sys.argv = [LAUNCHER, "-f", file, *arguments]
    sys.orig_argv = [sys.executable, "-m", "ipykernel_launcher", *sys.argv[1:]]
    app = ForkedApp.instance()
    app.kernel_class = ForkedKernel
    if is_executor(arguments):
        sys.modules["ipykernel.debugger"] = NO_DEBUGGER  # type: ignore[assignment]
    app.parent_handle = os.getppid()  # 0 would mean: started by hand in a terminal
    app.initialize(sys.argv[1:])
    renew_main()
    app.log.setLevel(app.log_level)  # else what its handler drops is first made into a record
    return app


def prepare(app: Any) -> None:
    """Prepare a kernel for nbflow's own client; see `kernel_side.py`."""
    kernel_side.prepare()
    app.kernel.prepared = True


def rehearse(app: Any) -> None:
    """Run an empty cell ahead of need: the first cell costs ten times as much as others."""
    app.kernel.shell.run_cell("pass", store_history=False, silent=True)
    app.kernel.shell.user_expressions({"nothing": "''"})


def is_executor(arguments: Sequence[str]) -> bool:
    """Tell whether the client only executes a notebook, as nbclient's arguments say."""
    return any(argument.startswith(HISTORY) for argument in arguments)


def find_plain(arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return what nbflow's own arguments set; None where others were given."""
    if len(arguments) not in {2, 3} or arguments[0] != "-f":
        return None
    config: dict[str, Any] = {"IPKernelApp": {"connection_file": arguments[1]}}
    for argument in arguments[2:]:
        if not argument.startswith(HISTORY):
            return None
        config["HistoryManager"] = {"hist_file": argument.removeprefix(HISTORY)}
    return config


def run(app: Any) -> None:
    """Run until the kernel is asked to end, and end the process."""
    code = 1
    try:
        _serve(app)
        code = 0
    finally:
        leave(app, code)


def _serve(app: Any) -> None:
    """Serve until the end; `exit()` in an asyncio task raises SystemExit out of the event loop."""
    start = app.start
    while True:
        try:
            start()
        except SystemExit as error:
            app.kernel.exit_code = kernel_side.make_code(error.code)
            start = app.io_loop.start
        else:
            return


def leave(app: Any, code: int) -> None:
    """End the process as Python does, without the parts that hang or take long.

    ipykernel 7.4 hung in 2 of 50 ends: IPKernelApp.close joins the control thread, which blocks
    on the iopub thread that was stopped before.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    atexit.unregister(app.close)
    atexit.unregister(app.iopub_thread.stop)
    with contextlib.suppress(BaseException):
        process.finish()
    with contextlib.suppress(BaseException):
        _let_go(app)
    with contextlib.suppress(BaseException):
        write_unwritten()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(Exception):
            stream.flush()  # type: ignore[union-attr]
    app.iopub_thread.settle()
    LIBC.fflush(None)
    os._exit(code)


def _let_go(app: Any) -> None:
    """Drop the results that IPython keeps of the last cells: they may hold a file open."""
    kernel_shell = app.kernel.shell
    kernel_shell.last_execution_result = None
    kernel_shell.InteractiveTB.tb = None
    kernel_shell.InteractiveTB.etype = kernel_shell.InteractiveTB.evalue = None


class ForkedApp(IPKernelApp):  # type: ignore[misc]
    """ipykernel's application, whose parent's death the operating system watches for."""

    outstream_class = "nbflow.executors.local.forkserver.output_streams.Stream"
    # By its short name, storemagic is first looked for in all folders of sys.path: 1 ms.
    default_extensions = List(Unicode(), ["IPython.extensions.storemagic"])

    def init_poller(self) -> None: ...

    def init_control(self, context: Any) -> None:
        if is_executor(self.argv):
            kernelapp.ShellChannelThread = NoSubshells
        super().init_control(context)

    def init_iopub(self, context: Any) -> None:
        kernelapp.IOPubThread = OutputThread
        super().init_iopub(context)

    def init_kernel(self) -> None:
        """Send a reply at once where the client waits for all outputs, as nbclient does.

        ipykernel sleeps before it, for those that do not. Who asks for no history does.
        """
        message_packing.use(self.session)
        super().init_kernel()
        if is_executor(self.argv):
            self.kernel._execute_sleep = 0.0  # noqa: SLF001

    def parse_command_line(self, argv: Any = None) -> None:
        """Take nbflow's own arguments as they are: a parser for all there are takes 20 ms."""
        given = find_plain(argv or ())
        if given is None:
            super().parse_command_line(argv)
            return
        self.argv = list(argv)
        self.cli_config = Config(given)
        self.update_config(self.cli_config)
        self.extra_args: list[str] = []


class NoSubshells:
    """Stands for the thread that passes requests on to subshells, where no client has any.

    Without it a request reaches the main thread at once, and its reply the client.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        self.parent_thread = threading.current_thread()

    def __bool__(self) -> bool:
        return False


class ForkedKernel(IPythonKernel):  # type: ignore[misc]
    """An IPythonKernel that can be interrupted while it executes, and at no other time.

    jupyter_client sends SIGINT before it asks a kernel to end. ipykernel takes it until a moment
    after the reply was sent: there it struck the event loop.
    """

    debugger: Any = None
    failed = False  # the last cell, and what follows is not to be executed
    prepared = False
    exit_code: int | None = None  # with which a task has ended the notebook

    def __init__(self, **options: Any) -> None:
        prepared = prepared_shell.find_prepared()
        with _listing_nothing():
            super().__init__(**options)
        if prepared is not None:
            prepared_shell.complete(prepared, self)
        if self.debugger is not None:
            self.debugger.kernel_modules = LISTED

    @cached_property
    def _begun(self) -> Begun:
        return Begun(self.parent.ip, os.O_WRONLY)

    @property
    def _supports_kernel_subshells(self) -> bool:
        return bool(self.shell_channel_thread)

    async def dispatch_shell(self, *args: Any, **options: Any) -> None:
        """Begin a cell only when the socket has all output of the last cell."""
        self.iopub_thread.settle()
        await super().dispatch_shell(*args, **options)

    def start(self) -> None:
        super().start()
        if not self._supports_kernel_subshells:
            self.shell_stream.on_recv(Turns(self).take, copy=False)

    @property
    def kernel_info(self) -> dict[str, Any]:
        info: dict[str, Any] = super().kernel_info
        ours = [PREPARED] if self.prepared else []
        if not self._supports_kernel_subshells:
            ours.append(FEATURE)
        return {**info, "supported_features": [*info["supported_features"], *ours]}

    def should_handle(self, stream: Any, msg: Any, idents: Any) -> bool:
        """Refuse a cell that was sent ahead if the cell before it failed."""
        ahead = bool(msg["metadata"].get(MARK))
        if ahead and self.failed:
            self._send_abort_reply(stream, msg, idents)
            return False
        if ahead:
            self._begun.note(msg["header"]["msg_id"])
        return bool(super().should_handle(stream, msg, idents))

    async def execute_request(self, stream: Any, ident: Any, parent: Any) -> None:
        content = parent["content"]
        counts = not content.get("silent") and content.get("stop_on_error", True)
        self.replied: dict[str, Any] = {}
        await super().execute_request(stream, ident, parent)
        failed = counts and self.replied.get("status") == "error"
        self.failed = failed or EXIT_CODE in self.replied

    async def poll_stopped_queue(self) -> None:
        if self.debugger is not None:
            await super().poll_stopped_queue()

    def pre_handler_hook(self) -> None: ...

    def post_handler_hook(self) -> None: ...

    async def do_execute(self, *args: Any, **options: Any) -> Any:
        try:
            if self.exit_code is not None and not options.get("silent"):
                raise SystemExit  # noqa: TRY301  # since the last cell
            with interruptible(), prepared_shell.Translation(self.shell):
                self.replied = await super().do_execute(*args, **options)
        except (KeyboardInterrupt, SystemExit) as error:  # it struck after the cell's own code
            self.replied = self._make_error(type(error).__name__)
        if (code := self._find_exit_code()) is not None:
            self.replied[EXIT_CODE] = code
        drain(sys.stdout, sys.stderr)
        return self.replied

    def _find_exit_code(self) -> int | None:
        """Return the code with which the cell ended the notebook, None if it did not."""
        if self.exit_code is not None:
            return self.exit_code
        if kernel_side.asks_exit(self.replied):
            return 0
        failed = self.replied["status"] == "error"
        return kernel_side.find_code(self.replied["ename"]) if failed else None

    def _cancel_on_sigint(self, future: Any) -> contextlib.AbstractContextManager[None]:
        """Cancel a cell that awaits; ipykernel's own handler does not wake the event loop."""
        loop = asyncio.get_running_loop()
        return interruptible(lambda *_: loop.call_soon_threadsafe(future.cancel))

    async def _progressively_terminate_all_children(self) -> None:
        """Leave this to the fork server, which kills the process group: this one takes seconds."""

    def _make_error(self, name: str) -> dict[str, Any]:
        return {
            "status": "error",
            "ename": name,
            "evalue": "",
            "traceback": [name],
            "execution_count": self.shell.execution_count,
            "user_expressions": {},
            "payload": [],
        }


@contextlib.contextmanager
def _listing_nothing() -> Iterator[None]:
    """Let ipykernel see no modules while it lists them for its debugger.

    Asking a thousand modules for their files copies a thousand pages of memory: 5 ms.
    """
    ipkernel.sys = SimpleNamespace(modules={})
    try:
        yield
    finally:
        ipkernel.sys = sys


@contextlib.contextmanager
def interruptible(handler: Any = signal.default_int_handler) -> Iterator[None]:
    """Have SIGINT raise KeyboardInterrupt; elsewhere than in the main thread signals never come."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def redirect_streams(stdout: int, stderr: int) -> None:
    """Send what ipykernel passes on besides capturing it to these descriptors, and close them."""
    given = ((1, sys.stdout, stdout), (2, sys.stderr, stderr))
    for number, stream, descriptor in given:
        # ipykernel leaves 1 and 2 alone where PYTEST_CURRENT_TEST is set.
        os.dup2(descriptor, getattr(stream, "_original_stdstream_copy", None) or number)
        os.close(descriptor)
