"""Importing this module loads, before the fork, what a worker's first job needs."""

from __future__ import annotations

import contextlib
import importlib

from nbflow.environments import OWN, make_manager_class
from nbflow.executors.local.worker.blocked_imports import leave_out

LATE = (
    "nbflow.executors.local.worker.__main__",
    "nbflow.executors.local.worker.execution",
    "nbflow.executors.local.worker.failure",
    "nbflow.executors.local.forkserver.kernel_clients",
)

leave_out()
for name in LATE:
    importlib.import_module(name)
notebooks = importlib.import_module("nbformat")
notebook = notebooks.reads(
    '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', as_version=4
)
forkserver = importlib.import_module("nbflow.executors.local.forkserver")
for kernel in (OWN, "python3"):  # traits and folders, entry points
    with contextlib.suppress(Exception):  # no such kernel need be installed
        forkserver.use(make_manager_class()(kernel_name=kernel))
client = importlib.import_module("nbflow.executors.local.engine.client")
client.Client(client.Record(notebook, client.Observer(), progress_bar=False))
client.WireClient(ip="")  # else the network's interfaces are listed, by psutil
