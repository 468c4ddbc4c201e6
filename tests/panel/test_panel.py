"""The panel without a browser: real widgets, and real runs where a run is followed."""

from __future__ import annotations

import html
import time
from types import SimpleNamespace

import ipywidgets
import pytest

from nbflow import Pipeline
from nbflow.model import Request
from nbflow.panel.panel import Panel
from nbflow.panel.steps import Steps
from nbflow.runs.fold import Run, StepRun
from nbflow.workspace.project import find_project
from tests.cli.runs import make_run
from tests.notebooks import cell, project, write

LOAD = [
    cell("rows: int = 3  # how many, 1..9\ncarriers: list[str] = []", "parameters"),
    cell("import nbflow\nimport pandas as pd\nprint('rows', rows)"),
    cell("nbflow.write('sales', pd.DataFrame({'n': range(rows)}))"),
]
REPORT = [
    cell("import nbflow\nsales = nbflow.read('load.sales')", "inputs"),
    cell("nbflow.write('total', int(sales['n'].sum()))"),
]
SLEEPY = [*REPORT[:1], cell("import time\ntime.sleep(60)")]


@pytest.fixture
def panels():
    made = []

    def make(*args, **options):
        made.append(Panel(*args, **options))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


def wait(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def click(panel, name):
    getattr(panel._buttons, name).click()
    wait(lambda: not panel._busy.doing)


def status(panel):
    return panel._view.tail.run.status if panel._view.tail else ""


def find_control(panel, key):
    """Return the control of a field, and the text below it."""
    fields = [part for part in find_parts(panel) if "nbflow-field" in part._dom_classes]
    field = next(
        one for one in fields if f">{key}<" in one.children[0].value.replace(" <span", "<")
    )
    line, note = field.children[1].children
    box = line.children[0]  # of a number with bounds: a slider, and the text
    return [box, *getattr(box, "children", ())][-1], note


def find_parts(part):
    yield part
    for child in getattr(part, "children", ()):
        yield from find_parts(child)


def choose(panel, key, value):
    find_control(panel, key)[0].value = value


@pytest.mark.kernel
def test_a_run_with_values_is_followed_and_can_be_looked_at(tmp_path, panels):
    made = project(tmp_path, load=LOAD, report=REPORT)
    panel, other = panels(made.folder), panels(made.folder)
    choose(panel, "rows", "5")
    choose(panel, "carriers", "UA, AA")
    click(panel, "plan")
    assert "2 to run" in panel._plan.value
    click(panel, "run")
    assert panel._notice.text == ""
    wait(lambda: status(panel) == "done")
    run = panel._view.tail.run
    assert run.parameters == {"rows": 5, "carriers": ["UA", "AA"]}
    wait(lambda: status(other) == "done")
    assert other._view.tail is panel._view.tail
    wait(lambda: panel._graph.states.get("report", {}).get("status") == "done")
    panel._choose("load")
    assert panel._tabs.selected_index == 2
    wait(lambda: "5 rows" in panel._detail._written.shown)
    assert "rows 5" in panel._detail._log.value
    opener = panel._detail._opener
    wait(lambda: "Open as executed" in opener.shown)
    assert not (made.folder / "nbflow-open").exists()  # before it is asked for
    opener._button.click()
    wait(lambda: "nbflow-made-" in opener.shown)
    assert (made.folder / "nbflow-open" / run.id / f"load-{run.id}.ipynb").is_file()
    assert "run-id" not in str(panel._notice.text)


@pytest.mark.kernel
def test_stop_and_resume(tmp_path, panels):
    made = project(tmp_path, load=LOAD, report=SLEEPY)
    panel = panels(made)
    choose(panel, "rows", "4")
    click(panel, "run")
    wait(lambda: panel._view.tail and panel._view.tail.run.steps["report"].status == "running")
    later = panels(made)  # as after a restart of the kernel: it shows what goes on
    assert later.values.forms == {"rows": 4}
    wait(lambda: status(later) == "running")
    assert not later._buttons.stop.disabled
    later._buttons.stop.click()
    wait(lambda: status(panel) == "cancelled")
    write(made.folder / "report.ipynb", REPORT)
    wait(lambda: not panel._buttons.resume.disabled)
    click(panel, "resume")
    wait(lambda: status(panel) == "done")
    steps = panel._view.tail.run.steps
    assert (steps["load"].status, steps["report"].status) == ("reused", "done")
    assert panels(made).values.forms == {}


def test_wrong_values_are_told_and_nothing_is_started(tmp_path, panels):
    panel = panels(project(tmp_path, load=[cell("rows: int = 3", "parameters")]))
    choose(panel, "rows", "abc")
    said = "&#x27;abc&#x27; is not an int. For example: 3</div>"
    assert f'role="alert">{said}' in find_control(panel, "rows")[1].value
    click(panel, "run")
    assert "see below: rows." in panel._notice.text
    assert "int" not in panel._notice.text  # the field says that
    choose(panel, "rows", "4")
    assert panel._notice.text == ""
    choose(panel, "rows", "abc")
    assert Pipeline(panel._project.folder).project.runs.is_dir() is False


def test_what_is_wrong_with_the_pipeline_is_told_with_its_cell(tmp_path, panels):
    wrong = [cell("import nbflow\nx = nbflow.read('lod.sales')", "inputs")]
    panel = panels(project(tmp_path, load=LOAD, report=wrong))
    assert "report.ipynb" in panel._notice.text
    assert "cell-id=cell-1" in panel._notice.text
    assert "lod" in panel._notice.text
    nowhere = panels(tmp_path / "nowhere")
    assert "does not exist" in nowhere._notice.text
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "empty holds no" in panels(empty)._notice.text


def test_a_run_that_was_lost_and_one_that_is_removed(tmp_path, panels):
    made = project(tmp_path, load=LOAD, report=REPORT)
    folder = make_run(made, "20260101-000000-000000", {"load": {}}, ended=False)
    panel = panels(made)
    wait(lambda: status(panel) == "lost")
    wait(lambda: "lost" in panel._view._parts.head.value)
    assert not panel._buttons.resume.disabled
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    wait(lambda: "20260101-000000-000000 was removed" in panel._notice.text)
    assert panel._graph.states == {}
    unknown = panels(made, run_id="nonsense")
    assert "nonsense" in unknown._notice.text or "No run yet" in unknown._notice.text


def test_a_step_that_vanished_leaves_the_choice(tmp_path, panels):
    made = project(tmp_path, load=LOAD, report=REPORT)
    panel = panels(made, request=Request(to=("report",), parameters={"rows": 4}))
    assert panel._graph.marked == ["load", "report"]
    assert panel.values.forms == {"rows": 4}
    (made.folder / "report.ipynb").unlink()
    click(panel, "run")
    assert "Which steps?" in panel._notice.text


def test_the_choice_of_a_set_shows_whose_values_the_form_holds(tmp_path, panels):
    made = project(tmp_path, load=LOAD, report=REPORT)
    panel = panels(made)
    choose(panel, "rows", "9")
    panel.values.save_set(made, "many")
    panel = panels(find_project(made.folder))
    choice, remove, *_ = next(one for one in find_parts(panel) if is_line(one)).children
    choice.value = "many"
    assert find_control(panel, "rows")[0].value == "9"
    choose(panel, "rows", "8")
    assert (choice.label, choice.value) == ("many, changed", "")
    choice.value = "many"  # restores it
    assert find_control(panel, "rows")[0].value == "9"
    remove.click()
    assert (choice.label, panel.values.forms) == ("Defaults, changed", {"rows": 9})


def is_line(part):
    """Tell whether it is the line in which sets of values are chosen."""
    return "nbflow-choice" in getattr(
        next(iter(getattr(part, "children", ())), None), "_dom_classes", ()
    )


def test_what_cannot_be_saved_is_told(tmp_path, panels):
    panel = panels(project(tmp_path, load=LOAD, report=REPORT))
    *_, save = next(one for one in find_parts(panel) if is_line(one)).children
    save.click()
    assert "Type a name for these values" in panel._notice.text


def test_rows_of_the_history_and_of_the_steps_are_chosen(tmp_path, panels):
    made = project(tmp_path, load=LOAD, report=REPORT)
    for run_id in ("20260101-000000-aaaaaa", "20260101-000000-bbbbbb"):
        make_run(made, run_id, {"load": {}})
    panel = panels(made)
    panel._tabs.selected_index = 3
    rows = panel._history._table
    wait(lambda: rows.chosen == "20260101-000000-bbbbbb")
    assert 'data-row="20260101-000000-aaaaaa"' in rows.html
    rows.chosen = "20260101-000000-aaaaaa"
    panel._history._line.children[0].click()
    wait(lambda: panel._view.tail and panel._view.tail.run.id == "20260101-000000-aaaaaa")
    wait(lambda: panel._steps._chunks)
    panel._steps._chunks[0].chosen = "load"
    assert panel._graph.selected == "load"


def test_a_closed_group_is_opened_for_a_value_that_does_not_fit(tmp_path, panels):
    many = {f"s{at}": [cell(f"a{at}: int = 1", "parameters")] for at in range(20)}
    panel = panels(project(tmp_path, **many))
    groups = next(part for part in find_parts(panel) if isinstance(part, ipywidgets.Accordion))
    groups.selected_index = 4
    choose(panel, "a12", "x")
    groups.selected_index = 0
    click(panel, "run")
    assert "see below: a12" in panel._notice.text
    groups = next(part for part in find_parts(panel) if isinstance(part, ipywidgets.Accordion))
    assert [title.split()[0] for title in groups.titles] == ["s12"]


def test_a_large_pipeline_opens_fast_and_with_few_widgets(tmp_path, panels):
    source = "import nbflow\nx = nbflow.read('s{}.t')"
    steps = {
        f"s{at:03}": [
            cell(f"a{at}: int = 1\nb{at} = 'x'", "parameters"),
            cell(source.format(f"{at - 1:03}") if at else "import nbflow", "inputs"),
            cell("nbflow.write('t', 1)"),
        ]
        for at in range(200)
    }
    made = project(tmp_path, **steps)
    panels(made).close()  # imports, and what is kept of the notebooks
    before, began = len(ipywidgets.widget._instances), time.process_time()
    panel = panels(made)
    seconds = time.process_time() - began
    count = len(ipywidgets.widget._instances) - before
    print(f"200 steps: {seconds:.2f} s of CPU, {count} widgets")
    assert seconds < 1.0
    assert count < 120  # models: each is a message, which a front end takes one after another
    search = next(one for one in find_parts(panel) if "nbflow-search" in one._dom_classes)
    search.value = "s150"
    assert find_control(panel, "a150")[0].value == "1"


def test_a_saved_panel_shows_a_static_form(tmp_path, panels, monkeypatch):
    panel = panels(project(tmp_path, load=LOAD, report=REPORT))
    shown = []
    for module in ("panel", "saved"):
        take = f"nbflow.panel.{module}.display"
        monkeypatch.setattr(take, lambda data, **_: shown.append(data))
    monkeypatch.setattr("nbflow.panel.panel.find_shell", lambda: SimpleNamespace(kernel=1))
    panel._ipython_display_()
    still, live = shown
    assert "<code>rows</code>" in still["text/html"]
    assert "Run this cell" in still["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in live
    assert "text/html" not in live


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("Literal['km/h; fast', 'm/s'] | int", "is not a Literal['km/h; fast', 'm/s'] | int."),
        ("Literal['a is b; c'] | float", "is not a Literal['a is b; c'] | float."),
    ],
)
def test_a_message_is_shown_whole(tmp_path, panels, declared, said):
    source = f"from typing import Literal\nunit: {declared} = 3"
    panel = panels(project(tmp_path, load=[cell(source, "parameters")]))
    choose(panel, "unit", "zzz")
    note = html.unescape(find_control(panel, "unit")[1].value)
    assert f">'zzz' {said} For example:" in note


def test_a_click_on_a_step_shows_it_and_one_that_never_ran_by_its_contract(tmp_path, panels):
    panel = panels(project(tmp_path, load=LOAD, report=REPORT))
    panel._graph._handle_custom_msg({"clicked": "report"}, [])
    assert panel._tabs.selected_index == 2
    wait(lambda: "Not run yet" in panel._detail._head.value)
    assert "load.sales" in panel._detail._head.value
    assert "Open the notebook" in panel._detail._opener.shown
    panel._tabs.selected_index = 0
    panel._graph._handle_custom_msg({"clicked": "report"}, [])  # once more, though it is selected
    assert panel._tabs.selected_index == 2


def test_run_answers_where_the_problems_were_listed_before(tmp_path, panels):
    wrong = [cell("import nbflow\nx = nbflow.read('lod.sales')", "inputs")]
    panel = panels(project(tmp_path, load=LOAD, report=wrong))
    assert [bool(node.get("problem")) for node in panel._graph.nodes] == [False, True]
    assert "Nothing was done" not in panel._notice.text
    click(panel, "run")
    assert "Nothing was done" in panel._notice.text


def test_unsaved_notebooks_are_told(tmp_path, panels):
    panel = panels(project(tmp_path, load=LOAD, report=REPORT))
    panel._graph.unsaved = ["load.ipynb", "other.ipynb"]
    click(panel, "plan")
    assert "load.ipynb: not saved yet" in panel._notice.text
    assert "other" not in panel._notice.text
    panel._graph.unsaved = []
    click(panel, "plan")
    assert panel._notice.text == ""


def test_a_terminal_is_shown_the_steps(tmp_path, panels, capsys):
    made = project(tmp_path, load=LOAD, report=REPORT)
    make_run(made, "20260101-000000-000000", {"load": {}})
    panels(made)._ipython_display_()
    said = capsys.readouterr().out
    assert "notebooks: 2 steps · run 20260101-000000-000000 ✓ done" in said
    assert "  load    ✓ done" in said
    assert "%nbflow run" in said
    panels(tmp_path / "nowhere")._ipython_display_()
    assert "does not exist" in capsys.readouterr().out


def test_an_age_is_that_of_now():
    step = StepRun("load", "reused", age=1.0, made=time.time() - 7300)
    steps = Steps(lambda _: None)
    steps.wanted = True
    steps.show(Run("a", steps={"load": step}), time.time())
    assert "2 h old" in steps._chunks[0].html
    steps.show(Run("a", steps={"load": step}), time.time() + 3600)
    assert "3 h old" in steps._chunks[0].html
