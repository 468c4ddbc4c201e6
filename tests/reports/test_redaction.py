"""What is taken out of a report before anybody else sees it."""

from __future__ import annotations

import re
import time
from typing import Any

import msgspec
import pytest

from nbflow.errors import NbflowError
from nbflow.model import Reason
from nbflow.reports.facts import (
    ColumnProfile,
    Options,
    OutputPreview,
    Report,
    ReportCell,
    ReportStep,
    Setting,
    TablePreview,
)
from nbflow.reports.redaction import redact
from nbflow.reports.secret_names import is_secret_name
from nbflow.runs.fold import Output, Run, StepRun

TOKENS = [
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "a" * 36,
    "xoxb-" + "1234567890-abc",
    "sk-" + "proj1234567890abcdefghij",
    "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
]


def make_report(*cells: ReportCell, host: str = "", **fields: Any) -> Report:
    step = ReportStep(StepRun("load", "done"), cells=cells)
    run = Run("1", steps={"load": step.state}, parents={"load": ()}, host=host)
    return Report(**({"run": run, "title": "Trees", "steps": (step,)} | fields))


def printed(text: str) -> ReportCell:
    return ReportCell(1, "code", "", outputs=({"output_type": "stream", "text": text},))


def show(report: Report) -> str:
    return msgspec.json.encode(redact(report)).decode()


def count(report: Report) -> dict[str, int]:
    return {one.rule: one.count for one in redact(report).masked}


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True), ("db_password", True), ("apiKey", True), ("API_KEY", True),
        ("accessToken", True), ("client secret", True), ("AWS_SECRET_ACCESS_KEY", True),
        ("key", False), ("tokens", False), ("n_tokens", False), ("primary_key", False),
        ("secretary", False), ("passengers", False), ("", False),
    ],
)  # fmt: skip
def test_a_name_tells_a_secret(name: str, *, secret: bool) -> None:
    assert is_secret_name(name) is secret


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_of_known_forms_are_masked_wherever_they_stand(token: str) -> None:
    report = make_report(printed(f"using {token} now"), title=f"with {token}")
    assert token not in show(report)
    assert count(report) == {"token": 2}


@pytest.mark.parametrize(
    ("text", "expected", "rule"),
    [
        ("postgres://ann:s3cret@db/x", "postgres://ann:[masked]@db/x", "address"),
        ("https://a.b/?q=1&api_key=abc123&z=2", "https://a.b/?q=1&api_key=[masked]&z=2", "address"),
        ("Authorization: Bearer abcdef123456789", "Authorization: Bearer [masked]", "header"),
        ('password = "hunter2"', 'password = "[masked]"', "literal"),
        ('{"apiKey": "hunter2"}', '{"apiKey": "[masked]"}', "literal"),
        ("os.environ['DB_PASSWORD'] = 'hunter2'", "os.environ['DB_PASSWORD'] = '[masked]'", "literal"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
         "-----BEGIN RSA PRIVATE KEY-----[masked]-----END RSA PRIVATE KEY-----", "private_key"),
    ],
)  # fmt: skip
def test_secrets_within_texts_are_masked(text: str, expected: str, rule: str) -> None:
    [step] = redact(make_report(printed(text))).steps
    assert step.cells[0].outputs[0]["text"] == expected
    assert count(make_report(printed(text))) == {rule: 1}


@pytest.mark.parametrize(
    "text",
    ["password = getpass()", "token count: 12", "http://a.b/c@d", "key = 'origin'", "12:30@gate"],
)
def test_other_texts_stay(text: str) -> None:
    report = make_report(printed(text))
    assert redact(report) == report


def test_the_value_of_a_secret_parameter_is_masked_wherever_it_stands() -> None:
    report = make_report(
        printed("connecting with hunter2!"),
        settings=(Setting("password", "hunter2", "changeme"), Setting("month", 1, 1)),
    )
    made = redact(report)
    assert made.settings == (Setting("password", "[masked]", "[masked]"), Setting("month", 1, 1))
    assert "hunter2" not in show(report)
    assert count(report) == {"name": 2, "value": 1}


def test_a_changed_secret_is_not_told_as_a_reason() -> None:
    state = StepRun(
        "load", "done", why=(Reason("parameter-changed", "token", "old-one", "new-one"),)
    )
    text = show(make_report(steps=(ReportStep(state),)))
    assert "old-one" not in text
    assert "new-one" not in text


def test_the_column_of_a_secret_shows_no_value() -> None:
    columns = (
        ColumnProfile(
            "user_token", "VARCHAR", least="aaa111", most="zzz999", common=(("kkk555", 2),)
        ),
        ColumnProfile("n_tokens", "BIGINT", least="1", most="2"),
    )
    table = TablePreview("load.users", 1, columns, head=(("kkk555", 2),))
    output = OutputPreview(Output("users", "table", "h", columns={"user_token": "VARCHAR"}), table)
    report = make_report(steps=(ReportStep(StepRun("load", "done"), outputs=(output,)),))
    made = redact(report).steps[0].outputs[0]
    assert made.table is not None
    assert made.table.head == (("[masked]", 2),)
    assert made.table.columns[1] == columns[1]
    assert made.output == output.output
    assert not re.search("aaa111|zzz999|kkk555", show(report))


def test_a_table_shown_with_a_secret_column_is_not_shown() -> None:
    html = "<table class='dataframe'><tr><th>password</th></tr><tr><td>hunter2</td></tr></table>"
    data = {"text/html": html, "text/plain": "password\n hunter2"}
    cell = ReportCell(1, "code", "", outputs=({"output_type": "execute_result", "data": data},))
    assert "hunter2" not in show(make_report(cell))


def test_a_pattern_masks_the_column_that_is_called_so_or_else_what_it_matches() -> None:
    table = TablePreview("load.x", 1, (ColumnProfile("customer", "VARCHAR"),), head=(("Ann",),))
    step = ReportStep(
        StepRun("load", "done"), outputs=(OutputPreview(Output("x", "table", "h"), table),)
    )
    options = Options(redact=("customer", r"K-\d+"))
    report = make_report(steps=(step,), title="One customer, K-123", options=options)
    made = redact(report)
    assert made.title == "One customer, [masked]"
    assert made.steps[0].outputs[0].table.head == (("[masked]",),)  # type: ignore[union-attr]
    assert made.options == options


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(NbflowError, match=r"--redact '\(' is no regular expression"):
        redact(make_report(options=Options(redact=("(",))))


def test_home_folders_and_hosts_are_left_out_unless_asked_for(monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/srv/people/annabel")
    monkeypatch.setenv("LOGNAME", "annabel")
    text = "/srv/people/annabel/x.csv /home/bob/y.csv C:\\Users\\carl\\z annabel@build-host-7"
    report = make_report(printed(text), host="build-host-7")
    assert "~/x.csv ~/y.csv ~\\\\z [user]@[host]" in show(report)
    assert redact(report).run.host == "[host]"
    assert count(report) == {"home": 3, "host": 2, "user": 1}
    asked = make_report(printed(text), host="build-host-7", options=Options(who=True))
    assert redact(asked) == asked


def test_a_password_field_of_ipywidgets_is_masked() -> None:
    model = {"model_name": "PasswordModel", "state": {"value": "hunter2", "description": "p"}}
    cell = ReportCell(1, "code", "", widgets={"a": model})
    assert "hunter2" not in show(make_report(cell))


def test_what_parts_are_found_by_stays() -> None:
    steps = {"token": StepRun("token", "done")}
    run = Run("1", steps=steps, parents={"token": (), "secret": ("token",)})
    report = Report(run, "x", chain=("token", "secret"), options=Options(redact=("tok",)))
    made = redact(report)
    assert made.run == run
    assert made.chain == ("token", "secret")


def test_pictures_stay_as_they_are_and_large_reports_take_no_time() -> None:
    picture = "AKIA" + "IOSFODNN7EXAMPLE" + "A" * 5_000_000
    data = {"image/png": picture, "text/plain": "a value\n" * 20_000}
    outputs = tuple({"output_type": "display_data", "data": data} for _ in range(10))
    report = make_report(ReportCell(1, "code", "", outputs=outputs))
    begin = time.perf_counter()
    assert redact(report) == report
    assert time.perf_counter() - begin < 1
