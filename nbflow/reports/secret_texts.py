"""Secrets within texts: tokens of known forms, passwords in addresses, literals in code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

Rule = Literal[
    "name", "value", "token", "private_key", "address", "header", "literal", "pattern", "home",
    "user", "host",
]  # fmt: skip
MASK = "[masked]"

_NAME = r"(?:pass(?:word|wd|phrase)|pwd|secret|token|credential|api_?key|access_?key|private_?key)"
_RULES: tuple[tuple[Rule, tuple[str, ...], re.Pattern[str]], ...] = (
    # rule, what is looked for before the pattern is tried, the pattern: the group `it` is masked
    (
        "private_key",
        ("private key-----",),
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<it>[\s\S]*?)"
            r"(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
        ),
    ),
    (
        "token",
        (
            "akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox",
            "sk-", "sk_", "rk_", "aiza", "eyj", "hf_", "npm_", "pypi-", "dop_v1_", "dapi", "sg.",
        ),
        re.compile(
            r"(?<![\w/+])(?P<it>(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_\w{30,}|github_pat_\w{40,}"
            r"|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|sk-[\w-]{20,}|[sr]k_(?:live|test)_\w{16,}"
            r"|AIza[\w-]{35}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|hf_[A-Za-z]{30,}|npm_\w{36}"
            r"|pypi-[\w-]{50,}|dop_v1_\w{64}|dapi[0-9a-f]{32}|SG\.[\w-]{20,}\.[\w-]{20,})"
        ),
    ),
    (
        "address",
        ("://",),
        re.compile(r"(?<=://)(?P<before>[^\s/:@'\"<>]*:)(?P<it>[^\s/@'\"<>]+)(?=@)"),
    ),
    (
        "address",
        ("=",),
        re.compile(
            rf"(?<=[?&;])(?P<before>(?:amp;)?[\w-]*(?:{_NAME}|signature|sig|auth)=)"
            r"(?P<it>[^\s&;'\"<>]{3,})",
            re.IGNORECASE,
        ),
    ),
    (
        "header",
        ("authorization", "bearer "),
        re.compile(
            r"(?P<before>\b(?:Authorization['\"]?\s*[:=]\s*['\"]?(?:Basic|Bearer|Token)\s+"
            r"|Bearer\s+))(?P<it>[\w.~+/=-]{12,})",
            re.IGNORECASE,
        ),
    ),
    (
        "literal",
        ("pass", "pwd", "secret", "token", "credential", "key"),
        re.compile(
            rf"(?P<before>\b[\w.-]*{_NAME}['\"]?\]?\s*(?::\s*\w+\s*)?[:=]\s*[bfru]?(?P<quote>['\"]))"
            rf"(?P<it>(?!\[masked\])[^'\"\n]{{3,}})(?=(?P=quote))",
            re.IGNORECASE,
        ),
    ),
)  # fmt: skip
_HOME = re.compile(r"(?:/home/|/Users/|\b[A-Za-z]:\\{1,2}Users\\{1,2})(?P<it>[^/\\\s'\"<>:;,)\]]+)")
_USUAL = {
    "admin", "app", "data", "docker", "guest", "home", "host", "jovyan", "jupyter", "local",
    "localhost", "main", "nbflow", "nobody", "notebook", "python", "root", "runner", "test",
    "ubuntu", "user", "work",
}  # fmt: skip
_SHORTEST = 3  # characters of a user or host that is looked for


def mask_secrets(text: str, count: Callable[[Rule, int], None]) -> str:
    """Return a text with what looks like a secret masked; `count` is told of each rule."""
    low = text.lower()
    for rule, hints, pattern in _RULES:
        if any(hint in low for hint in hints):
            text, times = pattern.subn(_mask, text)
            if times:
                count(rule, times)
    return text


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


def _mask(found: re.Match[str]) -> str:
    start, end = found.span("it")
    return found[0][: start - found.start()] + MASK + found[0][end - found.start() :]
