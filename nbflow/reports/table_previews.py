"""Previews of tables, kept in the pipeline's cache by the result that holds the table."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from nbflow.base.atomic_files import write_file
from nbflow.model import Output
from nbflow.model.profiles import TableProfile
from nbflow.reports.facts import TablePreview
from nbflow.storage.quoting import make_path
from nbflow.storage.results.store import PREVIEWS

_FORMAT = 2  # of the kept profiles


class _Kept(msgspec.Struct, frozen=True):
    """A profile, and the hash of the table that it was made from."""

    format: int
    hash: str
    profile: TableProfile


def make_table_preview(
    folder: Path, step: str, output: Output, home: Path | None = None
) -> TablePreview:
    """Return the first rows of a table, and what is known of its columns.

    `folder` is the result's; `home` is the pipeline's folder, whose cache keeps it; with None
    it is not kept.
    Raises StoreError or DamageError where the table cannot be read.
    """
    path = home and make_path(home / PREVIEWS, output.name, ".json", folder.name)
    profile = (path and _read_kept(path, output)) or _make_profile(folder, output, path)
    return TablePreview(
        ref=f"{step}.{output.name}",
        rows=profile.rows,
        columns=profile.columns,
        head=profile.head,
        hash=output.hash,
        bytes=output.bytes,
        left_out=profile.left_out,
    )


def _read_kept(path: Path, output: Output) -> TableProfile | None:
    with contextlib.suppress(OSError, ValueError):
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
        if (kept.format, kept.hash) == (_FORMAT, output.hash):
            return kept.profile
    return None


def _make_profile(folder: Path, output: Output, path: Path | None) -> TableProfile:
    from nbflow.storage.duckdb.table_profile import profile_table  # noqa: PLC0415 - loads duckdb

    profile = profile_table(folder, output.name)
    if path:
        with contextlib.suppress(OSError):  # it is a cache
            path.parent.mkdir(parents=True, exist_ok=True)
            content = msgspec.json.encode(_Kept(_FORMAT, output.hash, profile))
            write_file(path, content, durable=False)
    return profile
