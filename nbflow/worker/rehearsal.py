"""Importing this is a rehearsal: it loads what a worker's first job would, before the fork."""

from __future__ import annotations

import importlib

from nbflow.kernels import OWN, make_manager_class
from nbflow.worker.unused import leave_out

LATE = (
    "nbflow.worker.__main__",
    "nbflow.worker.execution",
    "nbflow.worker.failure",
    "nbflow.engine.client",
)

leave_out()
for name in LATE:
    importlib.import_module(name)
notebooks = importlib.import_module("nbformat")
notebooks.v4.new_output("stream")  # compiles what validates every output: 70 ms
notebooks.reads('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', as_version=4)
make_manager_class()(kernel_name=OWN).kernel_spec  # noqa: B018  # traits and folders: 30 ms
