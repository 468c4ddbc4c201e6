"""Injected source makes the same objects that were given, whatever the notebook imports."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nbflow.analysis.parameters import check_value, find_parameters, make_injected
from nbflow.model import Parameter, Place, Step


def parameter(name: str, annotation: str) -> Parameter:
    source = f"{name}: {annotation}" if annotation else f"{name} = None"
    return find_parameters([(1, source)], "n.ipynb", Path())[0][0]


def inject(value: Any, annotation: str = "") -> Any:
    """Return what the kernel gets for a value, by way of its JSON form and the injected cell."""
    known = parameter("x", annotation)
    form = msgspec.json.decode(msgspec.json.encode(check_value(known, value)))
    namespace: dict[str, Any] = {}
    exec(str(make_injected(Step("s", "n.ipynb", parameters=(known,)), {"x": form})), namespace)
    return namespace["x"]


def same(left: Any, right: Any) -> bool:
    """Compare values with their types, all the way down; nan is nan."""
    if isinstance(left, list | tuple):
        alike = len(left) == len(right) and all(map(same, left, right))
    elif isinstance(left, dict):
        alike = same([*left.items()], [*right.items()])
    elif isinstance(left, float) and math.isnan(left):
        alike = math.isnan(right)
    elif isinstance(left, dt.datetime):
        alike = (left.replace(tzinfo=None), left.utcoffset()) == (
            right.replace(tzinfo=None),
            right.utcoffset(),
        )
    else:
        alike = left == right
    return type(left) is type(right) and alike


texts = st.text(st.characters(codec="utf-8"))
zones = st.sampled_from(
    [
        None,
        dt.UTC,
        dt.timezone(dt.timedelta(hours=-5)),
        ZoneInfo("Asia/Kolkata"),
        ZoneInfo("Europe/Berlin"),
    ]
)
BASIC: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(),
    "float": st.floats(),
    "bool": st.booleans(),
    "str": texts,
    "bytes": st.binary(),
    "date": st.dates(),
    "datetime": st.datetimes(timezones=zones, min_value=dt.datetime(1900, 1, 2)),  # noqa: DTZ001
    "time": st.times(),
    "timedelta": st.timedeltas(),
    "Decimal": st.decimals(allow_nan=False),
    "Path": st.builds(Path, st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
    "None": st.none(),
}
hashable = st.sampled_from(["int", "str", "bool", "date", "Path"])


@st.composite
def typed(draw, depth: int = 2) -> tuple[str, Any]:
    """Draw an annotation and a value of that type."""
    forms = ["basic", "list", "tuple", "set", "dict", "optional", "union"] if depth else ["basic"]
    match draw(st.sampled_from(forms)):
        case "list":
            kind = draw(typed(depth - 1))
            return f"list[{kind[0]}]", [kind[1]] * draw(st.integers(0, 2))
        case "tuple":
            parts = draw(st.lists(typed(depth - 1), min_size=1, max_size=3))
            return f"tuple[{', '.join(a for a, _ in parts)}]", tuple(v for _, v in parts)
        case "set":
            name = draw(hashable)
            kind = draw(st.sampled_from(["set", "frozenset"]))
            return f"{kind}[{name}]", draw(
                st.sets(BASIC[name], max_size=3).map({"set": set, "frozenset": frozenset}[kind])
            )
        case "dict":
            name, item = draw(hashable), draw(typed(depth - 1))
            keys = draw(st.lists(BASIC[name], max_size=3, unique=True))
            return f"dict[{name}, {item[0]}]", dict.fromkeys(keys, item[1])
        case "optional":
            kind = draw(typed(depth - 1))
            return f"{kind[0]} | None", draw(st.sampled_from([kind[1], None]))
        case "union":
            names = draw(
                st.lists(st.sampled_from(sorted(BASIC)), min_size=2, max_size=4, unique=True)
            )
            return " | ".join(names), draw(BASIC[draw(st.sampled_from(names))])
    name = draw(st.sampled_from(sorted(BASIC)))
    return name, draw(BASIC[name])


@given(typed())
@example(("str", 'it\'s "quoted"\n\\ {x} \0 é 🙂'))
@example(("datetime", dt.datetime(2013, 10, 27, 2, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))))
def test_typed_values_arrive(case):
    annotation, value = case
    assert same(inject(value, annotation), value)


anything = st.recursive(
    st.one_of(*BASIC.values()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(texts, inner, max_size=3),
        st.dictionaries(st.integers(), inner, max_size=3),
        st.sets(st.integers() | texts, max_size=3),
    ),
    max_leaves=8,
)


@given(anything)
def test_values_of_no_declared_type_arrive(value):
    assert same(inject(value), value)


@given(anything)
def test_forms_are_json_and_their_own_forms(value):
    known = Parameter("x", Place("n.ipynb", 1))
    form = check_value(known, value)
    assert json.loads(json.dumps(form, allow_nan=False)) == form
    assert check_value(known, form) == form


@pytest.mark.parametrize(
    "imports",
    [
        "from datetime import datetime, date",
        "import datetime",
        "from pathlib import Path\nfrom decimal import Decimal",
        "datetime = decimal = pathlib = zoneinfo = date = Path = None",
    ],
)
def test_names_of_the_notebook_keep_their_meaning(imports):
    values = {
        "day": dt.date(2013, 1, 1),
        "start": dt.datetime(2013, 1, 1, tzinfo=ZoneInfo("UTC")),
        "path": Path("a"),
        "rate": Decimal("1.5"),
    }
    known = tuple(Parameter(name, Place("n.ipynb", 1)) for name in values)
    forms = {one.name: check_value(one, values[one.name]) for one in known}
    before: dict[str, Any] = {}
    exec(imports, before)
    after = dict(before)
    exec(str(make_injected(Step("s", "n.ipynb", parameters=known), forms)), after)
    assert {name: after[name] for name in values} == values
    assert {name: after[name] for name in before if name != "__builtins__"} == {
        name: one for name, one in before.items() if name != "__builtins__"
    }


def test_the_cell_is_readable():
    known = tuple(parameter(name, kind) for name, kind in [
        ("month", "int"), ("day", "date"), ("carriers", "list[str]"), ("levels", "dict[int, float]"),
        ("paths", "tuple[Path, ...]"), ("hubs", "set[str]"), ("limit", "float"),
    ])  # fmt: skip
    forms = {
        "month": 2, "day": "2013-01-31", "carriers": ["UA"], "levels": [[1, 0.5]],
        "paths": ["a"], "hubs": ["JFK", "EWR"], "limit": "inf",
    }  # fmt: skip
    assert str(make_injected(Step("s", "n.ipynb", parameters=known), forms)) == (
        "# Parameters\n"
        "import datetime as _datetime\n"
        "import pathlib as _pathlib\n"
        "month = 2\n"
        "day = _datetime.date(2013, 1, 31)\n"
        "carriers = ['UA']\n"
        "levels = {1: 0.5}\n"
        "paths = (_pathlib.Path('a'),)\n"
        "hubs = {'EWR', 'JFK'}\n"
        'limit = float("inf")\n'
    )


def test_nothing_to_inject_is_the_comment_alone():
    assert str(make_injected(Step("s", "n.ipynb"), {})) == "# Parameters\n"
