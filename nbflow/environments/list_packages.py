"""Prints what is installed here, as JSON: run by a kernel's interpreter (Python 3.8 or later).

`environment.CLEAN` takes all but the standard library out of `sys.path`, and calls `main`.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

EDITABLE_FINDER = re.compile(r"__editable__.*_finder\.py$")


def main(path: list[str]) -> None:
    """Print what is found on this `sys.path`."""
    folders = [Path(at).absolute() for at in dict.fromkeys(path) if at and Path(at).exists()]
    distributions: dict[str, set[str]] = {}
    extra: list[str] = []
    for folder in folders:
        if folder.is_dir():
            read_folder(folder, distributions, extra)
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.implementation.name != "cpython":
        version = sys.implementation.name + " " + version
    answer = {
        "version": version,
        "executable": str(Path(sys.executable).resolve()),
        "path": list(dict.fromkeys([*map(str, folders), *extra])),
        "installed": [str(folder) for folder in folders if is_site(folder)],
        "distributions": {name: ", ".join(sorted(one)) for name, one in distributions.items()},
    }
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


def read_folder(folder: Path, distributions: dict[str, set[str]], extra: list[str]) -> None:
    """Add import name -> {"name version"}; the first folder of sys.path wins, as for imports."""
    here: dict[str, set[str]] = {}
    for entry in sorted(folder.iterdir()):
        if EDITABLE_FINDER.match(entry.name):
            extra.extend(read_finder(entry))
        # An egg-info elsewhere than in site-packages is the trace of a build in a source folder.
        if entry.suffix == ".dist-info" or (entry.suffix == ".egg-info" and is_site(folder)):
            read_distribution(entry, here)
    for name, found in here.items():
        distributions.setdefault(name, found)


def is_site(folder: Path) -> bool:
    return bool({"site-packages", "dist-packages"} & set(folder.parts))


def read_finder(path: Path) -> list[str]:
    """Return the folders to which setuptools' editable finder maps packages."""
    mapping = re.search(r"^MAPPING\b[^=]*= (\{.*\})$", read(path), re.MULTILINE)
    targets = ast.literal_eval(mapping.group(1)).values() if mapping else []
    return sorted({str(Path(target).parent) for target in targets})


def read_distribution(entry: Path, here: dict[str, set[str]]) -> None:
    """Add a distribution; the code of an editable one is elsewhere, and counts by its content."""
    if re.search(r'"editable": *true', read(entry / "direct_url.json")):
        return
    info = read(entry / "METADATA") or read(entry / "PKG-INFO") or read(entry)
    head = info.partition("\n\n")[0]
    name = re.search(r"^Name: *(.+?)\s*$", head, re.MULTILINE)
    version = re.search(r"^Version: *(.+?)\s*$", head, re.MULTILINE)
    if name and version:
        for top in read_names(entry):
            here.setdefault(top, set()).add(name.group(1) + " " + version.group(1))


def read_names(entry: Path) -> set[str]:
    """Return the names that the distribution can be imported by."""
    names = set(read(entry / "top_level.txt").split())
    if not names:
        found = re.findall(r'^"?([^/,\n]+)([/,])', read(entry / "RECORD"), re.MULTILINE)
        for first, rest in set(found):
            if rest == "/" or re.search(r"\.(py|pyd|so)$", first):
                names.add(first.partition(".")[0] if rest == "," else first)
    return {name for name in names if name.isidentifier() and name != "__pycache__"}


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
