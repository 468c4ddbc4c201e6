"""Takes out of a report what others must not see: secrets, and who and where it was made."""

from __future__ import annotations

import getpass
import platform
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from nbflow.errors import NbflowError
from nbflow.model import Reason
from nbflow.model.profiles import ColumnProfile
from nbflow.model.table_differences import CellChange, TableDifference
from nbflow.reports.comparison import Change, Comparison, ValueChange
from nbflow.reports.facts import (
    Masked,
    Options,
    Report,
    Setting,
    Source,
    TablePreview,
)
from nbflow.reports.secret_names import hides_numbers, is_secret_name
from nbflow.reports.secret_texts import (
    MASK,
    Rule,
    is_telling,
    leave_out_people,
    make_masker,
    mask_secrets,
)

_LEAST = 6  # characters of a secret value that is looked for elsewhere
# Fields by which parts of a report are found, and what nobody wrote.
_KEPT = {"hash", "id", "name", "ref", "result", "status", "step", "steps", "tags"}
_KEPT_WHOLE = {"chain", "columns", "lineage", "parents"}
# What has a name by which its values may be secret: of a parameter, a column, a part of a value.
_NAMED = (Setting, Reason, ColumnProfile, Change, CellChange, ValueChange)
_HEAD = re.compile(r"<th[^>]*>\s*([^<]+?)\s*</th>")


Shared = TypeVar("Shared", bound=Report | Comparison)  # what others get to see


def redact(report: Shared) -> Shared:
    """Return the report without what looks like a secret, and how often each rule was used.

    Unless `options.who` is set, home folders, users and hosts are left out too. A pattern of
    `options.redact` is a regular expression: where a column or a parameter is called so, its
    values are masked; otherwise each text that it matches. Raises NbflowError for a pattern that
    is no regular expression.
    """
    patterns = [_compile(text) for text in report.options.redact]
    names = frozenset(_find_names(report))
    named = [one for one in patterns if any(map(one.fullmatch, names))]
    secret = frozenset(
        name for name in names if is_secret_name(name) or any(one.fullmatch(name) for one in named)
    )
    redactor = _Redactor(report, secret, [one for one in patterns if one not in named])
    made: Shared = redactor.change(replace(report, options=Options()))
    counts = [Masked(rule, count) for rule, count in sorted(redactor.counts.items())]
    return replace(made, options=report.options, masked=(*report.masked, *counts))


def _compile(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise NbflowError(
            f"--redact {text!r} is no regular expression: {error}. "
            f"To mask this very text, write {re.escape(text)!r}."
        ) from error


def _find_names(value: Any) -> Iterator[str]:
    """Yield the names of parameters and columns of a report."""
    if isinstance(value, _NAMED):
        yield _find_name(value)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            part = getattr(value, name)
            if name == "parameters" and isinstance(part, dict):
                yield from part
            if name not in {"cells", "story"}:
                yield from _find_names(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _find_names(part)
    elif isinstance(value, dict):
        yield from _find_names(tuple(value.values()))


class _Redactor:
    """Makes the values of a report anew, and counts what it masked."""

    def __init__(
        self, report: Report | Comparison, secret: frozenset[str], patterns: list[re.Pattern[str]]
    ) -> None:
        self.counts: Counter[Rule] = Counter()
        self._secret = secret
        self._maskers = [make_masker(one, "pattern") for one in patterns]
        if values := sorted(self._find_values(report), key=len, reverse=True):
            listed = "|".join(map(re.escape, values))
            self._maskers.insert(0, make_masker(re.compile(listed), "value"))
        who = report.options.who
        self._home = "" if who else str(Path.home())
        self._people = () if who else tuple(_find_people(report))

    def change(self, value: Any, name: str = "") -> Any:
        """Return a value of a report without its secrets; `name` is of the field that has it."""
        if isinstance(value, str):
            return value if name in _KEPT else self._change_text(value)
        if isinstance(value, TablePreview):
            return self._change_table(value)
        if isinstance(value, msgspec.Struct):
            return self._change_fields(value)
        if name in _KEPT_WHOLE:
            return value
        if isinstance(value, dict):
            return self._change_dict(value)
        if isinstance(value, tuple | list):
            return type(value)(self.change(part, name) for part in value)
        return value

    def _change_fields(self, value: msgspec.Struct) -> msgspec.Struct:
        if isinstance(value, _NAMED) and not isinstance(value, ColumnProfile):
            value = self._change_named(value)
        if isinstance(value, TableDifference):
            value = self._mask_keys(value)
        if isinstance(value, ColumnProfile) and self._is_secret(value.name):
            value = self._mask_profile(value)
        old = {name: getattr(value, name) for name in value.__struct_fields__}
        new = {name: self.change(part, name) for name, part in old.items()}
        if isinstance(value, Source | Change):  # the path of a file
            new["name"] = self.change(value.name)
        return replace(value, **{name: part for name, part in new.items() if part != old[name]})

    def _change_text(self, text: str) -> str:
        for mask in self._maskers:
            text = mask(text, self._count)
        text = mask_secrets(text, self._count)
        if self._home or self._people:
            text = leave_out_people(text, self._home, self._people, self._count)
        return text

    def _change_dict(self, value: dict[str, Any]) -> dict[str, Any]:
        if value.get("model_name") == "PasswordModel":  # of ipywidgets
            value = {**value, "state": self._mask_values(value.get("state"), {"value"})}
        html = value.get("text/html")
        if isinstance(html, str) and any(map(self._is_secret, _HEAD.findall(html))):
            self._count("name", 1)
            value = {"text/plain": f"{MASK}: a table with a column whose values are secret"}
        return {key: self._change_item(str(key), part) for key, part in value.items()}

    def _change_item(self, key: str, part: Any) -> Any:
        if key.startswith("image/") and key != "image/svg+xml":
            return part
        return self._mask(key, part) if self._is_secret(key) else self.change(part)

    def _change_named(self, value: msgspec.Struct) -> msgspec.Struct:
        name = _find_name(value)
        if not self._is_secret(name):
            return value
        fields = ("value", "default") if isinstance(value, Setting) else ("before", "after")
        return replace(value, **{one: self._mask(name, getattr(value, one)) for one in fields})

    def _change_table(self, table: TablePreview) -> TablePreview:
        hidden = {at for at, one in enumerate(table.columns) if self._is_secret(one.name)}
        columns = (
            self._mask_profile(one) if at in hidden else self._change_profile(one)
            for at, one in enumerate(table.columns)
        )
        head = (
            tuple(
                self._mask(table.columns[at].name, part) if at in hidden else self.change(part)
                for at, part in enumerate(row)
            )
            for row in table.head
        )
        return replace(table, columns=tuple(columns), head=tuple(head))

    def _mask_profile(self, column: ColumnProfile) -> ColumnProfile:
        return replace(column, least="", most="", bins=(), common=())

    def _change_profile(self, column: ColumnProfile) -> ColumnProfile:
        fields = ((field, getattr(column, field)) for field in column.__struct_fields__)
        return replace(column, **{field: self.change(value) for field, value in fields})

    def _mask_keys(self, table: TableDifference) -> TableDifference:
        """Return how a table differs without the keys of its rows, where they are secret."""
        if not any(map(self._is_secret, table.key)):
            return table
        self._count("name", len(table.examples))
        rows = (replace(row, key=(MASK,) * len(row.key)) for row in table.examples)
        return replace(table, examples=tuple(rows))

    def _mask_values(self, state: Any, names: set[str]) -> Any:
        if not isinstance(state, dict):
            return state
        found = {name: MASK for name in names if state.get(name)}
        self._count("name", len(found))
        return state | found

    def _mask(self, name: str, value: Any) -> Any:
        if not _is_hidden(name, value, chosen=not is_secret_name(name)):
            return self.change(value)
        self._count("name", 1)
        return MASK

    def _is_secret(self, name: str) -> bool:
        return name in self._secret or is_secret_name(name)

    def _count(self, rule: Rule, times: int) -> None:
        if times:
            self.counts[rule] += times

    def _find_values(self, value: Any) -> set[str]:
        """Return the values under secret names, which may stand in outputs too."""
        found: set[str] = set()
        for name, part in _find_named_values(value):
            if self._is_secret(name) and isinstance(part, str | int | float):
                text = str(part)
                if len(text) >= _LEAST and _is_hidden(name, part, chosen=not is_secret_name(name)):
                    found.add(text)
        return found


def _find_name(value: Any) -> str:
    """Return by what name the values of a part of a report are known."""
    match value:
        case Reason(subject=name) | CellChange(column=name) | ValueChange(path=name):
            return name.rpartition(".")[2] if isinstance(value, ValueChange) else name
    return str(value.name)


def _is_hidden(name: str, value: Any, *, chosen: bool) -> bool:
    """Say whether a value under a secret name is masked; `chosen` names are the user's own."""
    if not isinstance(value, str | int | float | list | dict) or value in ("", [], {}):
        return False  # a step may be called `token` too
    if isinstance(value, bool):
        return False
    return chosen or not isinstance(value, int | float) or hides_numbers(name)


def _find_named_values(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values of parameters, settings and columns, each with its name."""
    if isinstance(value, Setting):
        yield from ((value.name, value.value), (value.name, value.default))
    elif isinstance(value, Reason | Change | CellChange | ValueChange):
        yield from ((_find_name(value), value.before), (_find_name(value), value.after))
    elif isinstance(value, TablePreview):
        yield from _find_cells(value)
    elif isinstance(value, msgspec.Struct):
        parameters = getattr(value, "parameters", {})
        yield from parameters.items() if isinstance(parameters, dict) else ()
        fields = (name for name in value.__struct_fields__ if name not in {"cells", "story"})
        yield from _find_named_values(tuple(getattr(value, name) for name in fields))
    elif isinstance(value, tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _find_named_values(part)


def _find_cells(table: TablePreview) -> Iterator[tuple[str, Any]]:
    for row in table.head:
        yield from zip((one.name for one in table.columns), row, strict=False)
    for one in table.columns:
        yield from ((one.name, text) for text in (one.least, one.most))
        yield from ((one.name, text) for text, _ in one.common)


def _find_people(report: Report | Comparison) -> Iterator[tuple[Rule, str]]:
    """Yield the names of hosts and users, the longest first."""
    runs = [report.run] if isinstance(report, Report) else [report.before, report.after]
    hosts = {platform.node(), *(run.host for run in runs)}
    yield from (("host", one) for one in _choose(hosts))
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        return
    users = {user, *(str(getattr(run, "user", "")) for run in runs)}
    yield from (("user", one) for one in _choose(users))


def _choose(names: Iterable[str]) -> list[str]:
    return sorted(filter(is_telling, names), key=len, reverse=True)
