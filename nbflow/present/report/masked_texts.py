"""What was taken out of a report, in words."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.base.text import say_count
from nbflow.reports.facts import Masked

_NOUNS = {
    "name": "value of a parameter or column with a secret name",
    "value": "place where such a value stood",
    "token": "access token",
    "private_key": "private key",
    "address": "password or key in an address",
    "header": "authorization header",
    "literal": "password or key in code",
    "pattern": "match of --redact",
    "home": "path of a home folder",
    "user": "name of a user",
    "host": "name of a host",
}
_PLURALS = {
    "name": "values of parameters or columns with secret names",
    "value": "places where such a value stood",
    "address": "passwords or keys in addresses",
    "literal": "passwords or keys in code",
    "pattern": "matches of --redact",
    "home": "paths of home folders",
    "user": "names of users",
    "host": "names of hosts",
}


def say_masked(masked: Iterable[Masked]) -> list[str]:
    """Return `2 access tokens`, `1 name of a host` …, one text for each rule that was used."""
    return [
        f"{one.count:,} {_PLURALS[one.rule]}"
        if one.count > 1 and one.rule in _PLURALS
        else say_count(one.count, _NOUNS.get(one.rule, one.rule))
        for one in masked
    ]
