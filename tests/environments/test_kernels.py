"""The kernel a notebook runs in, and what is installed there."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest
from jupyter_client.kernelspec import KernelSpecManager

from nbflow.environments import (
    OWN,
    Kernel,
    find_kernel,
    make_environment,
    make_manager_class,
    read_environment,
)
from nbflow.errors import KernelError
from nbflow.model import Environment, Problem

PYTHON = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
OWN_KERNEL = Kernel(OWN, "python", sys.executable, None, (sys.executable,))


@pytest.fixture
def specs(tmp_path, monkeypatch):
    """Return a function that installs a kernelspec; there is no other."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "user"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [])
    monkeypatch.setattr("jupyter_core.paths.SYSTEM_JUPYTER_PATH", [])

    def install(name: str, argv: list[str], language: str = "python", **more: object) -> None:
        folder = tmp_path / "kernels" / name
        folder.mkdir(parents=True)
        spec = {"argv": argv, "language": language, "display_name": name, **more}
        (folder / "kernel.json").write_text(json.dumps(spec))

    return install


def own(name: str = "", program: str = "") -> Kernel:
    """Return nbflow's own interpreter, in place of a kernel that is not there or broken."""
    facts = {"kernel": name, "program": program, "steps": []}
    warning = Problem("other-kernel", None, facts, severity="warning") if name else None
    return Kernel(OWN, "python", sys.executable, warning, (sys.executable,))


SHELL = "/bin/sh"
FOUND = [
    ("python", "mine", "", Kernel("mine", "python", sys.executable, None, (sys.executable,))),
    ("python", "MINE", "", Kernel("mine", "python", sys.executable, None, (sys.executable,))),
    ("python", "bare", "", Kernel("bare", "python", sys.executable, None, (sys.executable,))),
    ("python", "env", "", Kernel("env", "python", sys.executable, None, (sys.executable,), {"A": "1"})),
    ("python", "wrapped", "", Kernel("wrapped", "python", SHELL, None, (SHELL, "-x", "python"))),
    ("python", "script", "", Kernel("script", "python", SHELL, None, ())),
    ("R", "ir", "", Kernel("ir", "R", SHELL)),
    ("R", "", "", Kernel("ir", "R", SHELL)),
    ("r", "", "", Kernel("ir", "R", SHELL)),
    ("python", "conda-x", "", own("conda-x")),
    ("python", "broken", "", own("broken", "/nowhere/python")),
    ("python", "unreadable", "", own("unreadable")),
    ("python", "", "", own()),
    ("python", "../kernels/mine", "", own("../kernels/mine")),
    ("python", "python3", "", own()),
    ("python", "python3", "python3", own()),
    ("python", "conda-x", "mine", Kernel("mine", "python", sys.executable, None, (sys.executable,))),
]  # fmt: skip


@pytest.fixture
def installed(specs, tmp_path):
    specs("mine", PYTHON)
    specs("bare", ["python", *PYTHON[1:]])
    specs("env", PYTHON, env={"A": "1"})
    specs("wrapped", [SHELL, "-x", "python", *PYTHON[1:]])
    specs("script", [SHELL, "{connection_file}"])
    specs("broken", ["/nowhere/python", *PYTHON[1:]])
    specs("ir", [SHELL, "-c", "{connection_file}"], "R")
    specs("bash", [SHELL], "bash")
    specs("bash2", [SHELL], "bash")
    (tmp_path / "kernels/unreadable").mkdir()
    (tmp_path / "kernels/unreadable/kernel.json").write_text("{")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("language", "name", "strict", "kernel"), FOUND, ids=[" ".join(one[:3]) for one in FOUND]
)
def test_the_kernel_of_a_notebook(language, name, strict, kernel):
    assert find_kernel(language, name, strict) == kernel


ALL = "Installed: bare, bash, bash2, broken, env, ir, mine, python3, script, wrapped."
REFUSED = [
    ("python", "mine", "min", f"The option kernel asks for 'min', which is not installed here. {ALL} Did you mean mine? Install it, or change the option."),
    ("python", "mine", "broken", f"kernel 'broken' is broken: /nowhere/python does not exist. {ALL} Reinstall it, or choose another."),
    ("julia", "julia-1.10", "", f"The kernel 'julia-1.10' is not installed here (language julia). {ALL} Install it, or set the step's option kernel to one of these."),
    ("bash", "", "", f"The notebook names no kernel (language bash). {ALL} Install one, or set the step's option kernel to one of these."),
    ("", "", "", f"The notebook names no kernel (language unknown). {ALL} Install one, or set the step's option kernel to one of these."),
]  # fmt: skip


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("language", "name", "strict", "said"), REFUSED, ids=[" ".join(one[:3]) for one in REFUSED]
)
def test_a_kernel_that_is_not_there(language, name, strict, said):
    with pytest.raises(KernelError) as error:
        find_kernel(language, name, strict)
    assert str(error.value) == said


def test_specs_are_those_that_jupyter_finds():
    """Read without jupyter_client, whose import takes longer than all of planning."""
    for name, found in KernelSpecManager().get_all_specs().items():
        argv = found["spec"]["argv"]
        at = shutil.which(argv[0]) or argv[0]  # R's is given by its name
        expected = sys.executable if argv[0].startswith("python") else at
        assert find_kernel("python", name).interpreter == expected


def test_finding_a_kernel_imports_little():
    code = "import sys, nbflow.environments as k; k.find_kernel('python', 'x'); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(said.stdout.split())
    assert not loaded & {"jupyter_client", "zmq", "IPython", "papermill", "nbformat", "pandas"}


# --- the environment --------------------------------------------------------------------------


def distribution(site: Path, name: str, version: str, **files: str) -> None:
    """Install a distribution that has only its metadata: METADATA and the files given."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    for file, text in files.items():
        (folder / file.replace("__", ".")).write_text(text)


@pytest.fixture
def venv(tmp_path) -> Kernel:
    """Return the kernel of a virtual environment with a few distributions."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = tmp_path / "env/bin/python"
    return Kernel("mine", "python", str(python), None, (str(python),))


def site_of(kernel: Kernel) -> Path:
    return next(Path(kernel.interpreter).parent.parent.glob("[lL]ib/**/site-packages"))


def test_distributions_by_the_names_they_are_imported_by(venv, tmp_path):
    site = site_of(venv)
    distribution(site, "scikit-learn", "1.9", top_level__txt="sklearn\n_private\nnot-a-name\n")
    record = "yaml/__init__.py,,\nyaml/deep/x.py,,\n_yaml.cpython-311-x.so,,\nPyYAML-6.dist-info/RECORD,,\n../../bin/y,,\nsingle.py,,\n__pycache__/single.pyc,,\n"
    distribution(site, "PyYAML", "6.0", RECORD=record)
    distribution(site, "google-auth", "2", RECORD="google/auth/__init__.py,,\n")
    distribution(site, "google-api", "3", RECORD="google/api/__init__.py,,\n")
    (site / "old-1.0.egg-info").write_text("Name: old\nVersion: 1.0\n")
    editable = '{"dir_info": {"editable": true}, "url": "file:///src"}'
    distribution(site, "mine", "1", direct_url__json=editable, top_level__txt="mine\n")
    (tmp_path / "src").mkdir()
    (site / "mine.pth").write_text(str(tmp_path / "src"))
    (site / "__editable___hooked_1_finder.py").write_text(
        f"from x import y\nMAPPING: dict[str, str] = {{'hooked': '{tmp_path}/lib/hooked'}}\n"
    )
    found = read_environment(venv, tmp_path / "cache")
    assert found.distributions == {
        "sklearn": "scikit-learn 1.9",
        "_private": "scikit-learn 1.9",
        "yaml": "PyYAML 6.0",
        "_yaml": "PyYAML 6.0",
        "single": "PyYAML 6.0",
        "google": "google-api 3, google-auth 2",
    }
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert found.path[-3:] == (str(site), str(tmp_path / "src"), str(tmp_path / "lib"))


def count_starts(venv, folder):
    """Return a file to which the interpreter adds an x whenever it starts."""
    log = folder / "log"
    # Not sitecustomize: Debian's own is found before it.
    count = f"vars(sys).update(counted=open({str(log)!r}, 'a').write('x'))"
    code = f"import sys; print('hello'); hasattr(sys, 'counted') or {count}\n"
    (site_of(venv) / "count.pth").write_text(code)
    return log


def test_the_interpreter_is_asked_once(venv, tmp_path):
    site, cache, log = site_of(venv), tmp_path / "cache", count_starts(venv, tmp_path)
    first = read_environment(venv, cache)
    assert read_environment(venv, cache) == first
    assert log.read_text() == "x"
    distribution(site, "pandas", "3.1", top_level__txt="pandas\n")
    os.utime(site, ns=(1, 1))
    assert read_environment(venv, cache).distributions == {"pandas": "pandas 3.1"}
    assert read_environment(venv, cache).distributions == {"pandas": "pandas 3.1"}
    assert log.read_text() == "xx"


def test_no_module_of_the_folder_is_executed_whatever_its_name(venv, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "more"))
    plain = read_environment(venv, tmp_path / "cache")
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in sys.stdlib_module_names:
        (folder / f"{name}.py").write_text(
            f"open({str(tmp_path / 'executed')!r}, 'a').write('{name} ')"
        )
    monkeypatch.chdir(folder)
    assert read_environment(venv, tmp_path / "other") == plain
    assert not (tmp_path / "executed").exists()


def test_a_new_project_need_not_ask_again(venv, tmp_path):
    log = count_starts(venv, tmp_path)
    first = read_environment(venv, tmp_path / "shared", tmp_path / "mine")
    assert read_environment(venv, tmp_path / "shared", tmp_path / "other") == first
    assert log.read_text() == "x"
    assert not (tmp_path / "mine").exists()


def test_the_projects_own_cache_is_used_where_the_users_cannot_be_written(venv, tmp_path, capfd):
    blocked = tmp_path / "file"
    blocked.write_text("")
    first = read_environment(venv, blocked, tmp_path / "mine")
    assert len([*tmp_path.glob("mine/environments/*")]) == 1
    assert read_environment(venv, blocked, tmp_path / "mine") == first
    assert capfd.readouterr().err == ""


def test_pythonpath_and_the_kernels_own_environment_count(venv, tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "a"))
    cache = tmp_path / "cache"
    assert str(tmp_path / "a") in read_environment(venv, cache).path
    other = msgspec.structs.replace(venv, env={"PYTHONPATH": str(tmp_path / "b")})
    assert str(tmp_path / "b") in read_environment(other, cache).path
    monkeypatch.delenv("PYTHONPATH")
    assert str(tmp_path / "a") not in read_environment(venv, cache).path


def test_the_kept_answer_is_quick(tmp_path):
    read_environment(OWN_KERNEL, tmp_path)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        read_environment(OWN_KERNEL, tmp_path)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.01  # 0.2 ms on the machine where this was written


def test_own_environment_knows_pandas(tmp_path):
    found = read_environment(OWN_KERNEL, tmp_path)
    assert found.distributions["pandas"] == f"pandas {version('pandas')}"


def test_a_cache_that_is_damaged_or_cannot_be_written(venv, tmp_path, capfd):
    cache = tmp_path / "cache"
    first = read_environment(venv, cache)
    (kept,) = cache.glob("environments/*")
    kept.write_text("{")
    assert read_environment(venv, cache) == first
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert read_environment(venv, blocked) == first
    told = capfd.readouterr().err
    assert f"{blocked / 'environments'} cannot be written (" in told
    assert "which works and takes longer. XDG_CACHE_HOME names another folder." in told
    assert "Errno" not in told


def test_an_interpreter_that_does_not_work(tmp_path):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho no such library >&2\nexit 1\n")
    program.chmod(0o755)
    kernel = Kernel("mine", "python", str(program), None, (str(program),))
    with pytest.raises(KernelError) as error:
        read_environment(kernel, tmp_path / "cache")
    assert str(error.value) == (
        f"The interpreter of kernel 'mine', {program}, does not work: no such library. "
        "Repair it, or choose another kernel in the notebook or by the step's option kernel."
    )


def test_other_languages_tell_their_version(tmp_path):
    program = tmp_path / "R"
    program.write_text("#!/bin/sh\necho 'R version 4.4.1'\necho more\n")
    program.chmod(0o755)
    kernel = Kernel("ir", "R", str(program))
    assert read_environment(kernel, tmp_path / "cache") == Environment("R", "R version 4.4.1")
    silent = Kernel("x", "x", str(tmp_path / "nowhere"))
    assert read_environment(silent, tmp_path / "cache") == Environment("x", "")


PANDAS = Environment("python", "3.11.7", (), {"pandas": "pandas 3.1", "sklearn": "scikit-learn 1.9", "nbflow": "nbflow 1"})  # fmt: skip
PARTS = [
    (PANDAS, [], {"language": "python", "python": "3.11.7"}),
    (PANDAS, ["os", "mine", "nbflow.read"], {"language": "python", "python": "3.11.7"}),
    (PANDAS, ["sklearn.svm.SVC", "pandas"], {"language": "python", "python": "3.11.7", "pandas": "pandas 3.1", "sklearn": "scikit-learn 1.9"}),
    (Environment("R", "4.4.1"), [], {"language": "R", "r": "4.4.1"}),
]  # fmt: skip


@pytest.mark.parametrize(("environment", "imports", "part"), PARTS)
def test_what_of_the_environment_is_in_the_key(environment, imports, part):
    assert make_environment(environment, imports) == part


# --- starting kernels -------------------------------------------------------------------------


@pytest.mark.kernel
@pytest.mark.parametrize(
    "native", [None, ["/nowhere/python"]], ids=["no python3", "python3 elsewhere"]
)
def test_the_own_kernel_is_nbflows_interpreter(specs, native):
    if native:
        specs("python3", native)
    assert ask_kernel(OWN, "__import__('sys').executable") == repr(sys.executable)


@pytest.mark.kernel
def test_installed_kernels_start_as_ever(specs):
    specs("mine", PYTHON, env={"FLAVOUR": "mine"})
    assert ask_kernel("mine", "__import__('os').environ['FLAVOUR']") == "'mine'"


def ask_kernel(name: str, expression: str) -> str:
    async def ask() -> str:
        manager = make_manager_class()(kernel_name=name)
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            reply = await client.execute_interactive(
                "", user_expressions={"it": expression}, timeout=60
            )
            return reply["content"]["user_expressions"]["it"]["data"]["text/plain"]
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    return asyncio.run(ask())
