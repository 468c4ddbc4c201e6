"""Renders what was measured as Markdown: medians, spread, ratios, and whether targets are reached."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import msgspec

from tests.benchmarks.row import Group, Row, Target, Unit, compute_ratio, is_reached

_HEAD = """# Results

Written by `make bench`; do not edit. Peers have environments of their own, and all is measured in turn,
A B A B. A figure is the median, with the lowest and the highest of n rounds (ours, theirs); a ratio is
nbflow's median as a share of the peer's. *Cold*: no process of nbflow was alive before the command.
"""
_ROUNDS = 5  # below, it is said


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured."""

    processor: str
    cores: int
    memory: float  # GB
    system: str
    python: str


def render(
    groups: Sequence[Group], machine: Machine, versions: Mapping[str, Mapping[str, str]]
) -> str:
    """Return the whole of RESULTS.md."""
    rows = [row for group in groups for row in group.rows]
    parts = [
        _HEAD,
        _render_machine(groups, machine),
        _render_targets(rows),
        _render_notes(rows),
        _render_cpu(rows),
        _render_versions(versions),
    ]
    return "\n".join(part for part in parts if part)


def summarise(rows: Sequence[Row]) -> str:
    """Return a few plain lines for the terminal."""
    lines = []
    for row in rows:
        lines.append(row.name)
        if row.error:
            lines.append(f"    FAILED: {row.error.strip().splitlines()[-1]}")
            continue
        lines.append(f"    nbflow {show_spread(row.nbflow, row.unit)}")
        lines += [
            f"    {who} {show_spread(row.other[who], row.unit)} · ratio {show_ratio(compute_ratio(row, who))}"
            f"{_show_asked(row, who)}"
            for who in row.other
        ]
        if not row.other:
            lines[-1] += _show_asked(row, "")
    return "\n".join(lines)


def show_ratio(ratio: float) -> str:
    """Show a share: 1/12.3 where it is small, 0.62 or 1.40 where it is not."""
    if 0 < ratio < 0.4:
        return f"1/{1 / ratio:.3g}"
    return f"{ratio:.2f}"


def show(figure: float, unit: Unit) -> str:
    if unit == "s":
        return f"{figure:.2f} s" if abs(figure) >= 1 else f"{figure * 1000:.3g} ms"
    return f"{figure:.2f} times" if unit == "times" else f"{figure:.0f} {unit}"


def show_spread(figures: Sequence[float], unit: Unit) -> str:
    if len(figures) == 1:
        return show(figures[0], unit)
    low, high = show(min(figures), unit), show(max(figures), unit)
    return f"{show(statistics.median(figures), unit)} ({low} to {high})"


def show_target(target: Target, unit: Unit) -> str:
    shown = [show_ratio(target.ratio)] if target.ratio is not None else []
    if target.ratio is not None and target.ratio < 0.4:
        shown = [f"1/{1 / target.ratio:.0f}"]
    if target.limit is not None:
        shown.append(f"under {show(target.limit, unit)}")
    return " and ".join(shown)


def _show_asked(row: Row, peer: str) -> str:
    asked = [
        f"{word} {show_target(target, row.unit)}: {_say(reached=is_reached(row, peer, target))}"
        for word, target in (("must", row.must), ("try for", row.wish))
        if is_reached(row, peer, target) is not None
    ]
    return "".join(f" · {one}" for one in asked)


def _render_machine(groups: Sequence[Group], machine: Machine) -> str:
    began = sorted(group.began for group in groups)
    minutes = sum(group.seconds for group in groups) / 60
    when = began[0] if began[0] == began[-1] else f"{began[0]} to {began[-1]}"
    return (
        f"Measured {when} (UTC), {minutes:.0f} minutes in all, on {machine.processor}, {machine.cores} cores,\n"
        f"{machine.memory:.0f} GB, {machine.system}, Python {machine.python}.\n"
    )


def _render_targets(rows: Sequence[Row]) -> str:
    lines = [
        "| what | nbflow | against | theirs | ratio | must reach | try for | n |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if row.error:
            lines.append(f"| {row.name} | **not measured** | | | | | | |")
        lines += [
            "| " + " | ".join(_render_line(row, peer, first=number == 0)) + " |"
            for number, peer in enumerate(row.other or [""])
            if not row.error
        ]
    return "\n".join(lines) + "\n"


def _render_line(row: Row, peer: str, *, first: bool) -> tuple[str, ...]:
    """Return the fields of a line: one for each peer, and one where there is none."""
    ours = (row.name, show_spread(row.nbflow, row.unit)) if first else ("", "")
    asked = [
        "" if target.ratio is None and not first else _render_asked(row, peer, target)
        for target in (row.must, row.wish)
    ]
    if not peer:
        return (*ours, row.against, "", "", *asked, str(len(row.nbflow)))
    return (
        *ours,
        f"{peer} ({row.against})" if row.against else peer,
        show_spread(row.other[peer], row.unit),
        show_ratio(compute_ratio(row, peer)),
        *asked,
        f"{len(row.nbflow)}, {len(row.other[peer])}",
    )


def _render_asked(row: Row, peer: str, target: Target) -> str:
    reached = is_reached(row, peer, target)
    return "" if reached is None else f"{show_target(target, row.unit)}: {_say(reached=reached)}"


def _say(*, reached: bool | None) -> str:
    return "yes" if reached else "**no**"


def _render_notes(rows: Sequence[Row]) -> str:
    notes = [f"- {row.name}: {note}" for row in rows for note in row.notes]
    for row in rows:
        if row.error:
            notes.append(
                f"- {row.name}: failed; figures of it above are earlier ones.\n\n```\n{row.error.strip()}\n```\n"
            )
        if 0 < len(row.nbflow) < _ROUNDS:
            notes.append(f"- {row.name}: slow, nbflow was measured {_say_times(row.nbflow)}.")
        notes += [
            f"- {row.name}: {peer} is slow and was measured {_say_times(figures)}, not {len(row.nbflow)}."
            for peer, figures in row.other.items()
            if len(figures) < len(row.nbflow)
        ]
    return "## Notes\n" + "\n".join(notes) + "\n" if notes else ""


def _say_times(figures: Sequence[float]) -> str:
    return {1: "once", 2: "twice"}.get(len(figures), f"{len(figures)} times")


def _render_cpu(rows: Sequence[Row]) -> str:
    lines = ["| what | who | CPU seconds |", "|---|---|---|"]
    for row in rows:
        for number, (who, figures) in enumerate(row.cpu.items()):
            spread = show_spread(figures, "s")
            lines.append(f"| {'' if number else row.name} | {who} | {spread} |")
    if len(lines) == 2:
        return ""
    return "## CPU time of the whole commands, children included\n" + "\n".join(lines) + "\n"


def _render_versions(versions: Mapping[str, Mapping[str, str]]) -> str:
    lines = [
        f"| {peer} | {', '.join(f'{name} {one}' for name, one in found.items())} |"
        for peer, found in versions.items()
    ]
    return "\n".join(["## Versions", "| environment | has |", "|---|---|", *lines]) + "\n"
