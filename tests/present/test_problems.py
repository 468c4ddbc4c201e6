"""Each kind of problem in its sentences, as each face spells its remedy; held in `problems.txt`.

After a change that is meant: `python -m tests.present.test_problems`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, get_args

import pytest

from nbflow.errors import PipelineError
from nbflow.model import Command, Edit, Place, Problem, ProblemCode, Remedy, Skipped, SkippedCode
from nbflow.present.command_results import TEXTS as TOLD_TEXTS
from nbflow.present.command_results import Code, say_told
from nbflow.present.file_and_name_texts import _FAULTS, _RUN_FAULTS, _UNREADABLE
from nbflow.present.frontends import spelled_for
from nbflow.present.problem_texts import SKIPPED, TEXTS
from nbflow.present.problems import say_hint, say_skipped, say_what
from nbflow.present.sentence_templates import _UNKNOWN_PATHS

GOLDEN = Path(__file__).with_name("problems.txt")
DOCS = Path(__file__).parents[2] / "docs" / "reference" / "codes.md"
PLACE = Place("notebooks/report.ipynb", 2, 3)
TAG = Command("tag", ("2", "inputs"), "notebooks/report.ipynb")
BY_HAND = Edit('tags=["inputs"]', PLACE)
READ = {"step": "report", "ref": "load.rows", "writer": "load", "name": "rows"}
SLIP = {"cell": 2, "tag": "input", "meant": "inputs"}
CALL = {"call": "nbflow.read(name)"}
FILE = {"pattern": "data/a.csv", "folder": "/p/notebooks", "glob": False, "nearest": ""}
UNTAGGED = {"file": "load.ipynb", "writes": True, "ref_there": "load.rows"}
KERNEL = {"kernel": "ir", "steps": ["a", "b", "c", "d"], "installed": ["python3"], "nearest": ""}
NOON = time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1))
UNREADABLE = {
    "file": "a.ipynb", "error": "line 2", "cell": 3, "line": 4, "byte": "0xe4", "version": 5,
}  # fmt: skip
AUX = {"name": "aux", "stem": "01_aux"}
WRITE = {"file": "a.csv", "writer": "load"}
MAKE = Edit('nbflow.write("a", Path("a.csv"))', PLACE)
DAMAGE = {"step": "load", "file": "tables.duckdb", "why": "it is gone"}
GONE = {
    "step": "load", "run": "r1", "ref": "", "removed": {"by": "keep = 3", "time": NOON}, "damaged": None,
}  # fmt: skip
MISFIT = {
    "parameter": "month", "notebook": "a.ipynb", "cell": 1, "given": "13", "type": "int",
    "choices": [], "bounds": [1, 12], "why": "", "is_text": False, "example": "1",
}  # fmt: skip
UNKNOWN = {
    "file": "nbflow.toml", "parameter": "mnth", "step": "", "step_known": False,
    "declared": ["day", "month"], "nested": False,
}  # fmt: skip
ASKED = {"parameter": "mnth", "step": "", "step_known": False, "declared": ["day", "month"]}

EXAMPLES: list[tuple[ProblemCode, dict[str, Any], Remedy | None]] = [
    ("same-name", {"step": "load", "path": "b/load.ipynb", "other": "load.ipynb"}, None),
    ("no-notebooks", {"folder": "empty"}, Command("new", ("STEP",))),
    ("all-skipped", {"folder": "empty"}, Command("steps")),
    ("no-tags", {"folder": "empty"}, TAG),
    ("no-tags", {"folder": "empty"}, BY_HAND),
    ("unknown-after", {"step": "a", "after": "lod", "steps": ["a", "load"]}, Edit("load")),
    ("unknown-after", {"step": "a", "after": "xyz", "steps": ["a", "load"]}, None),
    ("cycle", {"steps": ["a", "b", "a"]}, None),
    (
        "disagreement",
        {"parameter": "n", "aspect": "default", "values": {"1": ["a", "b"], "": ["c"]}},
        None,
    ),
    ("misspelt-tag", SLIP, TAG),
    ("misspelt-tag", SLIP, BY_HAND),
    ("unreadable-name", {"name": "pr\\xe4fix"}, None),
    ("foreign-name", {"name": "präfix", "encoding": "ascii"}, None),
    *(("unreadable-notebook", UNREADABLE | {"why": why}, None) for why in _UNREADABLE),
    *(
        ("bad-step-name", AUX | {"file": "aux.ipynb", "why": why}, Edit("aux_step"))
        for why in _FAULTS
    ),
    ("malformed-read", {"given": "rows", "known": True}, Edit('"load.rows"')),
    ("malformed-read", {"given": "x y", "known": False}, Edit('nbflow.read("x_y.table")')),
    ("unwritten-read", READ | {"writes": ["row"]}, Edit('"load.row"')),
    ("unwritten-read", READ | {"writes": []}, None),
    ("unknown-read", READ | {"steps": ["a", "b"]}, Edit('"lode.rows"')),
    ("unknown-read", READ | {"steps": ["a", "b"]}, None),
    ("untagged-read", READ | UNTAGGED | SLIP, TAG),
    ("untagged-read", READ | UNTAGGED | {"writes": False}, BY_HAND),
    ("untagged-writer", READ | UNTAGGED, TAG),
    ("untagged-writer", READ | UNTAGGED, BY_HAND),
    ("unknown-table", {"ref": "lod.rows", "step": "lod"}, Edit('"load.rows"')),
    ("not-called", CALL, Edit('nbflow.read("step.table")')),
    ("outside-inputs", CALL, TAG),
    ("outside-inputs", CALL, BY_HAND),
    ("nested-call", CALL | {"inside": "a loop"}, None),
    ("write-not-called", CALL, None),
    ("write-in-loop", CALL, None),
    ("written-twice", {"name": "rows", "cell": 2, "line": 1}, None),
    ("read-not-literal", CALL, Edit('nbflow.read("step.table")')),
    ("write-not-literal", CALL, None),
    ("bad-write-name", CALL, Edit('"rows"')),
    *(
        (
            "file-not-literal",
            CALL | {"why": why, "name": "x", "cell": 2},
            Edit('nbflow.file("a.csv")'),
        )
        for why in _UNKNOWN_PATHS
    ),
    ("file-url", CALL, None),
    ("not-imported", {}, Edit("import nbflow", PLACE)),
    ("starts-run", {"line": "%nbflow run"}, None),
    ("invalid-python", {"error": "invalid syntax"}, None),
    ("half-character", {"escape": "\\ud83d"}, Edit("\\ud83d")),
    (
        "other-python",
        {"python": "3.11.2", "error": "invalid syntax", "kernel": "new (3.14)", "hides": True},
        None,
    ),
    (
        "other-python",
        {"python": "3.11.2", "error": "invalid syntax", "kernel": "new (3.14)", "hides": False},
        None,
    ),
    ("python-only", {"function": "read", "language": "R"}, None),
    ("python-only-writes", {"names": ["a", "b"], "language": "R"}, None),
    ("sql-not-loaded", {"magic": "%%sql"}, Edit("%load_ext nbflow", PLACE)),
    ("sql-options", {"why": "--limit x: how many rows are fetched to be shown, 1 or more."}, None),
    ("invalid-sql", {"error": "Parser Error"}, None),
    ("unclear-query", {"kind": "PIVOT", "refs": ["a.x"]}, Edit("%%sql --reads a.x", PLACE)),
    ("query-not-literal", {"call": "nbflow.sql(q)", "refs": ["a.x", "b.y"]}, None),
    ("not-options", {"where": "a.ipynb, metadata.nbflow", "given": "3"}, None),
    ("unknown-option", {"where": "w", "option": "cach", "known": ["after"]}, Edit("cache")),
    ("unknown-option", {"where": "w", "option": "xyz", "known": ["after"]}, None),
    ("bad-option", {"where": "w", "option": "cache", "given": "'x'"}, None),
    ("option-twice", {"option": "cache", "step": "a", "file": "nbflow.toml"}, None),
    ("unknown-step-setting", {"file": "nbflow.toml", "step": "lod"}, Edit("[steps.load]")),
    ("unknown-step-setting", {"file": "nbflow.toml", "step": "xyz"}, None),
    ("parameter-misfit", MISFIT, None),
    ("parameter-misfit", MISFIT | {"file": "nbflow.toml", "bounds": [1, None]}, None),
    ("unknown-parameter", UNKNOWN, Edit("month")),
    ("unknown-parameter", UNKNOWN | {"step": "lod"}, None),
    ("unknown-parameter", UNKNOWN | {"nested": True}, Edit('"a.n" = …')),
    ("default-misfit", {"parameter": "n", "type": "int", "default": "'a'"}, None),
    ("no-such-step", {"step": "lod", "steps": ["a", "load"]}, Edit("load")),
    ("no-such-step", {"step": "xyz", "steps": ["a", "load"]}, None),
    ("unknown-parameter", ASKED, Edit("month")),
    ("unknown-parameter", ASKED | {"step": "lod", "parameter": "lod.n"}, Edit("load.n")),
    ("missing-value", {"step": "a", "parameter": "n", "notebook": "a.ipynb", "cell": 1}, None),
    (
        "missing-value",
        {"step": "a", "parameter": "full", "notebook": "a.ipynb", "cell": 1},
        Edit("full = False"),
    ),
    ("unusable-step-name", {"name": "A b", "stem": "A b", "why": "spelling"}, Edit("a_b")),
    *(("unusable-run-name", {"name": "x", "why": why}, None) for why in _RUN_FAULTS),
    ("missing-file", FILE | {"nearest": "b.csv"}, None),
    ("missing-file", FILE | {"makers": ["load"]}, Command("run", ("--to", "report"))),
    ("missing-file", FILE | {"glob": True, "makers": []}, None),
    ("unreadable-file", {"file": "data/a.csv", "error": "Permission denied"}, None),
    ("unknown-value", {"pattern": "{n}.csv", "parameter": "n"}, None),
    ("bad-pattern", {"pattern": "{n:z}.csv", "error": "Invalid format"}, None),
    ("rival-makers", {"step": "a", "other": "b", "file": "x.csv"}, None),
    (
        "ambiguous-maker",
        {"step": "c", "file": "x.csv", "writers": ["a", "b"]},
        Edit('nbflow.write("name", Path("x.csv"))'),
    ),
    (
        "foreign-file",
        {"step": "b", "file": "x.csv", "maker": "a"},
        Command("run", ("--force-step", "a")),
    ),
    ("missing-input", READ | {"has_result": False}, Command("run", ("--to", "report"))),
    ("no-kernel", KERNEL | {"why": "not-installed", "language": "R"}, None),
    ("no-kernel", KERNEL | {"why": "unnamed", "language": "R", "steps": []}, None),
    ("no-kernel", KERNEL | {"why": "option", "nearest": "irr"}, None),
    ("no-kernel", KERNEL | {"why": "broken", "program": "/nowhere"}, None),
    ("no-kernel", KERNEL | {"why": "silent", "program": "/a", "error": "it prints nothing"}, None),
    ("no-kernel", KERNEL | {"why": "unstartable", "error": "no such file"}, None),
    ("other-kernel", {"kernel": "x", "program": "", "steps": ["a"]}, None),
    ("other-kernel", {"kernel": "x", "program": "/nowhere", "steps": ["a", "b"]}, None),
    ("undeclared-file", {"file": "a.csv", "writers": []}, Edit('nbflow.file("a.csv")')),
    ("undeclared-file", {"file": "a.csv", "writers": ["b", "c"]}, Edit('nbflow.file("a.csv")')),
    ("undeclared-write", WRITE | {"users": ["a", "b"]}, MAKE),
    ("guessed-maker", WRITE, MAKE),
    ("guessed-read", WRITE, MAKE),
    ("computed-default", {"parameter": "day", "default": "date.today()"}, None),
    ("read-while-written", WRITE | {"step": "report"}, None),
    ("changed-while-run", WRITE | {"step": "report"}, None),
    ("put-back", {"file": "a.csv", "maker": "load", "missing": True}, None),
    ("put-back", {"file": "a.csv", "maker": "load", "missing": False}, None),
    ("removed-file", {"file": "a.csv", "maker": "load"}, None),
    ("damaged-result", DAMAGE | {"result": "r1", "aside": ".nbflow/damaged/r1"}, Command("clean")),
    ("removed-result", GONE, Command("rerun", ("r1",))),
    ("removed-result", GONE | {"removed": None, "damaged": DAMAGE}, Command("rerun", ("r1",))),
    ("removed-result", GONE | {"removed": None, "ref": "load.rows"}, Command("rerun", ("r1",))),
    ("unreadable-output", {"ref": "load.rows", "error": "it is damaged."}, None),
    ("no-executed-notebook", {"step": "load", "run": "r1"}, None),
    ("little-room", {"free": 3_000_000, "folder": "/p/.nbflow"}, Command("clean")),
    ("left-results", {"folder": "/s/a b", "project": "/p", "store": "/s/c"}, None),
    ("not-on-disk", {"step": "load", "why": "Input/output error", "folder": "/p"}, None),
    ("not-filled", {"folder": "/p/r1", "why": ""}, None),
    ("not-filled", {"folder": "/p/r1", "why": "tables.duckdb cannot be written."}, None),
    ("plain-client", {"why": "NBFLOW_PLAIN is set"}, None),
    ("forks-ended", {"role": "worker", "exit": "killed by SIGKILL"}, None),
    ("forks-given-up", {"role": "kernel", "exit": "", "times": 3}, None),
    ("forks-unsafe", {"role": "kernel", "libraries": {"numpy": "leaves 1 threads running"}}, None),
    ("outputs-lost", {"cell": 2, "count": 1, "exact": True}, None),
    ("outputs-lost", {"cell": 2, "count": 0, "exact": False}, None),
    ("outputs-lost", {"cell": 2, "count": 7, "exact": False}, None),
    ("outputs-cut", {"bytes": 5_000_000, "of": "this cell", "most": 10**6, "log": "log.txt"}, None),
    ("kernel-killed", {"step": "load", "seconds": 30.0}, None),
    ("cells-beside", {"bytes": 52000000, "folder": "notebooks"}, None),
    ("broke-off", {"error": "No space left on device"}, None),
    ("unread-run", {"why": "later", "log": "events.jsonl"}, Command("clean")),
    ("unread-run", {"why": "earlier", "log": "events.jsonl", "run": "r1"}, Command("clean")),
    ("unread-run", {"why": "unreadable", "log": "events.jsonl"}, Command("clean")),
    ("full-disk", {}, Command("clean")),
    ("full-memory", {}, None),
    ("too-slow", {"option": "cell_timeout", "seconds": 2.5}, None),
    ("nothing-written", {"name": "rows", "cell": None}, None),
    ("nothing-written", {"name": "rows", "cell": 3}, None),
    ("nothing-made", {}, None),
]
SKIPS: list[tuple[SkippedCode, dict[str, Any], Remedy | None]] = [
    ("untagged", {}, None),
    ("untagged", SLIP, TAG),
    ("untagged", SLIP, BY_HAND),
    ("unreadable-folder", {}, None),
    ("opened-copies", {}, None),
    ("results", {}, None),
    ("own-project", {}, None),
    ("report", {}, None),
    ("environment", {}, None),
    ("excluded", {"glob": "old/*", "file": "nbflow.toml"}, None),
    ("hidden", {}, None),
    ("checkpoints", {}, None),
    ("jupyter-copy", {}, None),
    ("paired", {"other": "a.ipynb"}, None),
    ("executed-output", {"source": "a.ipynb"}, None),
]
RUN = {"run": "r1", "status": "done"}
FAULT = {
    "step": "load", "result": "r1", "file": "tables.duckdb", "why": "it is gone", "derived": True,
    "repaired": False,
}  # fmt: skip
KEPT = {"results": 2, "bytes": 5000, "faults": []}
MADE = {"shown": "01_load.ipynb", "cells": 0, "tags": []}
TAGGED = {
    "path": "a.ipynb", "cell": 2, "first_line": "x = 1", "tags": ["inputs"], "changed": True,
    "unknown": "", "known": ["inputs", "parameters"],
}  # fmt: skip
TRUST = {"trusted": ["/p", "/s"], "everyone": False}
TOLD: list[tuple[Code, dict[str, Any]]] = [
    ("asked-to-stop", RUN),
    ("cancelled", RUN),
    ("was-over", RUN),
    ("results-whole", KEPT),
    ("results-damaged", KEPT | {"faults": [FAULT, FAULT | {"repaired": True}]}),
    ("step-made", MADE),
    ("step-made", MADE | {"cells": 1, "tags": ["parameters"]}),
    ("notebook-copied", {"path": "nbflow-open/load.ipynb"}),
    ("tagged", TAGGED),
    ("tagged", TAGGED | {"changed": False, "tags": [], "unknown": "input"}),
    ("trusted-folders", TRUST),
    ("trusted-folders", {"trusted": [], "everyone": True}),
    ("trusted", TRUST),
    ("distrusted", {"removed": ["/p"]}),
    ("by-hand", {"said": ["Reads return what run r1 made."]}),
    ("writes-as", {"step": "load"}),
    (
        "report-written",
        {"path": "s3://a/b.html", "bytes": 5200, "masked": [{"rule": "home", "count": 2}]},
    ),
    ("report-opened", {"path": "a.html", "opened": True}),
    ("report-unwritten", {"why": "/a.html cannot be written: the disk is full."}),
]


def say_all() -> str:
    """Return the text of the golden file."""
    lines: list[str] = []
    for code, facts, remedy in EXAMPLES:
        problem = Problem(code, PLACE, facts, remedy)
        lines += [f"{code}: {say_what(problem)}", f"    {say_hint(problem)}"]
        with spelled_for("notebook"):
            if isinstance(remedy, Command):
                lines.append(f"    {say_hint(problem)}")
    lines.append("")
    lines += [f"{one[0]}: {say_skipped(Skipped('a', *one))}" for one in SKIPS]
    lines += ["", *(f"{code}: {say_told(code, facts)}" for code, facts in TOLD)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def test_each_problem_is_said_in_these_words() -> None:
    assert say_all() == GOLDEN.read_text(encoding="utf-8")


def test_each_code_has_a_sentence_and_an_example() -> None:
    assert set(TEXTS) == {code for code, *_ in EXAMPLES} == set(get_args(ProblemCode))
    assert set(TOLD_TEXTS) == {code for code, _ in TOLD} == set(get_args(Code))
    assert set(SKIPPED) == {code for code, *_ in SKIPS} == set(get_args(SkippedCode))


@pytest.mark.parametrize("code", [*get_args(ProblemCode), *get_args(SkippedCode), *get_args(Code)])
def test_each_code_is_in_the_reference(code: str) -> None:
    assert f"`{code}`" in DOCS.read_text(encoding="utf-8")


def test_an_error_is_told_by_its_problems_or_by_words_among_which_are_commands() -> None:
    problem = Problem("file-url", Place("a.ipynb", 2), CALL)
    assert str(PipelineError(problems=[problem])).startswith("a.ipynb, cell 2: nbflow.read(name): ")
    error = PipelineError("There is no run. ", Command("run"), " makes one.")
    assert str(error) == "There is no run. `nbflow run` makes one."
    with spelled_for("notebook"):
        assert str(error) == "There is no run. `%nbflow run` makes one."


if __name__ == "__main__":
    GOLDEN.write_text(say_all(), encoding="utf-8")
