"""Which kernel a notebook runs in, and what is installed there."""

from __future__ import annotations

from nbflow.environments.environment import find_cache, make_environment, read_environment
from nbflow.environments.find import OWN, Kernel, find_kernel
from nbflow.environments.specs import make_manager_class

__all__ = [
    "OWN",
    "Kernel",
    "find_cache",
    "find_kernel",
    "make_environment",
    "make_manager_class",
    "read_environment",
]
