"""The content security policy of a page: which scripts run in it; nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable


def make_policy(
    scripts: Iterable[str] = (), hashes: Iterable[str] = (), *, live: bool = False
) -> str:
    """Return a content security policy that lets these scripts run and no others.

    `scripts` are the texts between `<script>` and `</script>`, `hashes` those of scripts that run
    in frames, see `FrameScripts`. Nothing is fetched, from anywhere; pictures, sounds and films
    are data in the page. A frame inherits the policy, so it cannot be led elsewhere either. A
    `live` page may ask the server that it came from.
    """
    allowed = [*map(make_hash, scripts), *hashes]
    sources = " ".join(f"'{one}'" for one in allowed) or "'none'"
    rules = (
        "default-src 'none'",
        "img-src data:",
        "media-src data:",
        "style-src 'unsafe-inline'",
        f"script-src {sources}",
        "base-uri 'none'",
        "form-action 'none'",
        *(["connect-src 'self'"] if live else []),
    )
    return "; ".join(rules)


def make_hash(script: str) -> str:
    """Return the hash of a script as a policy names it: `sha256-…`."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
