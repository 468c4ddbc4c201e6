"""Runs a notebook's cells, and says truthfully how it ended."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import zmq
from nbclient.client import timestamp
from nbclient.exceptions import (
    CellExecutionComplete,
    DeadKernelError,
)
from nbclient.util import run_hook, run_sync
from papermill.engines import NBClientEngine
from papermill.log import logger

from nbflow.base.tried_versions import find_plain_reason
from nbflow.executors.local.engine.execution_record import Observer, Record
from nbflow.executors.local.engine.exit_status import Talk, describe_death, describe_end, make_exit
from nbflow.executors.local.engine.kernel_connection import EndedError, Wire, WireClient, greet
from nbflow.executors.local.engine.kernel_side import asks_exit
from nbflow.executors.local.engine.output_messages import read_plain
from nbflow.executors.local.engine.pipelined_request import EXIT_CODE, FEATURE, PREPARED, Found
from nbflow.executors.local.engine.plain_client import PlainClient
from nbflow.executors.local.engine.prelude import make_prelude

SILENCE = 2.0  # seconds after a reply, until we ask whether the rest was lost
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
        kind = PlainClient if find_plain_reason() else Client
        client = kind(
            nb_man,
            timeout=timeout,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
            **options,
        )
        return client.execute()


class Client(PlainClient):
    """A client with a death noticed at once and named, which sends cells ahead."""

    def __init__(self, nb_man: Record, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self.sent: dict[str, tuple[Any, int]] = {}  # request to the cell and its index
        self.wire: Any = None

    def execute(self, **options: Any) -> Any:
        """Execute the cells; as papermill does, which asks for `kernel_info` once more."""
        self.reset_execution_trackers()
        try:
            with self.setup_kernel(**options):
                self.papermill_execute_cells()
                self.nb.metadata["language_info"] = self.info["language_info"]
                self.set_widgets_metadata()
        finally:
            if self.wire is not None:
                self.wire.close()
        return self.nb

    async def async_start_new_kernel_client(self) -> Any:
        """Connect without the channels of which nothing is asked here, and say hello."""
        self.km.client_factory = WireClient
        self.kc = self.km.client(context=zmq.Context.instance())
        self.kc.start_channels()
        self.wire = Wire(self.kc, self.km, self.nb_man.observer.resting)
        try:
            self.info = greet(self.wire, self.kc, self.startup_timeout)["content"]
        except EndedError:
            how = describe_end(self.km)
            await self._async_cleanup_kernel()
            raise DeadKernelError(f"Kernel died before replying to kernel_info{how}") from None
        except BaseException:
            await self._async_cleanup_kernel()
            raise
        self.kc.allow_stdin = False
        await run_hook(self.on_notebook_start, notebook=self.nb)
        return self.kc

    start_new_kernel_client = run_sync(async_start_new_kernel_client)

    def prepare(self) -> None:
        """Have the kernel keep all outputs, and wait with them for us, if it can learn to."""
        if self.is_python and PREPARED not in self.info.get("supported_features", ()):
            self.ask(make_prelude())
        if self.is_python:
            self.kc.iopub_channel.hold_back()

    @property
    def _heeds_mark(self) -> bool:
        """Whether it is a kernel that nbflow forked."""
        return FEATURE in self.info.get("supported_features", ())

    def ask(self, code: str, **options: Any) -> dict[str, Any]:
        """Execute code unseen by the notebook; return its reply, after all earlier output.

        From a kernel that has ended, an empty one.
        """
        last = next(reversed(self.sent.values()), None)
        request = self.kc.execute(code, silent=True, store_history=False, **options)
        if last is not None:  # to whose outputs belongs what comes late
            self.sent[request] = last
        talk = Talk(request)
        with contextlib.suppress(EndedError):
            while not talk.over and (found := self._take(ASKING)):
                self._hear(talk, *found)
        if talk.aborted:  # the kernel had not done yet with dropping what follows an error
            return self.ask(code, **options)
        return dict(talk.reply or {})

    async def async_ask(self, code: str, **options: Any) -> dict[str, Any]:
        return self.ask(code, **options)

    # --- what nbclient awaits for each cell -----------------------------------------------------

    async def _async_poll_kernel_alive(self) -> None:
        """Nothing: whoever waits for messages notices a death."""

    async def _async_poll_output_msg(self, request: str, cell: Any, cell_index: int) -> None:
        """Note whose outputs they are, and send the next cell; they are taken with the reply."""
        self.sent[request] = (cell, cell_index)
        if self._heeds_mark:
            following = filter(self._is_executed, self.nb.cells[cell_index + 1 :])
            if (following_cell := next(following, None)) is not None:
                stops = not self._allows_errors(following_cell)
                self.kc.ahead.send(following_cell.source, stop_on_error=stops)

    def _is_executed(self, cell: Any) -> bool:
        """Tell what nbclient sends to a kernel."""
        skipped = self.skip_cells_with_tag in cell.metadata.get("tags", [])
        return cell.cell_type == "code" and bool(cell.source.strip()) and not skipped

    def _allows_errors(self, cell: Any) -> bool:
        """Tell, as nbclient does, a cell after whose error the notebook goes on."""
        tagged = "raises-exception" in cell.metadata.get("tags", [])
        return not self.force_raise_errors and (self.allow_errors or tagged)

    def _take(self, seconds: float | None) -> Found | None:
        """Return the next message, first what came early; None if none comes in time."""
        early: Found | None = self.kc.ahead.give()
        return early or self.wire.take(seconds)

    async def _async_poll_for_reply(
        self, request: str, cell: Any, limit: float | None, *_: Any
    ) -> dict[str, Any]:
        """Take messages until the kernel has answered and is done with the cell."""
        talk = Talk(request)
        try:
            while not talk.over:
                found = self._take(self._find_patience(talk, limit))
                if found is not None:
                    self._hear(talk, *found)
                else:
                    await self._give_up(talk, cell)
                if talk.over and talk.aborted:
                    talk = self._ask_again(talk, cell)
        except EndedError:
            if not self.kc.ahead.is_begun():
                raise DeadKernelError(describe_death(self.km)) from None
            talk.reply = talk.reply or {"content": {"status": "ok"}}  # it was lost
        if self.record_timing:
            cell["metadata"]["execution"]["shell.execute_reply"] = timestamp(talk.reply)
        return dict(talk.reply or {})

    def _ask_again(self, talk: Talk, cell: Any) -> Talk:
        """Send a cell once more that the kernel dropped after an error that is allowed here."""
        stops = not self._allows_errors(cell)
        again = Talk(self.kc.ahead.send_again(cell.source, stop_on_error=stops))
        self.sent[again.request] = self.sent[talk.request]
        return again

    def _find_patience(self, talk: Talk, limit: float | None) -> float | None:
        """Return the seconds to wait for what is still to come, None for ever."""
        if talk.idle:
            return UNANSWERED
        if talk.reply is not None:
            return min(SILENCE, float(self.iopub_timeout))
        return None if limit is None else max(0.0, talk.started + limit - time.monotonic())

    async def _give_up(self, talk: Talk, cell: Any) -> None:
        """Say what did not come in time, or wait for less."""
        if talk.idle:
            raise DeadKernelError(NO_REPLY)
        if talk.reply is None:
            timeout = self._get_timeout(cell)
            error = await self._async_handle_timeout(timeout, cell)  # raises, or has interrupted
            talk.started = time.monotonic()
            talk.reply = error and {**error, "parent_header": {"msg_id": talk.request}}
        elif time.monotonic() < talk.started + self.iopub_timeout:
            talk.probes.append(self.kc.kernel_info())
        else:
            self._note_missing(talk, 0)
            talk.idle = True

    async def _check_raise_for_error(self, cell: Any, cell_index: int, reply: Any) -> None:
        """Raise what ends the notebook: an error, or `exit()` in whatever cell."""
        content = reply["content"] if reply is not None else {}
        code = await self.find_exit_code(content)
        if code is not None:
            await run_hook(
                self.on_cell_error, cell=cell, cell_index=cell_index, execute_reply=reply
            )
            raise make_exit(cell, content, code)
        await super()._check_raise_for_error(cell, cell_index, reply)

    async def find_exit_code(self, content: dict[str, Any]) -> int | None:
        """Return the code with which a cell ended the notebook, None if it did not."""
        if EXIT_CODE in content:
            return int(content[EXIT_CODE])
        if self._heeds_mark and not asks_exit(content):
            return None
        return await super().find_exit_code(content)

    async def async_wait_for_reply(self, request: str, cell: Any = None) -> dict[str, Any] | None:
        """Return the reply to a request of whoever uses this client."""
        talk = Talk(request)
        while talk.reply is None and (found := self._take(self._get_timeout(cell))):
            self._hear(talk, *found)
        return talk.reply

    wait_for_reply = run_sync(async_wait_for_reply)

    def _hear(self, talk: Talk, channel: str, message: dict[str, Any]) -> None:
        """Take a message.

        What subprocesses and C code print can come after their cell has ended; nbclient drops it.
        """
        parent = message["parent_header"].get("msg_id")
        if missing := self.kc.iopub_channel.take_missing():
            self._note_missing(talk, missing)
        if self.kc.ahead.hold(channel, message):
            talk.idle = talk.idle or channel == "iopub"  # the next cell has begun
            return
        if channel == "shell":
            if parent == talk.request:
                talk.reply = message
        elif parent in self.sent:
            try:
                self.process_message(message, *self.sent[parent])
            except CellExecutionComplete:
                talk.idle = talk.idle or parent == talk.request
        elif message["content"].get("execution_state") == "idle":
            talk.idle = talk.idle or parent == talk.request
            if parent in talk.probes:
                self._note_missing(talk, 0)
                talk.idle = True

    def _note_missing(self, talk: Talk, count: int) -> None:
        """Note that messages were lost; of the last of a cell it is not known how many."""
        cell, index = self.sent.get(talk.request, (None, 0))
        if cell is not None and not talk.over:
            self.nb_man.observer.outputs_missing(cell, index, count)

    def output(self, outs: Any, msg: dict[str, Any], display_id: Any, cell_index: int) -> Any:
        """Take what is plainly right as it is; nbclient holds it against a schema, 3 ms each."""
        plain = read_plain(msg)
        hooked = self.output_hook_stack[msg["parent_header"].get("msg_id")]
        if plain is None or hooked or display_id or self.clear_before_next_output:
            return super().output(outs, msg, display_id, cell_index)
        outs.append(plain)
        return plain
