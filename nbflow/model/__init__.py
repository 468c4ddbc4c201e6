"""The nouns: frozen values without behaviour, each with a JSON form."""

from __future__ import annotations

from typing import Any, Literal

from nbflow.model import formats
from nbflow.model.frozen import Frozen as Frozen
from nbflow.model.problems import Command as Command
from nbflow.model.problems import Edit as Edit
from nbflow.model.problems import Next as Next
from nbflow.model.problems import Place as Place
from nbflow.model.problems import Problem as Problem
from nbflow.model.problems import ProblemCode as ProblemCode
from nbflow.model.problems import Remedy as Remedy
from nbflow.model.problems import Skipped as Skipped
from nbflow.model.problems import SkippedCode as SkippedCode
from nbflow.model.problems import make_warning as make_warning
from nbflow.model.reasons import Reason as Reason
from nbflow.model.refs import Ref as Ref
from nbflow.model.states import STATES as STATES
from nbflow.model.states import State as State
from nbflow.model.states import find_state as find_state
from nbflow.model.tasks import Injection as Injection
from nbflow.model.tasks import Job as Job
from nbflow.model.tasks import JobInput as JobInput
from nbflow.model.tasks import TaskId as TaskId
from nbflow.model.types import ANY as ANY
from nbflow.model.types import Enumeration as Enumeration
from nbflow.model.types import Type as Type

# --- what a notebook says -------------------------------------------------------------------


class Parameter(Frozen, frozen=True):
    """A name set in a cell tagged `parameters`.

    `type` is inferred from the default where there is no annotation.
    `value` is the JSON form of a literal default, None where it has none (`pd.Timestamp("2013")`);
    `literal` is False where only running tells: `date.today()`.
    `asked` is the JSON form of a default that asks the environment, which may hold secrets: it is
    never written anywhere, and its hash counts; then `value` is None.
    `required` is True for `month: int`, which has no default.
    """

    name: str
    place: Place
    type: Type = ANY
    default: str = ""
    value: Any = None
    literal: bool = True
    help: str = ""
    required: bool = False
    asked: Any = None


class Input(Frozen, frozen=True):
    """A literal `nbflow.read("step.name")` in an `inputs` cell, or a table of a `%%sql` cell."""

    step: str
    name: str
    place: Place

    @property
    def ref(self) -> str:
        return f"{self.step}.{self.name}"  # as a Ref is written, sooner


class FileInput(Frozen, frozen=True):
    """A `nbflow.file(pattern)`: a file, folder or glob; `pattern` may hold `{parameter}`.

    `parts` are those of a pattern that is joined as paths are, once the parameters have values.
    """

    pattern: str
    place: Place
    parts: tuple[str, ...] = ()


class PathLiteral(Frozen, frozen=True):
    """A literal path in the code, of no call of nbflow's; `use` is what its call does, if known."""

    pattern: str
    use: Literal["read", "write", ""] = ""


class Write(Frozen, frozen=True):
    """A declared output: `nbflow.write("name", …)`, `%%sql --write name` or the option `writes`.

    `path` is the pattern of the file that is written under the name, `Path("data/a.csv")`.
    """

    name: str
    place: Place
    path: str = ""
    parts: tuple[str, ...] = ()  # of the path, as in FileInput


class Cell(Frozen, frozen=True):
    """One executed code cell as it counts for the key; `number` counts all cells from 1."""

    number: int
    first_line: str
    digest: str
    tags: tuple[str, ...] = ()


class Options(Frozen, frozen=True):
    """A step's options, from the notebook's metadata or the settings; None is not set."""

    cache: bool | float = True  # a number: reused for so many seconds
    description: str = ""
    kernel: str = ""
    owner: str = ""
    timeout: float | None = None
    cell_timeout: float | None = None
    max_output: int | None = None  # bytes
    writes: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()  # patterns of files, which may hold parameters
    report: bool = False  # all of it stands at the head of a run's report


class Step(Frozen, frozen=True):
    """A notebook with a cell tagged `parameters` or `inputs`, as planning sees it."""

    name: str
    path: str  # relative to the project's root, with forward slashes
    language: str = "python"
    kernel: str = ""  # the kernelspec's name in the notebook
    cells: tuple[Cell, ...] = ()
    cell_count: int = 0  # how many code cells an execution passes
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[Input, ...] = ()
    files: tuple[FileInput, ...] = ()
    writes: tuple[Write, ...] = ()
    imports: tuple[str, ...] = ()  # dotted names of the modules its cells import
    options: Options = Options()
    named: tuple[PathLiteral, ...] = ()
    makers: tuple[str, ...] = ()  # steps that make or write files which this one uses

    def __str__(self) -> str:
        contract = {
            "parameters": [one.name for one in self.parameters],
            "reads": [one.ref for one in self.inputs],
            "files": [one.pattern for one in self.files],
            "writes": [one.name for one in self.writes],
        }
        said = "; ".join(f"{what} {', '.join(names)}" for what, names in contract.items() if names)
        return f"{self.name} ({self.path}){said and ': '}{said}"


class Scan(Frozen, frozen=True):
    """What a pipeline's folder holds."""

    steps: dict[str, Step]
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self.steps.values()))


# --- what is kept -----------------------------------------------------------------------------

Kind = Literal["table", "json", "numpy", "figure", "file", "pickle", "nothing"]


class Output(Frozen, frozen=True):
    """One written table or value. `hash` is of its content; `columns` maps names to SQL types.

    `unkept` is set for a table that could not be kept as one; `note` says why.
    """

    name: str
    kind: Kind
    hash: str
    bytes: int = 0
    rows: int | None = None
    columns: dict[str, str] | None = None
    note: str = ""
    unkept: bool = False


class Mark(Frozen, frozen=True):
    """What a file was when it was written; `time` is of its last change, in nanoseconds."""

    bytes: int
    time: int
    hash: str = ""  # of its content; "" while it is not known


class Taken(Frozen, frozen=True):
    """What was read of another step: the result that held it, and the hash it was to have."""

    result: str
    hash: str


class Environment(Frozen, frozen=True):
    """A kernel's interpreter: `distributions` maps an import's name to "distribution version"."""

    language: str
    version: str
    path: tuple[str, ...] = ()
    distributions: dict[str, str] = {}


class Parts(Frozen, frozen=True):
    """What a result depends on, part by part, so that a plan can say what changed."""

    code: tuple[Cell, ...] = ()
    parameters: dict[str, Any] = {}
    inputs: dict[str, str] = {}
    files: dict[str, str] = {}
    modules: dict[str, str] = {}
    environment: dict[str, str] = {}


class Made(Frozen, frozen=True):
    """A file of the project that a step made; `kept` is its copy's path in the result's folder."""

    hash: str
    kept: str


class Result(Frozen, frozen=True):
    """A result folder's `result.json`; where it exists, the result is complete."""

    id: str
    step: str
    run: str
    key: str
    parts: Parts
    outputs: dict[str, Output]
    created: float  # seconds since the epoch, UTC
    seconds: float
    seen_modules: dict[str, str] = {}  # imported while it ran, not found statically: path to hash
    reusable: bool = True
    warnings: tuple[Problem, ...] = ()
    inputs: dict[str, Taken] = {}  # by ref
    files: dict[str, Mark] = {}  # by path in the result's folder
    made: dict[str, Made] = {}  # files it holds, by key
    opened: dict[str, str] = {}  # files read without being declared: key to mark
    wrote: dict[str, str] = {}  # files written, as the step left them: key to mark
    format: int = formats.RESULT


# --- what runs --------------------------------------------------------------------------------


Cause = Literal["error", "timeout", "kernel died", "worker died", "not written", "store", "other"]


class Failure(Frozen, frozen=True):
    """Why a step failed; `cause` tells an error in a cell from a death of kernel or worker."""

    cause: Cause
    type: str
    message: str
    cell: int | None = None
    line: int | None = None
    first_line: str = ""
    traceback: str = ""
    advice: Problem | None = None  # what to do about it
    last_success: str = ""  # the run of the step's newest result; "" where it has none
    changes: tuple[Reason, ...] = ()  # since then


class Spent(Frozen, frozen=True):
    """Where a step's time went, in seconds; all 0 where nobody measured.

    All but `waiting`, which comes before a job begins, add up to the step's seconds. What ran in
    several threads at once counts once, and a read within a write is a part of the writing.
    """

    waiting: float = 0.0  # its inputs were there, but no slot or no worker was free
    start: float = 0.0  # from the job's begin until its kernel takes the first cell
    cells: float = 0.0  # the cells themselves, less reading and writing
    reading: float = 0.0  # within nbflow.read, file and sql, with what they import
    writing: float = 0.0  # within nbflow.write, likewise
    shutdown: float = 0.0  # what it used is asked for, the kernel ends, the notebook is saved


class Outcome(Frozen, frozen=True):
    """What an executor gives back for a job: done, failed or cancelled."""

    status: Literal["done", "failed", "cancelled"]
    seconds: float = 0.0
    failure: Failure | None = None
    outputs: dict[str, Output] = {}
    modules: dict[str, str] = {}  # imported from outside the standard library: path to hash
    opened: dict[str, str] = {}  # project files opened without being declared: key to mark
    wrote: dict[str, str] = {}  # project files opened for writing
    made: dict[str, Made] = {}  # by real path
    warnings: tuple[Problem, ...] = ()
    spent: Spent = Spent()


# --- what is decided --------------------------------------------------------------------------

Action = Literal["run", "reuse", "wait", "skip"]


class Planned(Frozen, frozen=True):
    """One step of a plan: what happens to it, and why."""

    step: str
    action: Action
    why: tuple[Reason, ...] = ()
    result: str = ""  # the result to reuse
    result_age: float | None = None  # seconds
    expected: float | None = None  # seconds its last execution took
    warnings: tuple[Problem, ...] = ()
    stale: bool = False  # it is not selected, and its newest result is read although it would run

    def __str__(self) -> str:
        return ", ".join([f"{self.step}: {self.action}", *map(str, self.why)])


class Request(Frozen, frozen=True):
    """What a run or a plan was asked for; a run keeps it as `request.json`.

    `app.requests.make_request` makes it: its values are JSON forms, by `month` or `report.title`.
    """

    parameters: dict[str, Any] = {}
    to: tuple[str, ...] = ()
    from_: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    force: bool = False
    force_steps: tuple[str, ...] = ()
    jobs: int | None = None
    keep_going: bool = False
    name: str = ""
    command: tuple[str, ...] = ()  # what was typed, for people
    report: str | None = None  # where its report goes: a file, a folder or a URL; None: nowhere
