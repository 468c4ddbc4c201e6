"""What a step costs: chains and fans of small steps, beside papermill and other tools."""

from __future__ import annotations

from tests.benchmarks import chains
from tests.benchmarks.compare import make_figures_row, make_row, time_commands, time_two_sizes
from tests.benchmarks.lab import NBFLOW, Lab
from tests.benchmarks.row import Row, Target

ONE = "papermill in one process"
TWO = "papermill in two processes"
SCRIPT = "python script.py"
TOOLS = {
    "papermill's command line": chains.make_papermill_commands,
    "ploomber build": chains.make_ploomber,
    "snakemake --cores 1": chains.make_snakemake,
}


def measure_steady(lab: Lab) -> list[Row]:
    """Rows 1 and 2: the slope between a short and a long chain, and the short one's command."""
    short, long = lab.sizes.short, lab.sizes.long
    makers = {NBFLOW: chains.make_nbflow, ONE: chains.make_papermill}
    taken = time_two_sizes(lab, makers, short, long, slow=[ONE])
    return [
        make_figures_row(
            f"steady cost of a step (slope between {short} and {long})",
            taken.subtract(long - short),
            against="the same notebooks less read and write",
            must=Target(1 / 12),
            wish=Target(1 / 25),
        ),
        make_row(
            f"chain of {short}, whole command, cold",
            taken.few,
            must=Target(1 / 8),
            wish=Target(1 / 15),
        ),
    ]


def measure_tools(lab: Lab) -> list[Row]:
    """Row 3: the command lines of other tools."""
    steps = lab.sizes.short
    taken = time_commands(lab, {NBFLOW: chains.make_nbflow, **TOOLS}, steps, slow=list(TOOLS))
    name = f"chain of {steps} beside other tools, whole command, cold"
    return [make_row(name, taken, must=Target(1 / 14), wish=Target(1 / 30))]


def measure_scripts(lab: Lab) -> list[Row]:
    """Row 4: a plain script a step, each in a new process."""
    steps = lab.sizes.short
    taken = time_commands(lab, {NBFLOW: chains.make_nbflow, SCRIPT: chains.make_scripts}, steps)
    name = f"chain of {steps} beside plain scripts, whole command, cold"
    against = "same work, tables by pickle"
    return [make_row(name, taken, against=against, must=Target(1 / 3), wish=Target(1 / 6))]


def measure_fan(lab: Lab) -> list[Row]:
    """Row 5: all steps read the first, over two cores."""
    steps = lab.sizes.short
    makers = {NBFLOW: chains.make_nbflow_fan, TWO: chains.make_papermill_fan}
    taken = time_commands(lab, makers, steps, slow=[TWO])
    name = f"fan-out of {steps} over 2 cores, whole command, cold"
    note = "papermill's kernels talk over IPC here, as nbflow's do; over TCP two processes may take one port"
    return [make_row(name, taken, must=Target(1 / 7), wish=Target(1 / 14), notes=(note,))]
