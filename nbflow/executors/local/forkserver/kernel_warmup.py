"""Importing this module does, before the fork, work that every kernel needs."""

from __future__ import annotations

import inspect

import msgspec
from IPython.core.interactiveshell import InteractiveShell

from nbflow.executors.local.forkserver import prepared_shell
from nbflow.executors.local.forkserver.forked_kernel import ForkedApp
from nbflow.model import Job

msgspec.json.Decoder(Job)  # looks at a type when it first meets it: 2 ms
# ipykernel asks for it before each cell: 0.2 ms
InteractiveShell.run_cell_async.__signature__ = inspect.signature(InteractiveShell.run_cell_async)
ForkedApp.instance()  # each child's own
prepared_shell.prepare()
if (prepared := prepared_shell.find_prepared()) is not None:
    for source in ("a = f(1)", "%time a", "if a:\n    a"):
        prepared.input_transformer_manager.transform_cell(source)
