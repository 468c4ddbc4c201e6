"""Writes the same pipeline for nbflow and each of its peers: a chain or a fan of small steps.

Each step has a parameter, `import pandas, duckdb`, one read, one write and one print. Papermill and
ploomber hand nothing over, so they run the same without read and write; Snakemake touches a file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.lab import SCRIPTS, Command
from tests.notebooks import Notebook, cell, write, write_pipeline

NUMBER = '{"number": 1}'
IMPORTS = "import duckdb\nimport pandas as pd"

Parent = Callable[[int], int | None]


def name(number: int) -> str:
    return f"s{number:03}"


def after(number: int) -> int | None:
    """In a chain, each step reads the one before it."""
    return number - 1 if number else None


def first(number: int) -> int | None:
    """In a fan, all read the first."""
    return 0 if number else None


def make_nbflow(folder: Path, steps: int) -> Command:
    return _make_nbflow(folder, steps, after, ())


def make_nbflow_fan(folder: Path, steps: int) -> Command:
    return _make_nbflow(folder, steps, first, ("-j", "2"))


def make_papermill(folder: Path, steps: int) -> Command:
    """`papermill.execute_notebook` for each, in one process."""
    _write_plain(folder, steps)
    return _python("papermill", folder, "papermill_folder.py", "notebooks", "out", NUMBER)


def make_papermill_fan(folder: Path, steps: int) -> Command:
    """Papermill in two processes, each with every second notebook."""
    _write_plain(folder, steps)
    return _python("papermill", folder, "papermill_folder.py", "notebooks", "out", NUMBER, "2")


def make_papermill_commands(folder: Path, steps: int) -> Command:
    """Papermill's command line for each."""
    _write_plain(folder, steps)
    (folder / "out").mkdir()
    loop = 'for at in notebooks/*.ipynb; do papermill "$at" "out/${at##*/}" -p number 1; done'
    return Command("papermill", ("sh", "-ec", loop), folder)


def make_scripts(folder: Path, steps: int) -> Command:
    """`python script.py` for each, with the same work; tables go by pickle, the cheapest way."""
    for number in range(steps):
        write(folder / f"{name(number)}.py", _write_script(number))
    return Command("papermill", ("sh", "-ec", 'for at in *.py; do python "$at" 1; done'), folder)


def make_ploomber(folder: Path, steps: int) -> Command:
    write_ploomber(folder, steps, after)
    return Command("ploomber", ("ploomber", "build"), folder)


def make_snakemake(folder: Path, steps: int) -> Command:
    write_snakemake(folder, steps, after)
    return Command("snakemake", ("snakemake", "--cores", "1"), folder)


def make_step(number: int, parent: int | None) -> list[Notebook]:
    """Return the cells of one of nbflow's steps."""
    read = f"\nabove = nbflow.read('{name(parent)}.t')" if parent is not None else ""
    return [
        cell("number = 0", "parameters"),
        cell(f"import nbflow{read}", "inputs"),
        cell(IMPORTS),
        cell(f"nbflow.write('t', pd.DataFrame({{'n': [number, {number}]}}))"),
        cell("print(number)"),
    ]


def make_plain() -> list[Notebook]:
    """Return the cells of the same step without read and write."""
    return [cell("number = 0", "parameters"), cell(IMPORTS), cell("print(number)")]


def make_ploomber_step() -> list[Notebook]:
    parameters = cell("number = 0\nupstream = None\nproduct = None", "parameters")
    return [parameters, *make_plain()[1:]]


def write_ploomber(folder: Path, steps: int, parent: Parent) -> None:
    tasks = ["meta:", "  extract_upstream: false", "  extract_product: false", "tasks:"]
    for number in range(steps):
        write(folder / f"{name(number)}.ipynb", make_ploomber_step())
        tasks += [
            f"  - source: {name(number)}.ipynb",
            f"    product: out/{name(number)}.ipynb",
            "    params: {number: 1}",
        ]
        if (above := parent(number)) is not None:
            tasks.append(f"    upstream: [{name(above)}]")
    write(folder / "pipeline.yaml", "\n".join(tasks) + "\n")


def write_snakemake(folder: Path, steps: int, parent: Parent) -> None:
    ends = set(range(steps)) - {parent(number) for number in range(steps)}
    targets = ", ".join(f'"out/{name(number)}.txt"' for number in sorted(ends))
    rules = [f"rule all:\n    input: {targets}\n"]
    for number in range(steps):
        cells = [
            cell("number = snakemake.params.number"),
            cell(IMPORTS),
            cell("print(number)\nopen(snakemake.output[0], 'w').close()"),
        ]
        write(folder / f"{name(number)}.ipynb", cells)
        above = parent(number)
        rules.append(
            f"rule {name(number)}:\n"
            + (f'    input: "out/{name(above)}.txt"\n' if above is not None else "")
            + f'    output: "out/{name(number)}.txt"\n'
            "    params: number=1\n"
            f'    log: notebook="out/{name(number)}.ipynb"\n'
            f'    notebook: "{name(number)}.ipynb"\n'
        )
    write(folder / "Snakefile", "\n".join(rules))


def _make_nbflow(folder: Path, steps: int, parent: Parent, more: tuple[str, ...]) -> Command:
    made = write_pipeline(folder, **{name(n): make_step(n, parent(n)) for n in range(steps)})
    words = ("nbflow", "run", str(made.folder), "-p", "number", "1", *more)
    return Command("nbflow", words, folder, f"{steps} ran")


def _write_plain(folder: Path, steps: int) -> None:
    for number in range(steps):
        write(folder / "notebooks" / f"{name(number)}.ipynb", make_plain())


def _write_script(number: int) -> str:
    read = f"above = pd.read_pickle('{name(number - 1)}.pickle')\n" if number else ""
    return (
        f"import sys\n\n{IMPORTS}\n\nnumber = int(sys.argv[1])\n{read}"
        f"pd.DataFrame({{'n': [number, {number}]}}).to_pickle('{name(number)}.pickle')\n"
        "print(number)\n"
    )


def _python(peer: str, folder: Path, script: str, *words: str) -> Command:
    return Command(peer, ("python", str(SCRIPTS / script), *words), folder)
