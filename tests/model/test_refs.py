"""Names with a step's name before them, read and written in one place."""

import pytest

from nbflow.model.refs import Ref, make_parameter_ref, make_ref

REFS = [("load.raw", Ref("load", "raw")), ("load", Ref("load", "")), ("a.b.c", Ref("a", "b.c"))]
PARAMETERS = [
    ("month", Ref("", "month")),
    ("load.month", Ref("load", "month")),
    ("o\u0308", Ref("", "ö")),  # as Python spells it
]


@pytest.mark.parametrize(("text", "ref"), REFS)
def test_what_is_read(text: str, ref: Ref):
    assert make_ref(text) == ref


@pytest.mark.parametrize(("text", "ref"), PARAMETERS)
def test_a_parameter(text: str, ref: Ref):
    assert make_parameter_ref(text) == ref


def test_its_text():
    assert [str(Ref("load", "raw")), str(Ref("", "month"))] == ["load.raw", "month"]
