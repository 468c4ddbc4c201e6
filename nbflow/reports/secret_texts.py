"""Secrets within texts: tokens of known forms, passwords in addresses, literals in code."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from typing import Literal

Rule = Literal[
    "name", "value", "token", "private_key", "address", "header", "literal", "pattern", "home",
    "user", "host",
]  # fmt: skip
MASK = "[masked]"

_NAMES = (
    "password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "api_key", "apikey",
    "api-key", "access_key", "accesskey", "private_key", "privatekey",
)  # fmt: skip
_PREFIXES = (  # of access tokens, in lower case
    "akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "sk-",
    "sk_", "rk_", "aiza", "eyj", "hf_", "npm_", "pypi-", "dop_v1_", "dapi", "sg.",
)  # fmt: skip
_FORMS = (
    r"(?<![\w/+])(?P<it>(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_\w{30,}|github_pat_\w{40,}"
    r"|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|sk-[\w-]{20,}|[sr]k_(?:live|test)_\w{16,}"
    r"|AIza[\w-]{35}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|hf_[A-Za-z]{30,}|npm_\w{36}"
    r"|pypi-[\w-]{50,}|dop_v1_\w{64}|dapi[0-9a-f]{32}|SG\.[\w-]{20,}\.[\w-]{20,})"
)
# What begins a secret, in lower case, and the pattern from there on: its group `it` is masked.
# To look for the beginnings is a hundred times faster than to try the patterns everywhere.
_RULES: tuple[tuple[Rule, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "private_key",
        ("-----begin ",),
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<it>[\s\S]*?)"
            r"(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
        ),
    ),
    ("token", _PREFIXES, re.compile(_FORMS)),
    (
        "address",
        ("://",),
        re.compile(r"://[^\s/:@'\"<>]{0,200}:(?P<it>[^\s/@'\"<>]{1,500})(?=@)"),
    ),
    (
        "address",
        (*(f"{name}=" for name in _NAMES), "signature=", "sig=", "auth="),
        re.compile(r"[\w-]+=(?P<it>[^\s&;'\"<>]{3,})"),
    ),
    (
        "header",
        ("authorization", "bearer "),
        re.compile(
            r"(?:Authorization['\"]?\s*[:=]\s*['\"]?(?:Basic|Bearer|Token)\s+|\bBearer\s+)"
            r"(?P<it>[\w.~+/=-]{12,})",
            re.IGNORECASE,
        ),
    ),
    (
        "literal",
        _NAMES,
        re.compile(
            r"[\w-]+['\"]?\]?\s*(?::\s*\w+\s*)?[:=]\s*[bfruBFRU]?(?P<quote>['\"])"
            r"(?P<it>(?!\[masked\])[^'\"\n]{3,})(?=(?P=quote))"
        ),
    ),
)
_QUERY = re.compile(r"[?&;](?:amp;)?[\w-]*\Z")  # what comes before a parameter of an address
_LONGEST = 60  # characters of such a parameter's name
_HOME = re.compile(r"(?:/home/|/Users/|\b[A-Za-z]:\\{1,2}Users\\{1,2})(?P<it>[^/\\\s'\"<>:;,)\]]+)")
_USUAL = {
    "admin", "app", "data", "docker", "guest", "home", "host", "jovyan", "jupyter", "local",
    "localhost", "main", "nbflow", "nobody", "notebook", "python", "root", "runner", "test",
    "ubuntu", "user", "work",
}  # fmt: skip
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_SHORTEST = 3  # characters of a user or host that is looked for


def mask_secrets(text: str, count: Callable[[Rule, int], None]) -> str:
    """Return a text with what looks like a secret masked; `count` is told of each rule."""
    made, end = [], 0
    for start, stop, rule in sorted(_find_secrets(text)):
        if start < end:
            continue
        made += [text[end:start], MASK]
        end = stop
        count(rule, 1)
    return "".join([*made, text[end:]]) if made else text


def _find_secrets(text: str) -> Iterator[tuple[int, int, Rule]]:
    """Yield begin and end of each secret in a text."""
    low = text.lower()
    if len(low) != len(text):  # a few letters become two
        low = text.translate(_LOWER)
    for rule, hints, pattern in _RULES:
        for hint in hints:
            at = low.find(hint)
            while at >= 0:
                found = pattern.match(text, at)
                if found and (hint[-1] != "=" or _QUERY.search(text, max(0, at - _LONGEST), at)):
                    yield *found.span("it"), rule
                at = low.find(hint, at + 1)


def make_masker(pattern: re.Pattern[str], rule: Rule) -> Callable[..., str]:
    """Return a function that masks in a text what a pattern matches."""

    def mask(text: str, count: Callable[[Rule, int], None]) -> str:
        matches = 0

        def put(found: re.Match[str]) -> str:
            nonlocal matches
            matches += bool(found[0])
            return MASK if found[0] else ""

        changed = pattern.sub(put, text)
        if matches:
            count(rule, matches)
        return changed

    return mask


def leave_out_people(
    text: str, home: str, names: tuple[tuple[Rule, str], ...], count: Callable[[Rule, int], None]
) -> str:
    """Return a text with `~` for home folders, and without the names of users and hosts."""
    if len(home) > 1 and home in text:
        text, times = re.subn(rf"{re.escape(home)}(?![\w.-])", "~", text)
        count("home", times)
    if "home" in text or "Users" in text:
        text, times = _HOME.subn("~", text)
        count("home", times)
    for rule, name in names:
        if name in text:
            text, times = re.subn(rf"(?<![\w-]){re.escape(name)}(?![\w-])", f"[{rule}]", text)
            count(rule, times)
    return text


def is_telling(name: str) -> bool:
    """Say whether the name of a user or a host says who it is, and is no everyday word."""
    return len(name) >= _SHORTEST and name.lower() not in _USUAL
