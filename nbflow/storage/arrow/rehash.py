"""The content hash of a table as it lies in its Arrow file now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nbflow.errors import StoreError
from nbflow.model import Output
from nbflow.storage.arrow.codec import Codec
from nbflow.storage.arrow.file import find_arrow, map_arrow
from nbflow.storage.arrow.hash import TableHasher

_SLICE = 1 << 17  # rows to hash at once


def find_change(path: Path, outputs: Mapping[str, Output]) -> str:
    """Return why an Arrow file does not hold the table that was written, "" where it does."""
    folder = path.parent.parent
    kept = (one for one in outputs.values() if find_arrow(folder, one.name) == path)
    wanted = next((one.hash for one in kept), "")
    try:
        same = hash_table(path) == wanted
    except (StoreError, FileNotFoundError) as error:
        return str(error)
    return "" if same else "its content is not what was written"


def hash_table(path: Path) -> str:
    """Return the hash of a table's content; raises StoreError where it cannot be read."""
    table = map_arrow(path)
    codec, hasher = Codec(table.schema), TableHasher(table.schema)
    for batch in table.to_batches(max_chunksize=_SLICE):
        codec.gather(batch)
        hasher.update(batch, codec.dictionaries)
    return hasher.hexdigest(codec.dictionaries)
