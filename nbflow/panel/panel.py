"""The run controls: a form, buttons, the graph, and the run that is going on."""

from __future__ import annotations

import threading
from pathlib import Path

import ipywidgets as w
from IPython.display import display

from nbflow import app
from nbflow.analysis.contract.scan import read_folder
from nbflow.errors import UnknownNameError
from nbflow.model import Request, Scan
from nbflow.model.graph import make_parents
from nbflow.notebook_api.messages import find_shell
from nbflow.panel.asked import read_project, read_running
from nbflow.panel.busy import Busy
from nbflow.panel.buttons import Buttons
from nbflow.panel.detail import Detail
from nbflow.panel.fields import make_fields, read_values
from nbflow.panel.follow import Follower, find_follower
from nbflow.panel.form import Form
from nbflow.panel.graph import Graph, make_nodes
from nbflow.panel.history import History
from nbflow.panel.models import build, hide
from nbflow.panel.notice import Notice
from nbflow.panel.places import claim_cell
from nbflow.panel.plain import draw_text
from nbflow.panel.runview import Parts, RunView
from nbflow.panel.selection import Selection
from nbflow.panel.steps import Steps
from nbflow.panel.valuebar import ValueBar
from nbflow.panel.values import UnfitError, Values
from nbflow.pipeline import Pipeline
from nbflow.planning import refuse_wrong
from nbflow.present.html.markup import tag
from nbflow.present.html.render import draw_page
from nbflow.present.html.style import draw_style
from nbflow.present.nodes import mark_problems
from nbflow.present.pages.plans import make_plan_page
from nbflow.runs.cancel import cancel
from nbflow.runs.follow import Followed
from nbflow.runs.history import find_newest_id, find_run
from nbflow.runs.request import read_request
from nbflow.workspace.project import Project

STATIC = Path(__file__).parent / "static"
_PARAMETERS, _PLAN, _RUN, _HISTORY = range(4)
_TITLES = ("Parameters", "Plan", "Run", "History")


def controls(
    folder_or_pipeline: str | Path | Pipeline | Project | None = None,
    *,
    run_id: str = "",
    request: Request | None = None,
) -> Panel:
    """Return the control panel of a pipeline; it shows the run that is going on, else the last.

    `folder_or_pipeline` is a folder of notebooks, None the pipeline at hand; `run_id` another run
    to show, by its id, the start of one, or its name; `request` fills the form, else the run that
    goes on does. What is wrong is said in the panel.
    """
    panel = Panel(folder_or_pipeline, run_id=run_id, request=request)
    claim_cell(panel)
    return panel


class Panel(w.VBox):  # type: ignore[misc] # ipywidgets has no types
    """What `controls` returns."""

    def __init__(
        self,
        folder_or_pipeline: str | Path | Pipeline | Project | None = None,
        *,
        run_id: str = "",
        request: Request | None = None,
    ) -> None:
        super().__init__()
        self.add_class("nbflow-panel")
        self.run_id = ""
        self._asked = folder_or_pipeline
        self._project: Project | None = None
        self._scan = Scan({})
        self._follower: Follower | None = None
        self._lock = threading.RLock()
        self._make_parts()
        self._notice.guarded(lambda: self._open(run_id, request))
        self._show_frame()

    def close(self) -> None:
        """End the panel; the run goes on."""
        if self._follower is not None:
            self._follower.remove(self)
        super().close()

    def show_tail(self, tail: Followed | None) -> None:
        """Show the run as it is now; called by the follower's thread."""
        try:
            with self._lock:
                said = self._view.show(tail)
            if said:
                self._notice.say(said)
        except Exception as error:  # noqa: BLE001 - the thread is that of all views
            self._notice.say_wrong(error)

    def _ipython_display_(self) -> None:
        """Show the panel, and what a saved notebook shows without a kernel, hidden by its style.

        JupyterLab shows no other form of an output that has a widget, also where it is gone.
        """
        if getattr(find_shell(), "kernel", None) is None:
            print(self)  # noqa: T201 - a terminal has no widgets
            return
        if self._project is not None:
            self._view.still.show()
        display({**self._repr_mimebundle_(), "text/plain": "the controls of nbflow"}, raw=True)

    def draw_still(self) -> str:
        """Return what a saved notebook shows without a kernel."""
        return self._view.draw_still()

    def __str__(self) -> str:
        """Return the steps as the newest run left them: what a terminal shows."""
        text = "" if self._project is None else draw_text(self._project, self._name, self._scan)
        return "\n".join(part for part in (self._notice.plain, text) if part)

    # --- parts --------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        style = build(w.HTML, draw_style("page") + draw_style("panel", STATIC), css="nbflow-style")
        head, self._notice = build(w.HTML), Notice()
        self._busy = Busy(self._notice, lambda: self._view.show_state())  # noqa: PLW0108 - made below
        self._selection = Selection(self._show_marked)
        self._buttons = Buttons(self._act, self._selection)
        self._graph = build(Graph)
        self._graph.on_click(self._choose)
        canvas = build(w.VBox, [self._graph], css="nbflow-canvas")
        self.values = Values(self._show_values)
        self._form = Form(self.values)
        self._bar = ValueBar(self.values, self._say_missing, self._notice.guarded)
        self._plan, self._history = build(w.HTML), History(self._act_on_run)
        self._steps = Steps(self._choose_listed)
        self._detail = Detail(self._choose_listed, self._busy.later, self._graph.follow)
        split = build(w.VBox, [self._steps.box, *self._detail.boxes], css="nbflow-split")
        parts = (head, self._buttons, self._graph, self._steps, self._detail, self._busy)
        self._view = RunView(Parts(*parts), self._turn)
        asked = build(w.VBox, [self._bar.box, self._form.box])
        pages = [asked, self._plan, split, self._history.box]
        self._tabs = build(w.Tab, pages, titles=_TITLES)
        self._tabs.observe(lambda _: self._show_page(), "selected_index")
        self._parts = [self._buttons.box, *self._notice.boxes, canvas, self._tabs]
        self.children = [style, head, *self._parts]

    # --- what there is ------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return self._project.folder.name if self._project else str(self._asked or "nbflow")

    def _open(self, run_id: str = "", request: Request | None = None) -> None:
        self._project = project = read_project(self._asked)
        self._follower = find_follower(project)
        try:
            self._read(project)
            newest = find_newest_id(project)
            self._show_request(request or read_running(project, run_id or newest))
            self._buttons.force.value = request is not None and request.force
            found = find_run(project, run_id).id if run_id else ""
            self.run_id = "" if found == newest else found
        finally:
            self._follower.add(self)
            self._plan.value = tag("div", "Plan says what a run would do.", class_="nb-dim")
            self._bar.project = project
            self.values.read_sets(project)

    def _read(self, project: Project) -> None:
        """Read the notebooks, and show their steps, parameters and problems."""
        self._scan = scan = read_folder(project)
        errors = [one for one in scan.problems if one.severity == "error"]
        self.values.set_fields(make_fields(scan.steps, project.settings.parameters))
        self._selection.show_steps(scan.steps)
        nodes, edges = mark_problems(*make_nodes(scan.steps), scan)
        self._graph.show(nodes, edges)
        self._detail.show_steps(scan.steps)
        self._notice.root = project.root
        self._notice.list_problems(errors)
        self._view.read(project, self._name, scan, self.values.fields)
        if not scan.steps and not errors:
            refuse_wrong(project, scan)  # says why there is no step

    def _show_frame(self) -> None:
        """Leave out what makes no sense without steps."""
        there = bool(self._scan.steps)
        for part in self._parts[-2:]:
            hide(part, unless=there)
        self._view.show_state()

    def _show_marked(self) -> None:
        self._graph.marked = self._selection.find_marked(make_parents(self._scan.steps))

    def _show_page(self) -> None:
        if self._tabs.selected_index == _RUN:
            self._view.draw_again()
            self._steps.wanted = True
            self._wake()
        if self._tabs.selected_index == _HISTORY and self._project is not None:
            project = self._project
            self._busy.later(lambda: self._history.show(project))

    def _show_values(self) -> None:
        self._form.show()
        self._bar.show()
        if not self.values.wrong:
            self._notice.forget(UnfitError)

    def _say_missing(self, missing: list[str]) -> None:
        text = f"No step has these parameters any more: {', '.join(missing)}."
        self._notice.say(text if missing else "")

    # --- which step is shown ----------------------------------------------------------------------

    def _choose(self, name: str) -> None:
        """Take a click on a step anywhere: it is shown, or chosen to run where that is asked."""
        if name and self._selection.toggle(name):
            self._graph.selected = self._view.choice.name
            return
        self._view.choice.take(name)
        if name:
            self._tabs.selected_index = _RUN
        self._wake()

    def _choose_listed(self, name: str) -> None:
        if name != self._view.choice.name:  # else it was only marked
            self._choose(name)

    def _turn(self, began: bool) -> None:  # noqa: FBT001 - a callback
        """Show a run that has begun, and the history, which has one more or one that is over."""
        self._show_page()
        if began:
            self._tabs.selected_index = _RUN

    # --- what is asked for --------------------------------------------------------------------

    def _act(self, name: str) -> None:
        if name == "stop":
            self._notice.guarded(self._stop)
        elif name == "run":
            self._busy.later(self._start, "starting …")
        elif name == "plan":
            self._busy.later(self._make_plan, "planning …")
        elif name == "resume" and self._view.tail is not None:
            self._act_on_run("rerun", self._view.tail.run.id)
        elif name == "read":
            self._busy.later(self._read_again, "reading the notebooks …")

    def _act_on_run(self, name: str, run_id: str | None) -> None:
        project = self._project
        if not run_id or project is None:
            return
        if name == "show":
            self._show_run(run_id)
        elif name == "rerun":
            self._busy.later(lambda: self._start_again(project, run_id), "starting …")
        else:
            self._busy.later(lambda: self._use_values(project, run_id))

    def _stop(self) -> None:
        """Ask the run to stop: only a file is made, so this works on any thread."""
        run = self._view.tail.run if self._view.tail else None
        if self._project is None or run is None or run.status != "running":
            return  # it has just ended
        cancel(self._project, run)
        self._view.stopping = "stopping …"
        self._view.show_state()

    def _start(self) -> None:
        project = self._refuse_wrong()
        self._attach(project, self._make_request(project))
        self._say_unsaved()

    def _start_again(self, project: Project, run_id: str) -> None:
        self._attach(project, app.requests.read_again(project, run_id))

    def _attach(self, project: Project, request: Request) -> None:
        run_id = app.run.start(project, request)
        self._view.stopping = ""
        self._view.choice.forget()
        self._show_run(run_id, ours=True)

    def _show_run(self, run_id: str, *, ours: bool = False) -> None:
        """Show a run; after one of our own, whatever is newest is shown again."""
        self.run_id = "" if ours else run_id
        self._tabs.selected_index = _RUN
        self._wake()

    def _make_plan(self) -> None:
        project = self._refuse_wrong()
        plan = app.plan.plan(project, self._scan, self._make_request(project)).plan
        self._plan.value = draw_page(make_plan_page(plan, graph=False))
        self._tabs.selected_index = _PLAN
        self._view.show_plan(plan)
        self._say_unsaved()

    def _say_unsaved(self) -> None:
        """Say which of the notebooks have changes in the front end that are in no file yet."""
        names = {Path(step.path).name for step in self._scan.steps.values()}
        if unsaved := sorted(names & set(self._graph.unsaved)):
            them = "its" if len(unsaved) == 1 else "their"
            self._notice.say(
                f"{', '.join(unsaved)}: not saved yet, so that {them} changes are not in this."
                " Save, and do it again."
            )

    def _read_again(self) -> None:
        if self._project is None:
            self._open()
        else:
            self._read(self._project)
            self.values.read_sets(self._project)
        self._show_frame()

    def _use_values(self, project: Project, run_id: str) -> None:
        self._show_request(read_request(project, run_id))
        self._tabs.selected_index = _PARAMETERS

    def _show_request(self, request: Request) -> None:
        self.values.replace(read_values(self.values.fields, self._scan.steps, request))
        self._selection.show(request)

    def _make_request(self, project: Project) -> Request:
        """Return what the form asks for; what is wrong is said at once."""
        options = Request(force=self._buttons.force.value, **self._selection.make_request())
        return app.requests.make_request(project, self._scan, options, self.values.forms)

    def _refuse_wrong(self) -> Project:
        """Read the notebooks as they are now; refuse what is wrong in the form."""
        if self._project is None:
            self._open()
        project = self._project or read_project(self._asked)
        self._read(project)
        if self.values.wrong:
            self._tabs.selected_index = _PARAMETERS
            self._form.show_wrong()
        self.values.refuse_wrong()
        if self._selection.is_open:
            raise UnknownNameError("Which steps? Click them in the graph, or choose “All steps”.")
        return project

    def _wake(self) -> None:
        if self._follower is not None:
            self._follower.wake()
