"""For every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("NBFLOW_WARM", "0")  # no process outlives the tests
# On a busy machine an example may take its time.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
