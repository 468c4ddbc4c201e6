"""Names of parameters and columns whose values nobody should see."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LAST = {  # what a name ends with
    "apikey", "authorization", "cookie", "credential", "credentials", "dsn", "passphrase", "passwd",
    "password", "passwords", "pwd", "secret", "secrets", "token",
}  # fmt: skip
_KEYS = {"access", "account", "api", "auth", "encryption", "private", "secret", "signing", "ssh"}
_PAIRS = {("connection", "string"), ("session", "id")}
_NUMBERS_TOO = {"passphrase", "passwd", "password", "pwd", "secret"}


def is_secret_name(name: str) -> bool:
    """Say whether a name, as `db_password` or `apiKey`, tells that its value is a secret."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _LAST:
        return True
    return (last == "key" and before in _KEYS) or (before, last) in _PAIRS


def hides_numbers(name: str) -> bool:
    """Say whether a number under this name is a secret too: a `token` may be counted."""
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool(words) and words[-1] in _NUMBERS_TOO
