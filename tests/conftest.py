"""For every test."""

from __future__ import annotations

import os

os.environ.setdefault("NBFLOW_WARM", "0")  # no process outlives the tests
