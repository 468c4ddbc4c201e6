"""Importing this is a rehearsal: it loads what a worker's first job would, before the fork."""

from __future__ import annotations

import contextlib
import importlib

from nbflow.kernels import OWN, make_manager_class
from nbflow.worker.unused import leave_out

LATE = (
    "nbflow.worker.__main__",
    "nbflow.worker.execution",
    "nbflow.worker.failure",
    "nbflow.zygote.clients",
)

leave_out()
for name in LATE:
    importlib.import_module(name)
notebooks = importlib.import_module("nbformat")
notebooks.v4.new_output("stream")  # compiles what validates every output: 70 ms
notebook = notebooks.reads(
    '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', as_version=4
)
zygote = importlib.import_module("nbflow.zygote")
for kernel in (OWN, "python3"):  # traits and folders, IPython, entry points: 60 ms
    with contextlib.suppress(Exception):  # no such kernel need be installed
        zygote.use(make_manager_class()(kernel_name=kernel))
client = importlib.import_module("nbflow.engine.client")
client.Client(client.Record(notebook, client.Observer(), progress_bar=False))
client.WireClient()
