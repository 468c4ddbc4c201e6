"""What it costs to find that nothing changed: many notebooks, some of them with large outputs."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path

from tests.benchmarks import chains, peers
from tests.benchmarks.lab import Command, Lab, get_cpu, get_seconds
from tests.benchmarks.make_pipeline import FAT, fan
from tests.benchmarks.row import Row, Target

PLAN = "nbflow plan"
RUN = "nbflow run"
SNAKEMAKE = "snakemake -n"
PLOOMBER = "ploomber status"
MUST, WISH = Target(1 / 10), Target(1 / 50, limit=0.5)


def measure(lab: Lab) -> list[Row]:
    """Row 8: `nbflow plan` and `nbflow run`, each in a new process."""
    with lab.fresh() as folder:
        commands = make_all(lab, folder)
        for who in (PLAN, SNAKEMAKE):  # the first one fills caches
            lab.run(commands[who])
        taken = lab.take_turns(
            {who: lambda command=command: lab.run(command) for who, command in commands.items()},
            slow=[PLOOMBER],
        )
    count, fat = lab.sizes.notebooks, lab.sizes.fat
    other = {who: get_seconds(taken[who]) for who in (SNAKEMAKE, PLOOMBER)}
    note = "the peers' outputs and records were put in place as their own runs leave them"
    return [
        Row(
            f"nothing changed, {count} notebooks, {fat} with 5 MB of outputs: {who}",
            must=MUST,
            wish=WISH,
            nbflow=get_seconds(taken[who]),
            other=other,
            cpu=get_cpu({who: taken[who]} | {peer: taken[peer] for peer in other}),
            notes=(note,) if who == PLAN else (),
        )
        for who in (PLAN, RUN)
    ]


def make_all(lab: Lab, folder: Path) -> dict[str, Command]:
    """Write the same finished pipeline for each."""
    count, fat = lab.sizes.notebooks, lab.sizes.fat
    notebooks = make_finished(lab, folder / "nbflow", count, fat)
    chains.write_snakemake(folder / "snakemake", count, fan)
    chains.write_ploomber(folder / "ploomber", count, fan)
    for peer in ("snakemake", "ploomber"):
        _fatten(folder / peer, count, fat)
        _put_outputs(folder / peer, count)
    return {
        PLAN: Command("nbflow", ("nbflow", "plan", str(notebooks)), folder, f"{count} reused"),
        RUN: Command("nbflow", ("nbflow", "run", str(notebooks)), folder, f"{count} reused"),
        SNAKEMAKE: Command(
            "snakemake", ("snakemake", "-n"), folder / "snakemake", "Nothing to be done"
        ),
        PLOOMBER: Command("ploomber", ("ploomber", "status"), folder / "ploomber", "False"),
    }


def make_finished(lab: Lab, root: Path, count: int, fat: int = 0) -> Path:
    """Return the folder of a pipeline of so many notebooks, as a finished run leaves it."""
    words = (
        "-m", "tests.benchmarks.make_pipeline", str(root), str(count), "--fat", str(fat),
    )  # fmt: skip
    lab.run(Command("nbflow", ("python", *words), peers.ROOT))
    return root / "notebooks"


def _fatten(folder: Path, count: int, fat: int) -> None:
    """Put outputs into as many notebooks as nbflow's have them."""
    line = "0123456789" * 10 + "\n"
    output = {"name": "stdout", "output_type": "stream", "text": [line] * (FAT // len(line))}
    for number in range(0, count, count // fat)[:fat] if fat else ():
        path = folder / f"{chains.name(number)}.ipynb"
        content = json.loads(path.read_text(encoding="utf-8"))
        content["cells"][-1]["outputs"] = [output]
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _put_outputs(folder: Path, count: int) -> None:
    """Leave what a finished build leaves: products in order of time, and each tool's records."""
    out, records = folder / "out", folder / ".snakemake" / "metadata"
    out.mkdir()
    records.mkdir(parents=True)
    for number in range(count):
        name = chains.name(number)
        product = f"out/{name}.txt"
        (folder / product).touch()
        (out / f"{name}.ipynb").write_text("{}", encoding="utf-8")
        kept = json.dumps(_make_ploomber_record(number))
        (out / f".{name}.ipynb.metadata").write_text(kept, encoding="utf-8")
        called = base64.b64encode(product.encode()).decode()
        kept = json.dumps(_make_snakemake_record(number, time.time()))
        (records / called).write_text(kept, encoding="utf-8")


def _make_ploomber_record(number: int) -> dict[str, object]:
    source = "\n".join(item["source"] for item in chains.make_ploomber_step())
    stored = {"stored_source_code": source, "params": {"number": 1}}
    return {"timestamp": 1_700_000_000 + number, **stored}


def _make_snakemake_record(number: int, now: float) -> dict[str, object]:
    """Return what Snakemake 9 keeps of a job (`record_format_version` 6)."""
    parent, name = fan(number), chains.name(number)
    inputs = [f"out/{chains.name(parent)}.txt"] if parent is not None else []
    nothing = hashlib.sha256().hexdigest()
    return {
        "rule": name,
        "input": inputs,
        "log": [f"out/{name}.ipynb"],
        "shellcmd": None,
        "params": ["1"],
        "code": f'    notebook: "{name}.ipynb"\n',
        "record_format_version": 6,
        "conda_env": None,
        "container_img_url": None,
        "software_stack_hash": hashlib.md5(usedforsecurity=False).hexdigest(),
        "job_hash": number,
        "starttime": now,
        "endtime": now,
        "incomplete": False,
        "external_jobid": None,
        "input_checksums": dict.fromkeys(inputs, f"sha256:{nothing}"),
    }
