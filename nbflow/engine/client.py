"""Runs a notebook's cells, and says truthfully how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from nbclient.exceptions import CellExecutionComplete, CellExecutionError, DeadKernelError
from nbclient.util import ensure_async, run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger

from nbflow.engine.record import Observer, Record

POLL = 0.1  # seconds between looks at whether the kernel lives
DRAIN_TIMEOUT = 10.0  # seconds for output that is still under way
DRAIN = 0.3  # seconds for what a dead kernel still sent
UNANSWERED = 20.0  # seconds from a cell's end to its reply, which kernels send before they say so
NO_REPLY = (
    "The kernel gave no answer: an error struck the kernel itself, as where a cell replaces "
    "sys.stdout. Restore what the cells before changed"
)
ASKING = 60.0  # seconds for an answer to what we ask


class Engine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine; `observer=` is told what happens while it happens."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        *,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        observer: Observer | None = None,
        **options: Any,
    ) -> Any:
        record = Record(
            nb,
            observer or Observer(),
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        record.notebook_start()
        try:
            cls.execute_managed_notebook(record, kernel_name, log_output=log_output, **options)
        except BaseException:
            record.notebook_broken()
            raise
        finally:
            record.notebook_complete()
        return record.nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Record,
        kernel_name: str,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **options: Any,
    ) -> Any:
        """Execute with the options of papermill's engine; the rest are nbclient's own."""
        timeout = execution_timeout or options.get("timeout")
        for name in ("input_path", "timeout", "startup_timeout"):
            options.pop(name, None)
        client = Client(
            nb_man,
            timeout=timeout,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
            **options,
        )
        return client.execute()


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, with an observer, and with a death noticed soon and named."""

    nb_man: Record

    def __init__(self, nb_man: Record, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self.sent: dict[str, tuple[Any, int]] = {}  # request to the cell and its index
        self.unanswered = False

    def papermill_execute_cells(self) -> None:
        self.nb_man.observer.kernel_ready(self)
        for index, cell in enumerate(self.nb.cells):
            if not self._execute(cell, index):
                break
        self.nb_man.observer.cells_finished(self)

    def _execute(self, cell: Any, index: int) -> bool:
        """Execute a cell; False: the notebook ends here."""
        record = self.nb_man
        try:
            record.cell_start(cell, index)
            self.execute_cell(cell, index)
        except CellExecutionError as error:
            if is_clean_exit(error):
                record.cell_exited(cell)
            else:
                record.cell_failed(cell, index, error)
            return False
        except DeadKernelError as error:
            death = DeadKernelError(NO_REPLY if self.unanswered else describe_death(self.km))
            record.cell_broken(cell, death)
            raise death from error
        except BaseException as error:
            record.cell_broken(cell, error)
            raise
        finally:
            record.cell_complete(cell, cell_index=index)
        return True

    async def async_ask(self, code: str, **options: Any) -> dict[str, Any]:
        """Execute code unseen by the notebook; return its reply, after all earlier output."""
        last = next(reversed(self.sent.values()), None)
        request = self.kc.execute(code, silent=True, store_history=False, **options)
        if last is not None:  # to whose outputs belongs what comes late
            self.sent[request] = last
        reply = None
        with contextlib.suppress(asyncio.TimeoutError):
            reply = await asyncio.wait_for(self.async_wait_for_reply(request), ASKING)
            await asyncio.wait_for(self._async_drain(request), DRAIN_TIMEOUT)
        return dict(reply or {})

    ask = run_sync(async_ask)

    async def _async_poll_output_msg(self, request: str, cell: Any, cell_index: int) -> None:
        self.sent[request] = (cell, cell_index)
        await self._async_drain(request)
        loop, reply = asyncio.get_running_loop(), self.task_poll_for_reply
        loop.call_later(UNANSWERED, self._give_up, reply)

    def _give_up(self, reply: asyncio.Future[Any]) -> None:
        """Stop waiting for a reply that an error in the kernel itself has swallowed."""
        if not reply.done():
            self.unanswered = True
            reply.cancel()

    async def _async_drain(self, request: str) -> None:
        """Take messages until the kernel has done with a request.

        What subprocesses and C code print can come after their cell has ended; nbclient drops it.
        """
        while True:
            message = await ensure_async(self.kc.iopub_channel.get_msg(timeout=None))
            parent = message["parent_header"].get("msg_id")
            if parent in self.sent:
                try:
                    self.process_message(message, *self.sent[parent])
                except CellExecutionComplete:
                    if parent == request:
                        return
            elif parent == request and message["content"].get("execution_state") == "idle":
                return

    def process_message(self, message: dict[str, Any], cell: Any, cell_index: int) -> Any:
        self.nb_man.observer.message_received(cell, cell_index, message)
        return super().process_message(message, cell, cell_index)

    async def _async_poll_kernel_alive(self) -> None:
        """Stop waiting for a reply soon after the kernel died; nbclient looks once a second."""
        while True:
            await asyncio.sleep(POLL)
            try:
                await self._async_check_alive()
            except DeadKernelError:
                await asyncio.sleep(DRAIN)
                if self.task_poll_for_reply is not None:
                    self.task_poll_for_reply.cancel()
                return


def is_clean_exit(error: CellExecutionError) -> bool:
    """Tell `sys.exit()` and `sys.exit(0)`, where papermill stops and lets the notebook pass."""
    return error.ename == "SystemExit" and error.evalue in {"", "0"}


def describe_death(kernels: Any) -> str:
    """Return how a kernel's process ended, as far as it is known."""
    process = getattr(getattr(kernels, "provisioner", None), "process", None)
    code = process.poll() if process is not None else None
    if code is None:
        return "Kernel died"
    if code >= 0:
        return f"Kernel died (exit code {code})"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else "unknown"
    why = ", often out of memory" if name == "SIGKILL" else ""
    return f"Kernel died (signal {-code}, {name}{why})"
