"""Importing this is a rehearsal: it loads what a worker's first job would, before the fork."""

from __future__ import annotations

import importlib

from nbflow.worker.unused import leave_out

LATE = ("nbflow.worker.execution", "nbflow.worker.failure", "nbflow.engine.client")

leave_out()
for name in LATE:
    importlib.import_module(name)
