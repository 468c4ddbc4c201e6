"""The panel without a browser: real widgets, and real runs where a run is followed."""

from __future__ import annotations

import html
import re
import time
from types import SimpleNamespace

import ipywidgets
import pytest

from nbflow.base.locks import hold
from nbflow.model import Planned, Request
from nbflow.model.events import RunStarted, StepFailed
from nbflow.panel.panel import Panel
from nbflow.runs.folder import RunFolder
from nbflow.runs.log import Log
from nbflow.runs.request_file import write_request
from nbflow.workspace.pipeline_folder import find_pipeline
from tests.cli.runs import FAILURE, make_run
from tests.notebooks import cell, write, write_pipeline

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
    panel.buttons.by_name[name].click()
    wait(lambda: not panel.page.known.doing)


def click_step(panel, name):
    """Click a step as the page does."""
    panel.page.graph._handle_custom_msg({"clicked": name}, [])


def status(panel):
    return panel.page.known.run.status if panel.page.known.run else ""


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


def find_button(panel, text):
    return next(part for part in find_parts(panel) if getattr(part, "description", "") == text)


def choose(panel, key, value):
    find_control(panel, key)[0].value = value


@pytest.mark.kernel
def test_a_run_with_values_is_followed_and_can_be_looked_at(tmp_path, panels):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    panel, other = panels(made.folder), panels(made.folder)
    choose(panel, "rows", "5")
    choose(panel, "carriers", "UA, AA")
    click(panel, "plan")
    assert "2 to run" in panel.tabs.children[1].value
    click(panel, "run")
    assert panel.messages.text == ""
    wait(lambda: status(panel) == "done")
    run = panel.page.known.run
    assert run.parameters == {"rows": 5, "carriers": ["UA", "AA"]}
    wait(lambda: status(other) == "done")
    assert other.page.tail is panel.page.tail
    assert panel.page.graph.states["report"]["status"] == "done"
    click_step(panel, "load")
    assert panel.tabs.selected_index == 2
    wait(lambda: panel.page.known.left is not None)
    assert panel.page.known.left.outputs["sales"].rows == 5
    assert ("stdout", "rows 5") in panel.page.known.printed[1]
    assert not (made.folder / "nbflow-open").exists()  # before it is asked for
    find_button(panel, "Open as executed").click()
    copy = made.folder / "nbflow-open" / run.id / f"load-{run.id}.ipynb"
    wait(copy.is_file)


@pytest.mark.kernel
def test_stop_and_resume(tmp_path, panels):
    made = write_pipeline(tmp_path, load=LOAD, report=SLEEPY)
    panel = panels(made)
    choose(panel, "rows", "4")
    click(panel, "run")
    wait(lambda: status(panel) and panel.page.known.run.steps["report"].status == "running")
    later = panels(made)  # as after a restart of the kernel: it shows what goes on
    assert later.values.forms == {"rows": 4}
    wait(lambda: status(later) == "running")
    later.buttons.by_name["stop"].click()
    wait(lambda: status(panel) == "cancelled")
    write(made.folder / "report.ipynb", REPORT)
    click(panel, "resume")
    wait(lambda: status(panel) == "done")
    steps = panel.page.known.run.steps
    assert (steps["load"].status, steps["report"].status) == ("reused", "done")
    assert panels(made).values.forms == {}


def test_wrong_values_are_told_and_nothing_is_started(tmp_path, panels):
    made = write_pipeline(tmp_path, load=[cell("rows: int = 3", "parameters")])
    panel = panels(made)
    choose(panel, "rows", "abc")
    said = "&#x27;abc&#x27; is not an int. For example: 3</div>"
    assert f'role="alert">{said}' in find_control(panel, "rows")[1].value
    click(panel, "run")
    assert "see below: rows." in panel.messages.text
    assert "int" not in panel.messages.text  # the field says that
    choose(panel, "rows", "4")
    assert panel.messages.text == ""
    choose(panel, "rows", "abc")
    assert not made.runs.is_dir()


def test_what_is_wrong_with_the_pipeline_is_told_with_its_cell(tmp_path, panels):
    wrong = [cell("import nbflow\nx = nbflow.read('lod.sales')", "inputs")]
    panel = panels(write_pipeline(tmp_path, load=LOAD, report=wrong))
    assert "report.ipynb" in panel.messages.text
    assert "cell-id=cell-1" in panel.messages.text
    assert "lod" in panel.messages.text
    nowhere = panels(tmp_path / "nowhere")
    assert "does not exist" in nowhere.messages.text
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "empty holds no" in panels(empty).messages.text


def test_a_run_that_was_lost_and_one_that_is_removed(tmp_path, panels):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    folder = make_run(made, "20260101-000000-000000", {"load": {}}, ended=False)
    panel = panels(made)
    wait(lambda: status(panel) == "lost")
    assert not panel.buttons.by_name["resume"].disabled
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    wait(lambda: "20260101-000000-000000 was removed" in panel.messages.text)
    assert panel.page.graph.states == {}
    unknown = panels(made, run_id="nonsense")
    assert "nonsense" in unknown.messages.text or "No run yet" in unknown.messages.text


@pytest.mark.parametrize(("keep_going", "expected"), [(False, "skipped"), (True, "waiting")])
def test_what_a_run_skips_after_a_failure_is_shown_at_once(tmp_path, panels, keep_going, expected):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    folder = RunFolder(made.runs / "20260101-000000-000000")
    folder.path.mkdir(parents=True)
    write_request(folder, Request(keep_going=keep_going))
    planned = (Planned("load", "run", ()), Planned("other", "run", ()))
    log = Log(folder.log, lambda _: None)
    log.append(RunStarted(folder.path.name, made.name, "", planned=planned))
    log.append(StepFailed("load", FAILURE, 1.5, ""))
    with hold(folder.lock):
        panel = panels(made)
        wait(lambda: status(panel) == "running")
        assert panel.page.known.run.steps["other"].status == expected
    log.close()


def test_a_step_that_vanished_leaves_the_choice(tmp_path, panels):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    panel = panels(made, request=Request(to=("report",), parameters={"rows": 4}))
    assert panel.page.graph.marked == ["load", "report"]
    assert panel.values.forms == {"rows": 4}
    (made.folder / "report.ipynb").unlink()
    click(panel, "run")
    assert "Which steps?" in panel.messages.text


def test_the_choice_of_a_set_shows_whose_values_the_form_holds(tmp_path, panels):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    panel = panels(made)
    choose(panel, "rows", "9")
    panel.values.save_set(made, "many")
    panel = panels(find_pipeline(made.folder))
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
    panel = panels(write_pipeline(tmp_path, load=LOAD, report=REPORT))
    *_, save = next(one for one in find_parts(panel) if is_line(one)).children
    save.click()
    assert "Type a name for these values" in panel.messages.text


def test_rows_of_the_history_and_of_the_steps_are_chosen(tmp_path, panels):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    for run_id in ("20260101-000000-aaaaaa", "20260101-000000-bbbbbb"):
        make_run(made, run_id, {"load": {}})
    panel = panels(made)
    panel.tabs.selected_index = 3
    rows, steps = panel.history.table, panel.page.steps
    wait(lambda: rows.chosen == "20260101-000000-bbbbbb")
    assert 'data-row="20260101-000000-aaaaaa"' in rows.html
    rows.chosen = "20260101-000000-aaaaaa"
    find_button(panel, "Show").click()
    wait(lambda: status(panel) and panel.page.known.run.id == "20260101-000000-aaaaaa")
    steps.chunks[0].chosen = "load"
    assert panel.page.graph.selected == "load"


def test_the_history_writes_the_report_of_a_run_beside_the_notebook(tmp_path, panels, monkeypatch):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    make_run(made, "20260101-000000-aaaaaa", {"load": {}})
    monkeypatch.chdir(tmp_path)
    panel = panels(made)
    panel.tabs.selected_index = 3
    wait(lambda: panel.history.table.chosen)
    find_button(panel, "Report").click()
    wait(lambda: "notebooks-20260101-000000-aaaaaa.html</a>" in panel.history.made.shown)
    assert (tmp_path / "notebooks-20260101-000000-aaaaaa.html").is_file()


def test_the_history_compares_a_run_with_the_last(tmp_path, panels):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    make_run(made, "20260101-000000-aaaaaa", {"load": {}})
    make_run(made, "20260102-000000-bbbbbb", {"load": {}})
    panel = panels(made)
    panel.tabs.selected_index = 3
    wait(lambda: panel.history.table.chosen)
    find_button(panel, "Compare").click()
    wait(lambda: "20260101-000000-aaaaaa → 20260102-000000-bbbbbb" in panel.history.made.shown)


def test_a_closed_group_is_opened_for_a_value_that_does_not_fit(tmp_path, panels):
    many = {f"s{at}": [cell(f"a{at}: int = 1", "parameters")] for at in range(20)}
    panel = panels(write_pipeline(tmp_path, **many))
    groups = next(part for part in find_parts(panel) if isinstance(part, ipywidgets.Accordion))
    groups.selected_index = 4
    choose(panel, "a12", "x")
    groups.selected_index = 0
    click(panel, "run")
    assert "see below: a12" in panel.messages.text
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
    made = write_pipeline(tmp_path, **steps)
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
    panel = panels(write_pipeline(tmp_path, load=LOAD, report=REPORT))
    shown = []
    for module in ("panel", "saved_form"):
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
    panel = panels(write_pipeline(tmp_path, load=[cell(source, "parameters")]))
    choose(panel, "unit", "zzz")
    note = html.unescape(find_control(panel, "unit")[1].value)
    assert f">'zzz' {said} For example:" in note


def test_a_click_on_a_step_shows_it_and_one_that_never_ran_by_its_contract(tmp_path, panels):
    panel = panels(write_pipeline(tmp_path, load=LOAD, report=REPORT))
    click_step(panel, "report")
    assert panel.tabs.selected_index == 2
    about = panel.page.detail.boxes[0].children[1].value
    assert "Not run yet" in about
    assert "load.sales" in about
    panel.tabs.selected_index = 0
    click_step(panel, "report")  # once more, though it is selected
    assert panel.tabs.selected_index == 2


def test_run_answers_where_the_problems_were_listed_before(tmp_path, panels):
    wrong = [cell("import nbflow\nx = nbflow.read('lod.sales')", "inputs")]
    panel = panels(write_pipeline(tmp_path, load=LOAD, report=wrong))
    assert [bool(node.get("problem")) for node in panel.page.graph.nodes] == [False, True]
    assert "Nothing was done" not in panel.messages.text
    click(panel, "run")
    assert "Nothing was done" in panel.messages.text


def test_unsaved_notebooks_are_told(tmp_path, panels):
    panel = panels(write_pipeline(tmp_path, load=LOAD, report=REPORT))
    panel.page.graph.unsaved = ["load.ipynb", "other.ipynb"]
    click(panel, "plan")
    assert "load.ipynb: not saved yet" in panel.messages.text
    assert "other" not in panel.messages.text
    panel.page.graph.unsaved = []
    click(panel, "plan")
    assert panel.messages.text == ""


def test_a_terminal_is_shown_the_steps(tmp_path, panels, capsys):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    make_run(made, "20260101-000000-000000", {"load": {}})
    panels(made)._ipython_display_()
    said = capsys.readouterr().out
    assert "notebooks: 2 steps · run 20260101-000000-000000 ✓ done" in said
    assert re.search(r"^load +✓ done", said, re.MULTILINE)
    assert "%nbflow run" in said
    panels(tmp_path / "nowhere")._ipython_display_()
    assert "does not exist" in capsys.readouterr().out
