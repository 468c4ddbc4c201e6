"""The one place where a pickle is read: to read one is to run what its writer put into it."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import IO, Any

from nbflow.storage.trust import refuse_foreign


def unpickle(file: IO[bytes], place: Path) -> Any:
    """Return the object of a pickle that was found in this file or folder of a result.

    Raises TrustError where another user wrote it whom this one has not said to trust.
    """
    refuse_foreign(file, place)
    return pickle.load(file)  # noqa: S301 - whoever wrote it is trusted
