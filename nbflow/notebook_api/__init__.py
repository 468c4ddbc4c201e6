"""The notebook's side: what an author calls, under a run, by hand and in a plain script."""

from __future__ import annotations

from nbflow.notebook_api.public_api import file, progress, read, sql, use, write

__all__ = ["file", "progress", "read", "sql", "use", "write"]
