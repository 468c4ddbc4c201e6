"""Importing this module does, before the fork, work of every first read and write of a table."""

from __future__ import annotations

import msgspec

from nbflow.storage.frames import frames
from nbflow.storage.results.outputs import Outputs

msgspec.json.Decoder(Outputs)  # looks at a type when it first meets it
frames.rehearse()  # 3 ms a read, 3 ms a write
