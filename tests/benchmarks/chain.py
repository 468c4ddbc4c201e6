"""What a step costs: chains and fans of small steps, beside papermill and other tools."""

from __future__ import annotations

from tests.benchmarks import chains
from tests.benchmarks.lab import NBFLOW, Lab, get_cpu, get_seconds
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
    taken = lab.take_turns(
        {
            f"{who} {steps}": lab.time_fresh(make, steps)
            for steps in (short, long)
            for who, make in makers.items()
        },
        slow=[f"{ONE} {short}", f"{ONE} {long}"],
    )
    slopes = {
        who: tuple(
            (more.seconds - less.seconds) / (long - short)
            for less, more in zip(taken[f"{who} {short}"], taken[f"{who} {long}"], strict=True)
        )
        for who in makers
    }
    whole = {who: taken[f"{who} {short}"] for who in makers}
    return [
        Row(
            f"steady cost of a step (slope between {short} and {long})",
            against="the same notebooks less read and write",
            must=Target(1 / 12),
            wish=Target(1 / 25),
            nbflow=slopes[NBFLOW],
            other={ONE: slopes[ONE]},
        ),
        Row(
            f"chain of {short}, whole command, cold",
            must=Target(1 / 8),
            wish=Target(1 / 15),
            nbflow=get_seconds(whole[NBFLOW]),
            other={ONE: get_seconds(whole[ONE])},
            cpu=get_cpu(whole),
        ),
    ]


def measure_tools(lab: Lab) -> list[Row]:
    """Row 3: the command lines of other tools."""
    steps = lab.sizes.short
    makers = {NBFLOW: chains.make_nbflow, **TOOLS}
    taken = lab.take_turns(
        {who: lab.time_fresh(make, steps) for who, make in makers.items()}, slow=list(TOOLS)
    )
    return [
        Row(
            f"chain of {steps} beside other tools, whole command, cold",
            must=Target(1 / 14),
            wish=Target(1 / 30),
            nbflow=get_seconds(taken[NBFLOW]),
            other={who: get_seconds(taken[who]) for who in TOOLS},
            cpu=get_cpu(taken),
        )
    ]


def measure_scripts(lab: Lab) -> list[Row]:
    """Row 4: a plain script a step, each in a new process."""
    steps = lab.sizes.short
    makers = {NBFLOW: chains.make_nbflow, SCRIPT: chains.make_scripts}
    taken = lab.take_turns({who: lab.time_fresh(make, steps) for who, make in makers.items()})
    return [
        Row(
            f"chain of {steps} beside plain scripts, whole command, cold",
            against="same work, tables by pickle",
            must=Target(1 / 3),
            wish=Target(1 / 6),
            nbflow=get_seconds(taken[NBFLOW]),
            other={SCRIPT: get_seconds(taken[SCRIPT])},
            cpu=get_cpu(taken),
        )
    ]


def measure_fan(lab: Lab) -> list[Row]:
    """Row 5: all steps read the first, over two cores."""
    steps = lab.sizes.short
    makers = {NBFLOW: chains.make_nbflow_fan, TWO: chains.make_papermill_fan}
    taken = lab.take_turns(
        {who: lab.time_fresh(make, steps) for who, make in makers.items()}, slow=[TWO]
    )
    return [
        Row(
            f"fan-out of {steps} over 2 cores, whole command, cold",
            must=Target(1 / 7),
            wish=Target(1 / 14),
            nbflow=get_seconds(taken[NBFLOW]),
            other={TWO: get_seconds(taken[TWO])},
            cpu=get_cpu(taken),
        )
    ]
