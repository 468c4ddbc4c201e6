"""The run controls: a form, buttons, the graph, and the run that is going on."""

from __future__ import annotations

import contextlib
from pathlib import Path

import ipywidgets as w
from IPython.display import display

from nbflow import app
from nbflow.analysis.contract.scan import read_folder
from nbflow.errors import RunError, UnknownNameError
from nbflow.model import Command, Next, Request, Scan
from nbflow.model.graph import make_parents
from nbflow.notebook_api.messages import find_shell
from nbflow.panel.background import Background
from nbflow.panel.buttons import Buttons
from nbflow.panel.cell_registry import claim_cell
from nbflow.panel.follower import Follower, find_follower
from nbflow.panel.form import Form
from nbflow.panel.form_fields import make_fields, read_values
from nbflow.panel.form_values import FormValues, UnfitError
from nbflow.panel.graph import make_nodes
from nbflow.panel.history import History
from nbflow.panel.messages import Messages
from nbflow.panel.run_page import RunPage
from nbflow.panel.saved_form import SavedForm, read_saved
from nbflow.panel.selection import Selection
from nbflow.panel.value_sets_bar import ValueSetsBar
from nbflow.panel.widget_factory import build, hide
from nbflow.pipeline import Pipeline
from nbflow.planning import refuse_wrong
from nbflow.present.document import Document, Span, make_commands, make_line
from nbflow.present.frontends import spelled_for
from nbflow.present.html.links import find_here
from nbflow.present.html.markup import tag
from nbflow.present.html.render import draw_page
from nbflow.present.html.style import draw_style
from nbflow.present.nodes import mark_problems
from nbflow.present.pages.plans import make_plan_page
from nbflow.runs.cancel import cancel
from nbflow.runs.fold import Run
from nbflow.runs.follow import Followed
from nbflow.runs.history import find_newest_id, find_run, read_run
from nbflow.runs.liveness import is_alive
from nbflow.runs.request_file import read_request
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline

STATIC = Path(__file__).parent / "static"
_PARAMETERS, _PLAN, _RUN, _HISTORY = range(4)
_TITLES = ("Parameters", "Plan", "Run", "History")
_TYPED: tuple[Next, ...] = (
    (Command("plan"), "say what would run, and why (after %load_ext nbflow)"),
    (Command("run"), "run it"),
)


def controls(
    folder_or_pipeline: str | Path | Pipeline | PipelineFolder | None = None,
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
        folder_or_pipeline: str | Path | Pipeline | PipelineFolder | None = None,
        *,
        run_id: str = "",
        request: Request | None = None,
    ) -> None:
        super().__init__()
        self.add_class("nbflow-panel")
        self.run_id = ""
        self._asked = folder_or_pipeline
        self._pipeline: PipelineFolder | None = None
        self._scan = Scan({})
        self._follower: Follower | None = None
        self._make_parts()
        self.messages.guarded(lambda: self._open(run_id, request))
        self._show_frame()

    def close(self) -> None:
        """End the panel; the run goes on."""
        if self._follower is not None:
            self._follower.remove(self)
        super().close()

    def show_tail(self, tail: Followed | None) -> None:
        """Show the run as it is now; called by the follower's thread."""
        try:
            if said := self.page.show(tail):
                self.messages.say(said)
            self._saved.update(self.page.known.run, self._scan.steps)
        except Exception as error:  # noqa: BLE001 - the thread is that of all views
            self.messages.say_wrong(error)

    def _ipython_display_(self) -> None:
        """Show the panel, and a second output for saved notebooks, which the panel hides.

        JupyterLab shows no other form of an output that has a widget, even if the widget is gone.
        """
        if getattr(find_shell(), "kernel", None) is None:
            print(self)  # noqa: T201 - a terminal has no widgets
            return
        if self._pipeline is not None:
            self._saved.show()
        display({**self._repr_mimebundle_(), "text/plain": "the controls of nbflow"}, raw=True)

    def draw_saved(self) -> str:
        """Return what a saved notebook shows without a kernel."""
        hint = make_line(Span("Run this cell to have the controls.", "dim"))
        return draw_page((*self._read_saved(self.page.known.run), hint))

    @spelled_for("notebook")
    def __str__(self) -> str:
        """Return the steps as the newest run left them, and what to type: what a terminal shows."""
        from nbflow.terminal.plain import make_plain  # noqa: PLC0415 - loads rich

        newest = find_newest_id(self._pipeline) if self._pipeline else ""
        run = read_run(self._pipeline, newest) if self._pipeline and newest else None
        saved = (*self._read_saved(run), make_commands(_TYPED)) if self._pipeline else ()
        return make_plain((*self.messages.make_page(), *saved))

    def _read_saved(self, run: Run | None) -> Document:
        return read_saved(self._pipeline, self._name, self._scan.steps, self.values.fields, run)

    # --- parts --------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        style = build(w.HTML, draw_style("page") + draw_style("panel", STATIC), css="nbflow-style")
        self.messages = Messages()
        self._work = Background(self.messages, lambda doing: self.page.change(doing=doing))
        self._selection = Selection(self._show_marked)
        self.buttons = Buttons(self._act, self._selection)
        self.page = RunPage(self.buttons, self._choose_listed, self._work.later, self._turn)
        self.page.graph.on_click(self._choose)
        self.values = FormValues(self._show_values)
        self._form = Form(self.values)
        self._bar = ValueSetsBar(self.values, self._say_missing, self.messages.guarded)
        self._plan, self.history = build(w.HTML), History(self._act_on_run)
        self._saved = SavedForm(self.draw_saved)
        canvas = build(w.VBox, [self.page.graph], css="nbflow-canvas")
        asked = build(w.VBox, [self._bar.box, self._form.box])
        pages = [asked, self._plan, self.page.box, self.history.box]
        self.tabs = build(w.Tab, pages, titles=_TITLES)
        self.tabs.observe(lambda _: self._show_tab(), "selected_index")
        self._parts = [self.buttons.box, *self.messages.boxes, canvas, self.tabs]
        self.children = [style, self.page.head, *self._parts]

    # --- what there is ------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return self._pipeline.folder.name if self._pipeline else str(self._asked or "nbflow")

    def _open(self, run_id: str = "", request: Request | None = None) -> None:
        self._pipeline = self.page.pipeline = pipeline = _find_pipeline(self._asked)
        self._follower = find_follower(pipeline)
        try:
            self._read(pipeline)
            newest = find_newest_id(pipeline)
            self._show_request(request or _read_running(pipeline, run_id or newest))
            self.buttons.force.value = request is not None and request.force
            found = find_run(pipeline, run_id).id if run_id else ""
            self.run_id = "" if found == newest else found
        finally:
            self._follower.add(self)
            self._plan.value = tag("div", "Plan says what a run would do.", class_="nb-dim")
            self._bar.pipeline = pipeline
            self.values.read_sets(pipeline)

    def _read(self, pipeline: PipelineFolder) -> None:
        """Read the notebooks, and show their steps, parameters and problems."""
        self._scan = scan = read_folder(pipeline)
        errors = [one for one in scan.problems if one.severity == "error"]
        self.values.set_fields(make_fields(scan.steps, pipeline.project.settings.parameters))
        self._selection.show_steps(scan.steps)
        self.page.graph.show(*mark_problems(*make_nodes(scan.steps), scan))
        self.page.change(name=self._name, scan=scan)
        self.messages.root = pipeline.project.root
        self.messages.list_problems(errors)
        if not scan.steps and not errors:
            refuse_wrong(pipeline, scan)  # says why there is no step

    def _show_frame(self) -> None:
        """Hide the graph and the tabs if there are no steps."""
        for part in self._parts[-2:]:
            hide(part, unless=self._scan.steps)
        self.page.change(name=self._name)

    def _show_marked(self) -> None:
        self.page.graph.marked = self._selection.find_marked(make_parents(self._scan.steps))

    def _show_tab(self) -> None:
        if self.tabs.selected_index == _RUN:
            self.page.change(listed=True, plan=None)
        pipeline = self._pipeline
        if self.tabs.selected_index == _HISTORY and pipeline is not None:
            self._work.later(lambda: self.history.show(pipeline))

    def _show_values(self) -> None:
        self._form.show()
        self._bar.show()
        if not self.values.wrong:
            self.messages.forget(UnfitError)

    def _say_missing(self, missing: list[str]) -> None:
        text = f"No step has these parameters any more: {', '.join(missing)}."
        self.messages.say(text if missing else "")

    # --- which step is shown ----------------------------------------------------------------------

    def _choose(self, name: str) -> None:
        """Show the step that was clicked, or choose it to run if steps are being chosen."""
        if name and self._selection.toggle(name):
            self.page.graph.selected = self.page.known.chosen
            return
        self.page.choose(name)
        if name:
            self.tabs.selected_index = _RUN

    def _choose_listed(self, name: str) -> None:
        if name != self.page.known.chosen:  # else the choice was set by us
            self._choose(name)

    def _turn(self, began: bool) -> None:  # noqa: FBT001 - a callback
        """Show a run that has begun, and update the history."""
        self._show_tab()
        if began:
            self.tabs.selected_index = _RUN

    # --- what is asked for --------------------------------------------------------------------

    def _act(self, name: str) -> None:
        if name == "stop":
            self.messages.guarded(self._stop)
        elif name == "run":
            self._work.later(self._start, "starting …")
        elif name == "plan":
            self._work.later(self._make_plan, "planning …")
        elif name == "resume" and self.page.tail is not None:
            self._act_on_run("rerun", self.page.tail.run.id)
        elif name == "read":
            self._work.later(self._read_again, "reading the notebooks …")

    def _act_on_run(self, name: str, run_id: str | None) -> None:
        pipeline = self._pipeline
        if not run_id or pipeline is None:
            return
        if name == "show":
            self._show_run(run_id)
        elif name == "rerun":
            again = app.requests.read_again
            self._work.later(lambda: self._attach(pipeline, again(pipeline, run_id)), "starting …")
        elif name == "compare":
            self._work.later(lambda: self._show_comparison(pipeline, run_id), "comparing …")
        elif name == "report":
            self._work.later(lambda: self._write_report(pipeline, run_id), "writing the report …")
        else:
            self._work.later(lambda: self._use_values(pipeline, run_id))

    @spelled_for("notebook")
    def _show_comparison(self, pipeline: PipelineFolder, run_id: str) -> None:
        """Show how the last run differs from this one; the last is compared with the one before."""
        self.history.show_comparison(app.compare.compare(pipeline, run_id))

    def _write_report(self, pipeline: PipelineFolder, run_id: str) -> None:
        """Write a run's report beside the notebook that shows the panel."""
        self.history.show_report(app.report.report(pipeline, run_id, to=f"{find_here()}/"))

    def _stop(self) -> None:
        """Ask the run to stop. This only makes a file, so it works on any thread."""
        run = self.page.tail.run if self.page.tail else None
        if self._pipeline is None or run is None or run.status != "running":
            return  # it has just ended
        cancel(self._pipeline, run)
        self.page.change(stopping=True)

    def _start(self) -> None:
        pipeline = self._refuse_wrong()
        self._attach(pipeline, self._make_request(pipeline))
        self._say_unsaved()

    def _attach(self, pipeline: PipelineFolder, request: Request) -> None:
        run_id = app.run.start(pipeline, request)
        self.page.change(stopping=False)
        self.page.choose("")
        self._show_run(run_id, ours=True)

    def _show_run(self, run_id: str, *, ours: bool = False) -> None:
        """Show a run; after one that this panel started (`ours`), the newest is shown again."""
        self.run_id = "" if ours else run_id
        self.tabs.selected_index = _RUN
        if self._follower is not None:
            self._follower.wake()

    def _make_plan(self) -> None:
        pipeline = self._refuse_wrong()
        plan = app.plan.plan(pipeline, self._scan, self._make_request(pipeline)).plan
        self._plan.value = draw_page(make_plan_page(plan, graph=False))
        self.tabs.selected_index = _PLAN
        if not self.page.is_live:
            self.page.change(plan=plan)
        self._say_unsaved()

    def _say_unsaved(self) -> None:
        """Say which notebooks have unsaved changes in the front end."""
        names = {Path(step.path).name for step in self._scan.steps.values()}
        if unsaved := sorted(names & set(self.page.graph.unsaved)):
            them = "its" if len(unsaved) == 1 else "their"
            self.messages.say(
                f"{', '.join(unsaved)}: not saved yet, so that {them} changes are not in this."
                " Save, and do it again."
            )

    def _read_again(self) -> None:
        if self._pipeline is None:
            self._open()
        else:
            self._read(self._pipeline)
            self.values.read_sets(self._pipeline)
        self._show_frame()

    def _use_values(self, pipeline: PipelineFolder, run_id: str) -> None:
        self._show_request(read_request(pipeline, run_id))
        self.tabs.selected_index = _PARAMETERS

    def _show_request(self, request: Request) -> None:
        self.values.replace(read_values(self.values.fields, self._scan.steps, request))
        self._selection.show(request)

    def _make_request(self, pipeline: PipelineFolder) -> Request:
        """Return what the form asks for; what is wrong is said at once."""
        options = Request(force=self.buttons.force.value, **self._selection.make_request())
        return app.requests.make_request(pipeline, self._scan, options, self.values.forms)

    def _refuse_wrong(self) -> PipelineFolder:
        """Read the notebooks again, and refuse what is wrong in the form."""
        if self._pipeline is None:
            self._open()
        pipeline = self._pipeline or _find_pipeline(self._asked)
        self._read(pipeline)
        if self.values.wrong:
            self.tabs.selected_index = _PARAMETERS
            self._form.show_wrong()
        self.values.refuse_wrong()
        if self._selection.is_open:
            raise UnknownNameError("Which steps? Click them in the graph, or choose “All steps”.")
        return pipeline


def _find_pipeline(asked: str | Path | Pipeline | PipelineFolder | None) -> PipelineFolder:
    if isinstance(asked, Pipeline):
        return asked.location
    return asked if isinstance(asked, PipelineFolder) else find_pipeline(asked)


def _read_running(pipeline: PipelineFolder, run_id: str) -> Request:
    """Return what a run was asked for if it is still going on, else an empty request."""
    if run_id and is_alive(pipeline, run_id):
        with contextlib.suppress(RunError):
            return read_request(pipeline, run_id)
    return Request()
