"""plan, steps, check, runs, show, sql: on real folders, without a kernel."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click
import pytest

from nbflow.cli import COMMANDS, program
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline
from tests.cli.runs import make_run, nbflow
from tests.notebooks import cell, notebook, write, write_pipeline

FLIGHTS = [
    cell("month: int = 1  # which month\ncarriers: list[str] = []", "parameters"),
    cell('import nbflow\nnbflow.write("flights", [month])'),
]
DELAYS = [
    cell('import nbflow\nflights = nbflow.read("load.flights")', "inputs"),
    cell('nbflow.write("delays", flights)'),
]


pytestmark = pytest.mark.usefixtures("pipeline")


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    monkeypatch.chdir(tmp_path)
    return write_pipeline(tmp_path, load=FLIGHTS, delays=DELAYS, files={"tour.ipynb": [cell("1")]})


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_steps_show_each_contract() -> None:
    assert trimmed(nbflow("steps", "notebooks").output) == [
        "delays  notebooks/delays.ipynb",
        "  reads   load.flights",
        "  writes  delays",
        "",
        "load  notebooks/load.ipynb",
        "  parameters  month: int = 1            which month",
        "              carriers: list[str] = []",
        "  writes      flights",
        "",
        "1 notebook skipped",
        "  notebook              why",
        f"  {'─' * 64}",
        "  notebooks/tour.ipynb  no cell is tagged `parameters` or `inputs`",
        "",
        "2 steps, no problems",
    ]


def test_what_is_piped_has_no_blanks_at_the_ends_of_lines() -> None:
    lines = nbflow("steps", "notebooks").output.splitlines()
    assert lines == trimmed("\n".join(lines))


def test_a_parameter_without_help_stays_on_one_line(tmp_path: Path) -> None:
    title = cell('title = "Delays by carrier and route"', "parameters")
    write_pipeline(tmp_path, title=[title])
    lines = nbflow("steps", "notebooks").output.splitlines()
    assert "  parameters  title: str = 'Delays by carrier and route'" in lines


def test_steps_show_the_bounds_of_numbers(tmp_path: Path) -> None:
    source = """
from typing import Annotated
month: Annotated[int, Ge(1), Le(12)] = 3
day: int = 4  # 1..31
share: Annotated[float, Field(ge=0.5)]
"""
    write_pipeline(tmp_path / "bounds", bounded=[cell(source, "parameters")])
    said = nbflow("steps", "bounds/notebooks").stdout
    for one in ("month: int 1..12 = 3", "day: int 1..31 = 4", "share: float 0.5..  (needs a"):
        assert one in said


def test_a_notebook_that_cannot_be_a_step_is_named(tmp_path: Path) -> None:
    write_pipeline(tmp_path / "one", files={"04_check.ipynb": FLIGHTS})
    rejected, _, _, why, *_, count, _ = trimmed(nbflow("steps", "one/notebooks").stdout)
    assert (rejected, count) == ("1 notebook rejected", "1 error in 1 rejected notebook")
    assert why.startswith("  one/notebooks/04_check.ipynb  04_check.ipynb cannot be a step")


def test_steps_as_json() -> None:
    told = json.loads(nbflow("steps", "notebooks", "--json").output)
    assert [step["name"] for step in told["steps"]] == ["delays", "load"]
    assert told["pipeline"] == "notebooks"
    assert told["skipped"][0]["path"] == "notebooks/tour.ipynb"


def test_plan_says_what_would_run_and_why() -> None:
    result = nbflow("plan", "notebooks", "-p", "month", "2")
    assert result.exit_code == 0
    assert trimmed(result.output) == [
        "notebooks: 2 steps: 2 to run",
        "",
        "step    plan   last took  why",
        "───────────────────────────────────────",
        "load    ▸ run             no result yet",
        "delays  ▸ run             no result yet",
    ]


def test_plan_as_json() -> None:
    told = json.loads(nbflow("plan", "notebooks", "--to", "load", "--json").output)
    assert [(step["step"], step["action"]) for step in told["steps"]] == [("load", "run")]
    (why,) = told["steps"][0]["why"]
    assert why == {
        "code": "no-result", "subject": "", "before": None, "after": None, "text": "no result yet",
    }  # fmt: skip


def test_of_several_pipelines_one_must_be_named(tmp_path: Path) -> None:
    for name in ("sales", "stock"):
        write_pipeline(tmp_path, files={f"../{name}/load.ipynb": FLIGHTS})
        make_run(find_pipeline(tmp_path / name), "20261101-000000-aaaa", {"load": {"n": 1}})
    told = nbflow("show")
    assert told.exit_code == 2
    assert "Several pipelines were run here: sales, stock. Name the folder" in told.stderr
    assert nbflow("plan", "stock").exit_code == 0


def test_next_commands_name_a_pipeline_that_is_not_at_hand(tmp_path: Path) -> None:
    other = write_pipeline(tmp_path, files={"../other/load.ipynb": FLIGHTS})
    make_run(other, "20261101-000000-aaaa", {"load": {"n": 1}})
    assert nbflow("show").output.splitlines()[-1].strip().startswith("nbflow open load  #")
    others = find_pipeline(tmp_path / "other")
    make_run(others, "20261101-000000-bbbb", {"load": {"n": 1}})
    (last,) = nbflow("show", "-C", "other").output.splitlines()[-1:]
    assert last == "  nbflow open load -C other  # look at an executed notebook"


WRONG = {
    "an unknown parameter": (["-p", "mnth", "2"], "No step declares a parameter 'mnth'."),
    "a value that does not fit": (["-p", "month", "May"], "month"),
    "an unknown step": (["--to", "lod"], "No step is called 'lod'. Did you mean load?"),
    "a step as a file": (["-f", "load"], "--force-step load"),
}


@pytest.mark.parametrize("name", ["plan", "run"])
@pytest.mark.parametrize(("args", "text"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_stops_before_anything_runs(
    name: str, args: list[str], text: str, pipeline: PipelineFolder
) -> None:
    result = nbflow(name, "notebooks", *args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert text in result.stderr
    assert not pipeline.runs.exists()


def test_a_value_must_fit_the_selected_steps_alone(tmp_path: Path) -> None:
    write_pipeline(
        tmp_path,
        load=FLIGHTS,
        other=[cell("month: bool = True", "parameters")],
        third=[cell("x = 1", "parameters")],
    )

    def planned(value: str, *args: str) -> int:
        return nbflow("plan", "notebooks", "-p", "month", value, *args).exit_code

    assert (planned("2", "--to", "load"), planned("2")) == (0, 2)
    assert planned("May", "--to", "load") == 2
    assert planned("May", "--to", "third") == 2  # nobody takes it


def test_an_error_as_json() -> None:
    result = nbflow("plan", "notebooks", "--to", "lod", "--json")
    said = json.loads(result.stdout)
    (problem,) = said.pop("problems")
    assert said == {
        "format": 1,
        "error": "UnknownNameError",
        "message": "No step is called 'lod'. Did you mean load?",
    }
    assert (problem["code"], problem["facts"]["step"]) == ("no-such-step", "lod")
    assert problem["remedy"]["text"] == "load"


def test_a_step_as_folder_suggests_what_was_meant(
    pipeline: PipelineFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pipeline.folder)
    assert "--to load runs it and all that it needs" in nbflow("run", "load").stderr


def test_check_tells_all_problems_at_once_by_place(tmp_path: Path) -> None:
    bad = [cell('import nbflow\nname = "a.b"\nx = nbflow.read(name)', "inputs")]
    pipeline = write_pipeline(tmp_path / "bad", bad=bad, files={"broken.ipynb": "{"})
    result = nbflow("check", str(pipeline.folder))
    heads = [line for line in trimmed(result.output) if line.startswith("✗")]
    assert heads == [
        "✗ error  bad/notebooks/bad.ipynb, cell 1 (import nbflow), line 3",
        "✗ error  bad/notebooks/broken.ipynb",
    ]
    assert trimmed(result.output)[-1] == "2 errors in 1 step and 1 rejected notebook"
    assert result.exit_code == 2
    told = json.loads(nbflow("check", str(pipeline.folder), "--json").stdout)
    assert len(told["problems"]) == 2


def test_what_check_says_can_be_typed_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The root is the folder of notebooks, and the current one its parent."""
    write(tmp_path / "nb" / "a.ipynb", [cell("x = 1", "input")])
    write(tmp_path / "nb" / "b.ipynb", [cell('import nbflow\nnbflow.read("a.x")', "inputs")])
    (tmp_path / "nb" / "nbflow.toml").write_text("")
    command = 'nbflow tag "nb/a.ipynb" 1 inputs'
    for name in ("check", "plan"):  # told in an answer and in an error
        result = nbflow(name, "nb")
        assert "✗ error  nb/b.ipynb, cell 1 (import nbflow), line 2" in result.output
        assert command in result.output
    assert f"`{command}`" in nbflow("steps", "nb").output.replace("\n", " ").replace("  ", "")
    assert "  nbflow check -C nb  # says what and where" in nbflow("steps", "nb").output
    monkeypatch.chdir(tmp_path / "nb")
    assert 'nbflow tag "a.ipynb" 1 inputs' in nbflow("check").output
    monkeypatch.chdir(tmp_path)
    assert nbflow(*shlex.split(command)[1:]).exit_code == 0
    assert "nb/a.ipynb" in nbflow("steps", "nb").output


FOLDERS = ["check", "clean", "plan", "runs", "steps"]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_may_be_given_as_an_option(name: str) -> None:
    plain = nbflow(name, "notebooks")
    assert nbflow(name, "-C", "notebooks").output == plain.output
    assert nbflow(name, "--folder", "notebooks", "./notebooks").output == plain.output
    both = nbflow(name, "notebooks", "-C", "other")
    assert both.exit_code == 2
    assert "FOLDER is notebooks, and -C is other. Give one of them." in both.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_a_folder_as_an_option(name: str) -> None:
    command = program.get_command(click.Context(program), name)
    assert command is not None
    assert "-C" in [one for parameter in command.params for one in parameter.opts]


def test_a_notebook_as_folder_suggests_what_was_meant() -> None:
    told = nbflow("run", "notebooks/load.ipynb").stderr
    assert "`nbflow run notebooks --only load` runs it alone, --to load with all" in told
    assert "is a file. Name the folder" in nbflow("run", "notebooks/tour.ipynb").stderr


def test_text_for_a_number_says_which_option_parses() -> None:
    told = nbflow("plan", "notebooks", "-r", "month", "2")
    assert "'2' is not: it is a text, and only -p reads texts as the type says" in told.stderr
    assert nbflow("plan", "notebooks", "-p", "month", "2").exit_code == 0
    assert "only -p" not in nbflow("plan", "notebooks", "-r", "month", "May").stderr


def test_check_of_a_good_pipeline() -> None:
    result = nbflow("check", "notebooks")
    assert (result.exit_code, result.output) == (0, "2 steps, no problems\n")


def test_check_tells_what_this_machine_has_not(tmp_path: Path) -> None:
    source = 'import nbflow\na = nbflow.file("no.csv")\nb = nbflow.file(f"{day}.csv")'
    tagged = [cell("day: int", "parameters"), cell(source, "inputs")]
    elsewhere = {"kernelspec": {"name": "elsewhere", "language": "python"}}
    foreign = {"kernelspec": {"name": "nowhere", "language": "nothing"}}
    write_pipeline(
        tmp_path / "here",
        tagged=tagged,
        one=notebook(*FLIGHTS, metadata=elsewhere),
        two=notebook(*FLIGHTS, metadata=elsewhere),
        zzz=notebook(cell("x = 1", "parameters"), metadata=foreign),
    )
    result = nbflow("check", "here/notebooks", "--json")
    found = [one["text"] for one in json.loads(result.stdout)["problems"]]
    assert (result.exit_code, len(found)) == (2, 3), found
    assert found[0].startswith("nbflow.file('no.csv') does not exist in ")
    assert "kernel 'elsewhere' is not installed here" in found[1]
    assert found[1].endswith(" Steps: one, two.")
    assert found[2] == "The kernel 'nowhere' is not installed here (language nothing)."
    for command in ("plan", "run"):
        told = nbflow(command, "here/notebooks", "--only", "zzz")
        assert told.exit_code == 2
        assert "Error: notebooks/zzz.ipynb: The kernel 'nowhere' is not installed" in told.stderr


def test_runs_newest_first(pipeline: PipelineFolder) -> None:
    assert nbflow("runs", "notebooks").output == "No run yet. `nbflow run` makes one.\n"
    make_run(pipeline, "20261101-000000-aaaa", {"load": {}}, name="baseline")
    make_run(pipeline, "20261102-000000-bbbb", {"load": {}}, failed={"delays": {}})
    lines = trimmed(nbflow("runs").output)
    assert [line.split()[:3] for line in lines[2:]] == [
        ["20261102-000000-bbbb", "✗", "failed"],
        ["20261101-000000-aaaa", "✓", "done"],
    ]
    told = json.loads(nbflow("runs", "-n", "1", "--json").output)
    assert [run["id"] for run in told["runs"]] == ["20261102-000000-bbbb"]


def test_show_a_failed_run(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261102-000000-bbbb", {"load": {"n": 1}}, failed={"delays": {}})
    lines = trimmed(nbflow("show").output)
    assert (
        lines[0]
        == "✗ failed notebooks · 20261102-000000-bbbb · 1 of 2 steps done · 1 failed · 12 s"
    )
    at = lines.index("✗ failed after 12 s: 1 ran, 1 failed")
    assert lines[at + 1 :] == [
        "",
        'delays failed in cell 3 (rates = df["carrier"]), line 2',
        "  as executed: .nbflow/notebooks/runs/20261102-000000-bbbb/tasks/delays/1/executed.ipynb",
        "  KeyError: 'carrier'",
        "  Raise the step's option timeout = 3, or let it do less.",
        "",
        "executed notebooks: .nbflow/notebooks/runs/20261102-000000-bbbb/tasks",
        "  nbflow open delays  # the notebook as it failed",
        "  nbflow rerun        # once it is fixed; what is finished is reused",
    ]


def test_show_a_step_by_its_name_alone(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261101-000000-aaaa", {"load": {"n": 1}})
    shown = nbflow("show", "load")
    assert trimmed(shown.output)[0] == "load in run 20261101-000000-aaaa: ✓ done in 2.0 s"
    assert nbflow("show", "last", "load").output == shown.output
    assert nbflow("show", "2026", "load").output == shown.output
    told = json.loads(nbflow("show", "load", "--json").output)
    assert [output["name"] for output in told["outputs"]] == ["n"]


def test_a_blocked_step_leads_to_what_failed(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261101-000000-aaaa", {}, failed={"load": {}}, blocked={"delays": "load"})
    assert trimmed(nbflow("show", "delays").output) == [
        "delays in run 20261101-000000-aaaa: ⊘ blocked",
        "why: load failed",
        "  nbflow show 20261101-000000-aaaa load  # what failed",
    ]


def test_show_nothing_that_is_there(pipeline: PipelineFolder) -> None:
    assert "`nbflow run notebooks` makes one" in nbflow("show", "-C", "notebooks").stderr
    make_run(pipeline, "20261101-000000-aaaa", {"load": {}})
    assert "has no step 'lod'. It has: load." in nbflow("show", "last", "lod").stderr
    assert "no step of the last one. Did you mean load?" in nbflow("show", "lod").stderr


def test_a_lost_run_is_shown_so(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261101-000000-aaaa", {"load": {}}, ended=False)
    assert trimmed(nbflow("show").output)[0].startswith("? lost notebooks")


def test_where_the_time_went(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20260101-01", {"load": {"flights": [1]}})
    assert "Where the time went is not known" in nbflow("show", "--profile").output
    assert "Where the time went" not in nbflow("show").output
    assert "Where the time went is not known" in nbflow("show", "load", "--profile").output
    told = json.loads(nbflow("show", "--json").output)
    assert told["run"]["steps"][0]["spent"] == {
        "waiting": 0.0,
        "start": 0.0,
        "cells": 0.0,
        "reading": 0.0,
        "writing": 0.0,
        "shutdown": 0.0,
    }


def test_an_annotation_that_was_meant_as_a_default_is_told(tmp_path: Path) -> None:
    write_pipeline(tmp_path / "here", a=[cell("compare_obs: False", "parameters")])
    told = nbflow("plan", "here/notebooks").stderr
    assert "a needs a value for its parameter compare_obs" in told
    assert "Did you mean `compare_obs = False`?" in told
