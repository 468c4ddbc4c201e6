"""The server of `nbflow view --live` shows a run to who has its address, and does nothing else."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from nbflow.base.locks import hold
from nbflow.errors import ReportError, UnknownNameError
from nbflow.model.events import RunFinished, RunStarted
from nbflow.runs.folder import RunFolder
from nbflow.runs.log import Log
from nbflow.server.live_run import LiveRun
from nbflow.server.start import start
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run
from tests.notebooks import cell, write_pipeline

RUN = "20261123-064312-1f3a"


@pytest.fixture
def pipeline(tmp_path: Path) -> PipelineFolder:
    return make_pipeline(tmp_path)


def make_pipeline(folder: Path) -> PipelineFolder:
    pipeline = write_pipeline(folder, load=[cell("x = 1")])
    make_run(pipeline, RUN, {"load": {"flights": pd.DataFrame({"hour": [5, 6]})}})
    return pipeline


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address that the command prints; Ctrl-C ends it without an error."""
    pipeline = make_pipeline(tmp_path_factory.mktemp("served"))
    command = ["nbflow", "view", "--live", "--no-browser", "-C", str(pipeline.folder)]
    with subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield process.stdout.readline().decode().strip()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def ask(url: str, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    return answer, answer.read().decode()


def token(url: str) -> str:
    return urlsplit(url).query


def test_who_has_the_address_sees_the_report_and_then_needs_no_token(url):
    answer, page = ask(url, f"/?{token(url)}")
    assert answer.status == 200
    assert "<title>✓ " in page
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    again, told = ask(url, "/parts", Cookie=cookie.partition(";")[0])
    assert (again.status, json.loads(told)["page"]) == (200, "report")


@pytest.mark.parametrize("path", ["/", "/parts", "/?token=", "/?token=wrong", "/parts?token=x"])
def test_without_the_token_nothing_is_shown(url, path):
    answer, said = ask(url, path)
    assert answer.status == 403
    assert RUN not in said
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/parts"])
def test_a_page_from_elsewhere_gets_no_answer(url, path):
    answer, said = ask(url, f"{path}?{token(url)}", Origin="http://evil.example")
    assert answer.status == 403
    assert RUN not in said
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_another_name_of_this_machine_is_refused(url):
    answer, _ = ask(url, f"/?{token(url)}", Host="evil.example")
    assert answer.status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/parts/..",
        "/files/load.ipynb",
        "/static/x.js",
        "/login",
        "/api",
        "/api/contents",
        "/api/kernels",
    ],
)
def test_there_are_no_files_and_no_kernels(url, path):
    sign = "&" if "?" in path else "?"
    answer, said = ask(url, f"{path}{sign}{token(url)}")
    assert answer.status in {403, 404}
    assert "root:" not in said


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed(url, method):
    answer, _ = ask(url, f"/?{token(url)}", method)
    assert answer.status in {403, 405}


def test_it_listens_on_the_loopback_address_only(url):
    assert urlsplit(url).hostname == "127.0.0.1"
    assert len(token(url)) > 40


def test_a_run_that_goes_on_is_drawn_in_parts_and_the_newest_takes_over(pipeline):
    live = LiveRun(pipeline)
    assert live.make_answer() == {"page": "report", "parts": {}}
    folder = RunFolder(pipeline.runs / "20261124-064312-1f3a")
    folder.path.mkdir()
    with Holding(folder) as log:
        log.append(RunStarted(folder.path.name, pipeline.name, "<script>alert(1)</script>"))
        answer = live.make_answer()
        assert answer["page"] == folder.path.name
        page = live.draw_page()
        assert "connect-src &#39;self&#39;" in page
        assert "<script>alert" not in page
        log.append(RunFinished("done", 1.0))
        assert live.make_answer()["page"] == "report"


class Holding:
    """Holds a run's lock and log as its process does."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder

    def __enter__(self) -> Log:
        self._lock = hold(self._folder.lock)
        self._lock.__enter__()
        self._log = Log(self._folder.log, lambda _: None)
        return self._log

    def __exit__(self, *error) -> None:
        self._log.close()
        self._lock.__exit__(*error)


def test_what_cannot_be_served_is_refused(pipeline):
    with pytest.raises(UnknownNameError, match="There is no run"):
        start(pipeline, "nosuch", print)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ReportError, match="Choose another with --port"):
            start(pipeline, "", print, port=port)
