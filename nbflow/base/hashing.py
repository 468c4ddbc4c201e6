"""Content hashes of bytes and files: xxh3 with 128 bits, in hexadecimal."""

from __future__ import annotations

from pathlib import Path

import xxhash

_BLOCK = 1 << 20
_STAMP = "stamp "


def hash_bytes(data: bytes | str) -> str:
    """Return the hash of bytes; text is hashed as UTF-8."""
    return xxhash.xxh3_128_hexdigest(data.encode() if isinstance(data, str) else data)


def hash_file(path: Path | str) -> str:
    """Return the hash of a file's content, read block by block; raises OSError."""
    hasher = xxhash.xxh3_128()
    with Path(path).open("rb") as file:
        while block := file.read(_BLOCK):
            hasher.update(block)
    return hasher.hexdigest()


def mark_file(path: Path | str, *, whole: bool = True) -> str:
    """Return what tells whether a file is as it was: its hash, or if not `whole` size and time."""
    if whole:
        return hash_file(path)
    found = Path(path).stat()
    return f"{_STAMP}{found.st_size} {found.st_mtime_ns}"


def is_stamp(mark: str) -> bool:
    """Tell a mark by size and time from a hash."""
    return mark.startswith(_STAMP)
