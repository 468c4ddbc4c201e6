"""Finds out where a report goes, and in which form, before anything is made."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from nbflow.analysis.discover.folder import REPORT_MARK
from nbflow.base.nearest import find_nearest
from nbflow.errors import ReportError
from nbflow.model import Frozen
from nbflow.reports.facts import FORMS, Form

_SUFFIXES: dict[str, Form] = {f".{form}": form for form in FORMS if form != "folder"}
_SUFFIXES |= {".htm": "html", ".markdown": "md"}
_URL = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]+://")


class Target(Frozen, frozen=True):
    """Where a report goes: `place` is an absolute path, or the address of a remote file."""

    place: str
    form: Form

    @property
    def is_remote(self) -> bool:
        return is_url(self.place)

    @property
    def stem(self) -> str:
        """The name of the file without what its form adds."""
        name = re.split(r"[/\\]", self.place.rstrip("/\\"))[-1]
        return name if self.form == "folder" else name.rpartition(".")[0] or name


def find_target(typed: str, form: Form | None, name: str) -> Target:
    """Return where a report called `name` goes, where people typed `typed`.

    They name a file, a folder that is there or whose name ends in a slash, or a URL; "" is the
    current folder. The form is by default what the name's end says. Raises ReportError where that
    cannot be meant, or would overwrite what is no report.
    """
    if form not in {None, *FORMS}:
        raise ReportError(f"A report has no form {form!r}. There are: {', '.join(FORMS)}.")
    local = typed.removeprefix("file://")
    if is_url(local):
        return _make_target(local, local.endswith("/"), form, name)
    path = os.path.abspath(Path(local or ".").expanduser())  # noqa: PTH100 - keeps no `..`
    inside = not local or local.endswith(("/", os.sep)) or _is_place(Path(path), form)
    target = _make_target(path, inside, form, name)
    _refuse_foreign(target)
    return target


def is_url(text: str) -> bool:
    """Tell whether a text is the address of something on another machine."""
    return bool(_URL.match(text))


def _is_place(path: Path, form: Form | None) -> bool:
    """Tell whether a report goes into this folder. One that is a report itself is replaced."""
    return path.is_dir() and not (form == "folder" and (path / REPORT_MARK).is_file())


def _make_target(place: str, inside: bool, form: Form | None, name: str) -> Target:  # noqa: FBT001
    if inside:
        chosen = form or "html"
        end = "" if chosen == "folder" else f".{chosen}"
        return Target(f"{place.rstrip('/')}/{name}{end}", chosen)
    suffix = os.path.splitext(place)[1]  # noqa: PTH122 - of an address too
    told = _SUFFIXES.get(suffix.lower())
    if form is None and told is None:
        raise ReportError(_say_unknown(place, suffix))
    if form and told and form != told:
        raise ReportError(
            f"The name {Path(place).name} says {told}, and the format is {form}. Give one of them."
        )
    return Target(place, form or told or "html")


def _say_unknown(place: str, suffix: str) -> str:
    meant = find_nearest(suffix, _SUFFIXES) if suffix else None
    near = f" Did you mean {meant}?" if meant else ""
    return (
        f"What is {place} to hold? Its name should end in .html, .zip, .pdf, .md or .ipynb, or in "
        f"a slash where it is a folder to put the report in; or say it with --format.{near}"
    )


def _refuse_foreign(target: Target) -> None:
    """Raise ReportError where the report would take the place of something that is none."""
    path = Path(target.place)
    if target.form == "folder" and path.exists() and not (path / REPORT_MARK).is_file():
        if not path.is_dir() or any(path.iterdir()):
            raise ReportError(f"{path} is there and is no report of nbflow. Choose another name.")
    elif target.form == "ipynb" and path.exists() and not _is_report(path):
        raise ReportError(
            f"{path} is there and is no report of nbflow, perhaps a notebook of yours. "
            "Choose another name."
        )
    elif target.form != "folder" and path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no ordinary file"
        raise ReportError(f"{path} is {what}. Choose another name.")


def _is_report(path: Path) -> bool:
    """Tell whether a notebook is a report that nbflow wrote."""
    try:
        return "report" in json.loads(path.read_bytes())["metadata"]["nbflow"]
    except (OSError, ValueError, LookupError, TypeError):
        return False
