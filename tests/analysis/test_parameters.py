"""Parameters are found, with type, default, help and place, without running anything."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from nbflow.analysis.parameters import find_parameters, make_injected, make_objects
from nbflow.model import Enumeration, Parameter, Place, Problem, Step, Type


def find(tmp_path, *cells: str) -> list[Parameter]:
    numbered = list(enumerate(cells, 1))
    return find_parameters(numbered, "n.ipynb", tmp_path)[0]


def brief(parameter: Parameter) -> dict[str, Any]:
    """Return all that is not at its default, but for name, place and source."""
    fields = msgspec.structs.asdict(parameter)
    empty = msgspec.structs.asdict(Parameter("", parameter.place))
    left_out = {"name", "place", "default", "type"}
    found = {k: v for k, v in fields.items() if k not in left_out and v != empty[k]}
    typed = {"type": str(parameter.type), "choices": parameter.type.choices}
    return {**{name: value for name, value in typed.items() if value}, **found}


ENUM = 'from enum import Enum\nclass Color(Enum):\n    RED = "r"\n    BLUE = "b"\n'
CASES = [
    # annotations
    ("x: int = 1", {"type": "int", "value": 1}),
    ("x: 'int' = 1", {"type": "int", "value": 1}),
    ("x: float = 1", {"type": "float", "value": 1.0}),
    ("x: bool = True", {"type": "bool", "value": True}),
    ("x: str = ''", {"type": "str", "value": ""}),
    ("x: bytes = b'a'", {"type": "bytes", "value": "YQ=="}),
    ("x: date = date(2013, 1, 1)", {"type": "date", "value": "2013-01-01"}),
    ("import datetime as q\nx: q.date = q.date(2013, 1, 1)", {"type": "date", "value": "2013-01-01"}),
    ("x: datetime.datetime = datetime.datetime(2013, 1, 1, 6)", {"type": "datetime", "value": "2013-01-01T06:00:00"}),
    ("x: datetime = datetime(2013, 1, 1, tzinfo=timezone.utc)", {"type": "datetime", "value": "2013-01-01T00:00:00+00:00"}),
    ("x: datetime = datetime(2013, 7, 1, tzinfo=ZoneInfo('Europe/Berlin'))", {"type": "datetime", "value": "2013-07-01T00:00:00+02:00[Europe/Berlin]"}),
    ("x: time = time(6, 30)", {"type": "time", "value": "06:30:00"}),
    ("x: timedelta = timedelta(hours=36)", {"type": "timedelta", "value": "P1DT43200S"}),
    ("x: Path = Path('data') / 'a.csv'", {"type": "Path", "value": "data/a.csv"}),
    ("import pathlib\nx: pathlib.Path = pathlib.Path('a')", {"type": "Path", "value": "a"}),
    ("x: Decimal = Decimal('1.50')", {"type": "Decimal", "value": "1.50"}),
    ("x: Optional[int] = None", {"type": "int | None"}),
    ("x: int | None = 2", {"type": "int | None", "value": 2}),
    ("x: 'Optional[int]' = 2", {"type": "int | None", "value": 2}),
    ("x: Union[int, str] = 'a'", {"type": "int | str", "value": "a"}),
    ("x: date | str = date(2013, 1, 1)", {"type": "date | str", "value": {"nbflow:date": "2013-01-01"}}),
    ("x: Literal['a', 'b'] = 'a'", {"type": "Literal['a', 'b']", "value": "a", "choices": ("a", "b")}),
    ("import typing as t\nx: t.List[int] = [1]", {"type": "list[int]", "value": [1]}),
    ("x: list[str] = []", {"type": "list[str]", "value": []}),
    ("x: Sequence[date] = [date(2013, 1, 1)]", {"type": "list[date]", "value": ["2013-01-01"]}),
    ("x: tuple[int, str] = (1, 'a')", {"type": "tuple[int, str]", "value": [1, "a"]}),
    ("x: tuple[int, ...] = (1, 2)", {"type": "tuple[int, ...]", "value": [1, 2]}),
    ("x: set[str] = {'b', 'a'}", {"type": "set[str]", "value": ["a", "b"]}),
    ("x: dict[int, str] = {1: 'a'}", {"type": "dict[int, str]", "value": [[1, "a"]]}),
    ("x: dict[str, list[float]] = {'a': [1]}", {"type": "dict[str, list[float]]", "value": {"a": [1.0]}}),
    ("x: Annotated[int, 'help'] = 1", {"type": "int", "value": 1}),
    ("x: Final[int] = 1", {"type": "int", "value": 1}),
    ("x: Any = 1", {"type": "Any", "value": 1}),
    ("x: np.ndarray = None", {"type": "np.ndarray"}),
    ("from mine import date\nx: date = None", {"type": "date"}),
    ("x: str = None", {"type": "str | None"}),
    (ENUM + "x: Color = Color.RED", {"type": "Color", "value": "RED", "choices": ("RED", "BLUE")}),
    (ENUM + "x: list[Color] = [Color.RED]", {"type": "list[Color]", "value": ["RED"]}),
    (ENUM + "x: Color | None = None", {"type": "Color | None", "choices": ("RED", "BLUE", None)}),
    # papermill's comments
    ("x: int = 1  # which month", {"type": "int", "value": 1, "help": "which month"}),
    ("x = 1  # type: float  the rate", {"type": "float", "value": 1.0, "help": "the rate"}),
    ("x = {}  # type: dict[str, int] | None  the rates", {"type": "dict[str, int] | None", "value": {}, "help": "the rates"}),
    ("x = [\n  1,  # one\n]  # some", {"type": "list[int]", "value": [1], "help": "some"}),
    ("x = '#1'  # noqa: E501", {"type": "str", "value": "#1"}),
    ("x = '#1'  # the first  # noqa", {"type": "str", "value": "#1", "help": "the first"}),
    ("x = 1  # type: ignore", {"type": "int", "value": 1}),
    # inferred from the default
    ("x = 1", {"type": "int", "value": 1}),
    ("x = -1.5", {"type": "float", "value": -1.5}),
    ("x = float('inf')", {"type": "float", "value": "inf"}),
    ("x = np.nan", {"type": "float", "value": "nan"}),
    ("x = 60 * 60", {"type": "int", "value": 3600}),
    ("x = None", {}),
    ("x = ['UA', 'AA']", {"type": "list[str]", "value": ["UA", "AA"]}),
    ("x = [1, 'a']", {"type": "list", "value": [1, "a"]}),
    ("x = list(range(1, 4))", {"type": "list[int]", "value": [1, 2, 3]}),
    ("x = range(1, 4)", {"value": {"nbflow:range": [1, 4, 1]}}),
    ("x = (1, 2)", {"type": "tuple[int, ...]", "value": [1, 2]}),
    ("x = {'a': 1, 'b': 2}", {"type": "dict[str, int]", "value": {"a": 1, "b": 2}}),
    ("x = {'a': 1, 'b': date(2013, 1, 1)}", {"type": "dict", "value": {"a": 1, "b": {"nbflow:date": "2013-01-01"}}}),
    ("x = {}", {"type": "dict", "value": {}}),
    (ENUM + "x = Color.BLUE", {"type": "Color", "value": "BLUE", "choices": ("RED", "BLUE")}),
    ("x = date.fromisoformat('2013-01-01')", {"type": "date", "value": "2013-01-01"}),
    ("n = 2\nx = n * n", {"type": "int", "value": 4}),
    ("n = 2\nx = f'data/{n:02d}.csv'", {"type": "str", "value": "data/02.csv"}),
    ("x = 1\nx += 1", {"type": "int", "value": 2}),
    ("x = os.path.join('a', 'b')", {"type": "str", "value": "a/b"}),
    ("x = max(1, 2)", {"type": "int", "value": 2}),
    # the same each time, but without a JSON form
    ("x = pd.Timestamp('2013-01-01')", {}),
    ("import numpy as n\nx = n.arange(1, 3)", {}),
    ("x: pd.Timestamp = pd.Timestamp('2013-01-01')", {"type": "pd.Timestamp"}),
    # only running would tell
    ("x = pd.Timestamp('today')", {"literal": False}),
    ("x = pd.Timestamp(y)", {"literal": False}),
    ("x = pd.read_csv('a.csv')", {"literal": False}),
    ("x = date.today()", {"type": "date", "literal": False}),
    ("from datetime import datetime as clock\nx = clock.now()", {"type": "datetime", "literal": False}),
    ("import datetime\nx = datetime.date.today()", {"type": "date", "literal": False}),
    ("x: date = date.today()", {"type": "date", "literal": False}),
    ("x = Path.home()", {"type": "Path", "literal": False}),
    ("x = float(y)", {"type": "float", "literal": False}),
    ("x = load()", {"literal": False}),
    ("x = y", {"literal": False}),
    ("x = 9 ** 9 ** 9", {"literal": False}),
    ("x = 'a' * 10 ** 12", {"literal": False}),
    ("x = date(2013, 13, 1)", {"type": "date", "literal": False}),
    ("from mine import date\nx = date(2013, 1, 1)", {"literal": False}),
    ("def list(x): ...\nx = list([1])", {"literal": False}),
    ("x = object()", {"literal": False}),
    ("if True:\n    x = 1", {"literal": False}),
    ("x, y = f()", {"literal": False}),
    # required
    ("x: int", {"type": "int", "required": True}),
    ("x: int  # which\nx = 1", {"type": "int", "value": 1, "help": "which"}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), CASES, ids=[source for source, _ in CASES])
def test_a_parameter_is_read_from_its_source(tmp_path, source, expected):
    parameters = {one.name: one for one in find(tmp_path, source)}
    assert brief(parameters["x"]) == expected


def test_place_default_and_all_cells(tmp_path):
    first = "# which\nmonth = 1\n\ncarrier = 'UA'"
    found = find_parameters([(2, first), (5, "month = 2")], "a.ipynb", tmp_path)
    place = Place("a.ipynb", 2, 4, "month = 1")
    assert found == (
        [
            Parameter("month", Place("a.ipynb", 5, 1, "month = 2"), Type("int"), "2", 2),
            Parameter("carrier", place, Type("str"), "'UA'", "UA"),
        ],
        [],
    )


NAMES = [
    ("a = b = 1", ["a", "b"]),
    ("a, (b, *c) = 1, f()", ["a", "b", "c"]),
    ("import os\nfrom sys import path\n_private = 1\ndef f(): g = 1\nclass C: h = 1", []),
    ("for i in [1]:\n    j = i", ["j"]),
    ("a.b = 1\na['c'] = 2\nprint(a := 1)", []),
    ("try:\n    a = 1\nexcept NameError:\n    b = 2", ["a", "b"]),
    ("x = (", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), NAMES, ids=[source for source, _ in NAMES])
def test_which_names_are_parameters(tmp_path, source, expected):
    assert [one.name for one in find(tmp_path, source)] == expected


def test_values_of_an_earlier_cell_do_not_make_a_default_literal(tmp_path):
    """What is injected between the cells may replace them."""
    _, square = find(tmp_path, "n = 2", "square = n * n")
    assert square.literal is False


WRONG = [
    ("x: int = 'a'", "int", "'a'"),
    ("x: date = '2013-01-01'", "date", "'2013-01-01'"),
    ("x: dict[str, int] = []", "dict[str, int]", "[]"),
    ("x: tuple[int, ...] = [1]", "tuple[int, ...]", "[1]"),
    ("x: Literal['a', 'b'] = 'c'", "Literal['a', 'b']", "'c'"),
]


@pytest.mark.parametrize(("source", "type_", "default"), WRONG, ids=[one[0] for one in WRONG])
def test_a_default_of_another_type_is_a_warning(tmp_path, source, type_, default):
    _, problems = find_parameters([(1, source)], "n.ipynb", tmp_path)
    place = Place("n.ipynb", 1, 1, source)
    facts = {"parameter": "x", "type": type_, "default": default}
    assert problems == [Problem("default-misfit", place, facts, severity="warning")]


MODULES = {
    "settings.py": "from enum import StrEnum, auto\nclass Size(StrEnum):\n    BIG = auto()\n",
    "package/__init__.py": "from .inner import Size\n",
    "package/inner.py": "import enum\nclass Size(str, enum.Enum):\n    BIG = 'big'\n",
}
IMPORTED = [
    ("from settings import Size\nx = Size.BIG", "Size", "Size['BIG']"),
    ("from settings import Size as S\nx: S = S.BIG", "S", "S['BIG']"),
    ("import settings\nx: settings.Size = None", "settings.Size | None", "settings.Size['BIG']"),
    ("import package.inner\nx = package.inner.Size.BIG", "package.inner.Size", "package.inner.Size['BIG']"),
    ("from package import Size\nx = [Size.BIG]", "list[Size]", "[Size['BIG']]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "type_", "injected"), IMPORTED, ids=[one[0] for one in IMPORTED]
)
def test_an_enum_of_a_project_module(tmp_path, source, type_, injected):
    for name, text in MODULES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (parameter,) = find(tmp_path, source)
    step = Step("s", "n.ipynb", parameters=(parameter,))
    form = ["BIG"] if type_.startswith("list") else "BIG"
    assert str(parameter.type) == type_
    assert parameter.type.enums[0].members == {"BIG": "big"}
    assert str(make_injected(step, {"x": form})) == f"# Parameters\nx = {injected}\n"


def test_an_enum_that_another_cell_defines(tmp_path):
    (found,), _ = find_parameters([(2, "x = Color.RED")], "n.ipynb", tmp_path, [(1, ENUM)])
    assert (str(found.type), found.value, found.type.enums[0].cell) == ("Color", "RED", None)


def test_an_enum_of_a_later_parameters_cell_is_injected_where_it_exists(tmp_path):
    found = find(tmp_path, "a = 1", ENUM + "x = Color.RED")
    step = Step("s", "n.ipynb", parameters=tuple(found))
    source = str(make_injected(step, {"a": 2, "x": "BLUE"}))
    first: dict[str, Any] = {}
    exec(source, first)
    later: dict[str, Any] = {}
    exec(ENUM + source, later)
    assert "x" not in first
    assert (first["a"], later["x"]) == (2, later["Color"].BLUE)


def test_objects_are_what_the_notebook_will_have(tmp_path):
    found = find(tmp_path, ENUM + "x = Color.RED\nday = date(2013, 1, 1)")
    objects = make_objects(found, {"x": "BLUE", "day": "2013-02-01"})
    assert f"{objects['x'].value} {objects['day']:%Y-%m}" == "b 2013-02"


def test_an_enumeration_is_kept_with_the_parameter(tmp_path):
    (found,) = find(tmp_path, ENUM + "x = Color.RED")
    assert found.type.enums == (Enumeration("Color", {"RED": "r", "BLUE": "b"}, "Enum", 1),)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Parameter) == found


def test_a_default_of_another_type_is_what_the_notebook_will_have(tmp_path):
    (found,) = find(tmp_path, "x: date = '2013'")
    assert make_objects([found], {"x": found.value}) == {"x": "2013"}


def test_a_class_that_only_shares_a_name_takes_any_value(tmp_path):
    (found,) = find(tmp_path, "from mine import date\nx: date = None")
    assert (found.type.name, str(found.type)) == ("any", "date")


def test_an_enum_whose_values_only_running_tells_is_handed_over_by_name(tmp_path):
    cell = "from enum import IntEnum\nclass Size(IntEnum):\n    BIG = measure()\nx: Size"
    (found,) = find(tmp_path, cell)
    step = Step("s", "n.ipynb", parameters=(found,))
    assert str(make_injected(step, {"x": "BIG"})) == "# Parameters\nx = Size['BIG']\n"
