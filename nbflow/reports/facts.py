"""What a report holds, as data: `present/report` draws it, and no face gathers it again."""

from __future__ import annotations

from typing import Any, Literal, get_args

from nbflow.model import Frozen, Next, Output, Problem
from nbflow.model.profiles import ColumnProfile
from nbflow.runs.fold import Run, StepRun

# --- what the pipeline says ---------------------------------------------------------------


class KeyNumber(Frozen, frozen=True):
    """A large number that the author wrote: `against` is the yardstick that stands below it."""

    value: str  # with its unit
    label: str
    against: str = ""


class ReportCell(Frozen, frozen=True):
    """One cell of an executed notebook; `outputs` are as nbformat 4 has them.

    `number` is its position from 1 in the author's notebook, all cells counted.
    """

    number: int
    kind: Literal["markdown", "code", "raw"]
    source: str
    tags: tuple[str, ...] = ()
    outputs: tuple[dict[str, Any], ...] = ()
    attachments: dict[str, Any] = {}  # of a markdown cell
    widgets: dict[str, dict[str, Any]] = {}  # models of the widgets that it shows, by id
    seconds: float | None = None
    failed: bool = False
    line: int | None = None  # of the source, where it failed
    cut: int = 0  # bytes of outputs that are left out, and stand in the executed notebook


class Story(Frozen, frozen=True):
    """Cells of one step that belong to what the pipeline says: tagged `report`, or all of it.

    A code cell that is tagged `remove-input` shows its outputs only.
    """

    step: str
    path: str  # the notebook, relative to the root
    cells: tuple[ReportCell, ...]


# --- tables ---------------------------------------------------------------------------------


class TablePreview(Frozen, frozen=True):
    """The first rows of a table, and what is known of all of them.

    A row has a JSON form for each column: text, number, true or false; None is null, and NaN is
    the text `NaN` in a column of numbers. `rows` counts all, `len(head)` those that are here.
    """

    ref: str  # step.name
    rows: int
    columns: tuple[ColumnProfile, ...]
    head: tuple[tuple[Any, ...], ...] = ()
    hash: str = ""
    bytes: int = 0
    left_out: int = 0  # columns that are not shown


class OutputPreview(Frozen, frozen=True):
    """What a step wrote under a name: a table, a picture, or a text, as it can be shown."""

    output: Output
    table: TablePreview | None = None
    picture: dict[str, str] = {}  # by MIME type; pictures in base64
    text: str = ""  # of a value that is small enough
    problem: Problem | None = None  # why it cannot be shown, for instance that it was removed


# --- steps ------------------------------------------------------------------------------------


class Source(Frozen, frozen=True):
    """Something that a step used: a table or value of a step, a file, or a module."""

    kind: Literal["table", "file", "module"]
    name: str
    hash: str = ""
    result: str = ""  # the result that held it


class ReportStep(Frozen, frozen=True):
    """One step of a run, with what is shown of it.

    `begin` is when its inputs were there and its waiting began, in seconds from the run's start.
    `lineage` names all steps that it is made from.
    """

    state: StepRun
    description: str = ""
    language: str = "python"  # of its code
    begin: float | None = None
    decides: bool = False  # on the chain of steps that decided how long the run took
    parameters: dict[str, Any] = {}  # those it declares, as they were
    sources: tuple[Source, ...] = ()
    lineage: tuple[str, ...] = ()
    cells: tuple[ReportCell, ...] = ()
    outputs: tuple[OutputPreview, ...] = ()
    log: str = ""  # what it printed outside cells; all that it printed, where it has none
    environment: dict[str, str] = {}
    made_by: str = ""  # the run that made the reused result
    rerun: tuple[Next, ...] = ()  # commands that fit its state
    problems: tuple[Problem, ...] = ()  # what is missing: a result that was removed


# --- the run ----------------------------------------------------------------------------------


class Setting(Frozen, frozen=True):
    """A parameter of the run; `default` is the JSON form of the notebooks' own."""

    name: str
    value: Any
    default: Any = None
    differs: bool = False
    steps: tuple[str, ...] = ()


class Code(Frozen, frozen=True):
    """The version of the code that ran: "" and empty outside a git repository."""

    commit: str = ""
    branch: str = ""
    changed: tuple[str, ...] = ()  # files that differ from the commit, relative to the root


class Masked(Frozen, frozen=True):
    """What was taken out before anybody else sees it: how often, and by which rule."""

    rule: str
    count: int


Form = Literal["html", "folder", "zip", "md", "ipynb", "pdf"]
FORMS: tuple[Form, ...] = get_args(Form)


class Options(Frozen, frozen=True):
    """What was asked of a report."""

    title: str = ""
    logo: str = ""  # a picture: its path, and in a report its data as a URL
    steps: tuple[str, ...] = ()  # only these; none: all
    code: bool = True
    scripts: bool = False  # let outputs run their own, apart from the page
    redact: tuple[str, ...] = ()  # patterns besides the usual ones
    who: bool = False  # name user, host and home folder


class Report(Frozen, frozen=True):
    """A run as a reader sees it, from verdict to details."""

    run: Run
    title: str
    numbers: tuple[KeyNumber, ...] = ()
    story: tuple[Story, ...] = ()
    story_from: str = ""  # the earlier run that the story is of, where this one has none
    settings: tuple[Setting, ...] = ()
    code: Code = Code()
    steps: tuple[ReportStep, ...] = ()  # in order of start
    outside: tuple[ReportStep, ...] = ()  # not of the run, but what it read was made by them
    chain: tuple[str, ...] = ()  # steps that decided how long the run took, in order
    environment: dict[str, str] = {}  # what all steps share
    next: tuple[Next, ...] = ()  # for instance the command that resumes
    masked: tuple[Masked, ...] = ()
    left_out: tuple[Problem, ...] = ()
    options: Options = Options()
