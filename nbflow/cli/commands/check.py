"""`nbflow check`: every problem at once."""

from __future__ import annotations

import click
from msgspec.structs import replace

from nbflow.cli import options
from nbflow.cli.answers import Answer, Checked, Told
from nbflow.cli.command import Command
from nbflow.project import Project
from nbflow.text import say_bytes, say_count

EXAMPLES = """
nbflow check              the pipeline at hand
nbflow check notebooks    in CI: exits with 2 when there is an error
nbflow check --json       for a program
nbflow check --results    compares all that is kept with what was written
nbflow check --results --repair    also sets aside what is damaged
"""


@click.command("check", cls=Command, examples=EXAMPLES)
@options.folder
@click.option("--results", is_flag=True, help="Compare all that is kept with what was written.")
@click.option("--repair", is_flag=True, help="With --results: set aside what is damaged.")
@options.as_json
def command(*, folder: str | None, results: bool, repair: bool, as_json: bool) -> Answer:
    """Report every problem at once.

    Each with its notebook, cell and line, and what to do. Exits with 2 when there is an error;
    warnings alone exit with 0, among them files that this machine lacks.
    """
    from nbflow.plan.here import find_absent  # noqa: PLC0415 - `--help` must not wait for it

    del as_json
    if repair and not results:
        raise click.UsageError("--repair mends results: nbflow check --results --repair")
    if results:
        return _check_results(options.find_folder(folder), repair=repair)
    project, scan = options.read_pipeline(folder)
    problems = (*scan.problems, *find_absent(project, scan))
    return Checked(project, replace(scan, problems=problems))


def _check_results(project: Project, *, repair: bool) -> Told:
    """Compare each file's content, and say which results are damaged."""
    from nbflow.cli.render.parts import say_where  # noqa: PLC0415 - rich only to show
    from nbflow.store.checking import check_results  # noqa: PLC0415 - as above

    where = say_where(project)
    report = check_results(project, repair=repair)
    kept = f"{say_count(report.results, 'result')}, {say_bytes(report.bytes)}"
    if not report.faults:
        return Told(f"{kept}: all as they were written.", report)
    lines = [*map(str, report.faults), "", f"{kept}: {len(report.faults)} damaged."]
    again = (f"nbflow run{where}", "makes them again, and what was made from them")
    if not repair:
        again = (f"nbflow check --results --repair{where}", "set them aside")
    left = any(not one.repaired for one in report.faults)
    return Told("\n".join(lines), report, (again,), failed=left)
