"""The words for states, times, sizes and reasons, the same in every face."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow.model import Failure, Options, Output, Parameter, Place, Planned

if TYPE_CHECKING:
    from nbflow.runlog import Run

# Every state has a glyph and a word of its own, so that no one needs the colour.
GLYPHS = {
    "waiting": "○",
    "running": "▸",
    "done": "✓",
    "reused": "↺",
    "failed": "✗",
    "blocked": "⊘",
    "skipped": "-",
    "cancelled": "■",
    "lost": "?",
    # what a plan says
    "run": "▸",
    "reuse": "↺",
    "wait": "○",
    "skip": "-",
    # what a check says
    "error": "✗",
    "warning": "!",
}
_ORDER = (
    "done",
    "reused",
    "failed",
    "blocked",
    "skipped",
    "cancelled",
    "lost",
    "running",
    "waiting",
)
_OF_RUNS = {"later": "of a later version", "unreadable": "unreadable"}  # whose log says nothing
_EXACT = 10  # below this a number is given with one decimal
_TAGGING = re.compile(r'(`nbflow tag )"([^"`]+)"')
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and newline
_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds
_KILO = 1000


def say_state(state: str) -> str:
    """Return glyph and word."""
    return f"{find_glyph(state)} {find_word(state)}"


def find_glyph(state: str) -> str:
    return "?" if state in _OF_RUNS else GLYPHS.get(state, "·")


def find_word(state: str) -> str:
    return _OF_RUNS.get(state, state)


def say_seconds(seconds: float | None) -> str:
    """Return `0.4 s`, `12 s`, `1 min 12 s`, `2 h 5 min`, `3 days`; "" for None."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s" if round(seconds, 1) >= _EXACT else f"{seconds:.1f} s"
    if seconds < _HOUR:
        return _say_two(round(seconds), 60, "min", "s")
    if seconds < 2 * _DAY:
        return _say_two(round(seconds / 60), 60, "h", "min")
    return f"{seconds / _DAY:.0f} days"


def _say_two(count: int, size: int, large: str, small: str) -> str:
    whole, rest = divmod(count, size)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def say_age(seconds: float | None) -> str:
    """Return `3 h old` in one unit; "" for None. A clock set back makes nothing younger than 0."""
    if seconds is None:
        return ""
    seconds = max(seconds, 0)
    for unit, length in (("day", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        count = int(seconds // length)
        if count:
            return f"{count} {'days' if unit == 'day' and count > 1 else unit} old"
    return "just made"


def say_made(moment: float | None) -> str:
    """Return `made 30 Nov 11:28`, for what is looked at much later too; "" for None."""
    return "" if moment is None else time.strftime("made %d %b %H:%M", time.localtime(moment))


def say_when(moment: float, *, exact: bool = False) -> str:
    """Return a local date and time, `exact` with its seconds."""
    return time.strftime(f"%Y-%m-%d %H:%M{':%S' if exact else ''}", time.localtime(moment))


def say_bytes(count: float) -> str:
    """Return `45 kB`, `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if round(count) < _KILO:
            return (
                f"{count:.1f} {unit}" if count < _EXACT and unit != "B" else f"{count:.0f} {unit}"
            )
        count /= _KILO
    return f"{count:.1f} TB"


def say_path(path: str | Path) -> str:
    """Return a path in one line, as it is typed from the current folder where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        relative = str(path)
    return show_controls(min(relative, str(path), key=len)).replace("\n", "␤")


def show_controls(text: str) -> str:
    """Return the text with a picture for each control character but tab and newline.

    A terminal obeys control characters: ESC ] 0 ; in a name would set the window's title.
    """
    return _CONTROLS.sub(_draw_control, text) if _CONTROLS.search(text) else text


def _draw_control(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"  # noqa: PLR2004


def say_place(place: Place | None, root: Path | None = None) -> str:
    """Return `notebooks/clean.ipynb, cell 4 (rates = …), line 2`: a cell by its first line.

    With the project's root, the path is as it is typed from the current folder.
    """
    if place is None:
        return ""
    parts = [say_path(root / place.notebook) if root else place.notebook]
    first = f" ({shorten(place.first_line, 40)})" if place.first_line else ""
    parts += [f"cell {place.cell}{first}"] if place.cell else []
    parts += [f"line {place.line}"] if place.line else []
    return ", ".join(parts)


def say_remedy(text: str, root: Path | None) -> str:
    """Return a text whose commands name notebooks from the root as one types them from here."""
    if root is None:
        return text
    return _TAGGING.sub(lambda match: f'{match[1]}"{say_path(root / match[2])}"', text)


def say_count(count: int, noun: str) -> str:
    """Return `1 step`, `2 steps`."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def say_value(value: Any) -> str:
    """Return a parameter's value, in its JSON form, as one types it."""
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("nbflow:"):
        return say_value(*value.values())
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def say_parameters(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={shorten(say_value(value), 30)}" for name, value in values.items())


def shorten(text: str, length: int) -> str:
    """Return the first line, cut with an ellipsis."""
    line, *more = text.splitlines() or [""]
    return line if len(line) <= length and not more else line[: length - 1].rstrip("…") + "…"


def shorten_middle(text: str, length: int) -> str:
    """Return the text, cut in its middle where it is longer than `length` characters."""
    if len(text) <= length:
        return text
    head = length // 2
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"[:length]


def say_outputs(outputs: Iterable[Output]) -> str:
    """Return `flights 336,776 rows, model`."""
    return ", ".join(
        output.name if output.rows is None else f"{output.name} {say_count(output.rows, 'row')}"
        for output in outputs
    )


def say_why(planned: Planned) -> str:
    """Return why a step is planned so, and how old what it reuses is."""
    return say_reasons(planned.why, planned.result_age)


def say_reasons(
    why: Sequence[str],
    age: float | None = None,
    blocked_by: Sequence[str] = (),
    failure: Failure | None = None,
) -> str:
    """Return why a step of a run stands as it does: its error, what failed above, its reasons."""
    if failure is not None:
        return f"{failure.type}: {failure.message}"
    if blocked_by:
        return f"{', '.join(blocked_by)} failed"
    return "; ".join([*why, *([say_age(age)] if age is not None else [])])


def say_headline(run: Run, now: float) -> str:
    """Return `notebooks · 20261123-064312-1f3a · 3 of 9 steps · 12 s`."""
    seconds = run.seconds if run.seconds is not None else now - run.started
    said = [part for part in (run.pipeline.strip("."), run.name, run.id) if part]
    said += [say_over(step.status for step in run.steps.values())] if run.steps else []
    said += [say_seconds(seconds)] if run.status not in {"lost", *_OF_RUNS} else []
    said += [say_parameters(run.parameters)] if run.parameters else []
    return " · ".join(said)


def say_over(statuses: Iterable[str]) -> str:
    """Return `3 of 5 steps`, `3 of 5 steps done · 1 failed · 1 blocked`: reused ones are done."""
    count = Counter(statuses)
    good = f"{count['done'] + count['reused']} of {say_count(count.total(), 'step')}"
    others = [
        f"{count[state]} {state}"
        for state in _ORDER
        if count[state] and state not in {"done", "reused", "running", "waiting"}
    ]
    return " · ".join([f"{good} done", *others] if others else [good])


def say_statuses(statuses: Iterable[str]) -> str:
    """Return `5 ran, 3 reused, 1 failed`."""
    count = Counter(statuses)
    found = [
        f"{count[state]} {'ran' if state == 'done' else state}" for state in _ORDER if count[state]
    ]
    return ", ".join(found) or "no step"


def say_steps(run: Run) -> str:
    """Return how many steps of a run ran; "" where its log does not say."""
    known = run.steps or run.status not in _OF_RUNS
    return say_statuses(step.status for step in run.steps.values()) if known else ""


def say_about(run: Run) -> list[str]:
    """Return a run's name and parameters, and what is to be said of one that cannot be read."""
    said = (run.name, say_parameters(run.parameters), "" if run.steps else run.message)
    return [part for part in said if part]


def say_actions(planned: Iterable[Planned]) -> str:
    """Return `3 to run, 1 waiting, 5 reused`."""
    count = Counter[str](one.action for one in planned)
    actions = (("run", "to run"), ("wait", "waiting"), ("reuse", "reused"))
    return ", ".join(f"{count[action]} {text}" for action, text in actions if count[action])


def say_doing(
    cells: int, cells_done: int, fraction: float | None = None, text: str = ""
) -> tuple[float, str] | None:
    """Return how far a running step is, from 0 to 1, and what it does; None where nothing tells."""
    if fraction is not None:
        return fraction, f"{fraction:4.0%} {shorten(text, 24)}"
    if not cells:
        return None
    at = f"cell {cells_done + 1} of {cells}" if cells_done < cells else "finishing"
    return cells_done / cells, shorten(text or at, 29)


def say_step_time(
    status: str,
    started: float | None,
    seconds: float | None,
    *,
    expected: float | None,
    now: float,
) -> str:
    """Return `3.0 s of ~12 s` of a running step, `~12 s` of a waiting one, what another took.

    What takes longer than the last time is not measured by it any more.
    """
    if status == "running" and started is not None:
        about = f" of ~{say_seconds(expected)}" if expected and now - started <= expected else ""
        return f"{say_seconds(now - started)}{about}"
    if status == "waiting":
        return f"~{say_seconds(expected)}" if expected else ""
    return say_seconds(seconds) if seconds else ""


def say_failed_at(path: str, failure: Failure) -> str:
    """Return `clean.ipynb, cell 4 (rates = …), line 2`: a cell is known by its first line."""
    cell = ", ".join(filter(None, (path, f"cell {failure.cell}" if failure.cell else "")))
    first = f" ({shorten(failure.first_line, 50)})" if failure.first_line else ""
    line = f", line {failure.line}" if failure.line else ""
    return f"{cell}{first}{line}"


def say_parameter(one: Parameter) -> str:
    """Return `month: int 1..12 = 1`, with the bounds of a number, or that it needs a value."""
    typed = f"{one.name}: {one.type}" if one.type else one.name
    typed += f" {say_bounds(one.bounds)}" if one.bounds else ""
    default = f" = {one.default}" if one.default else "  (needs a value)"
    return typed + shorten(default, 60)


def say_bounds(bounds: tuple[float | None, float | None]) -> str:
    """Return `1..12`, `0.5..` or `..7`."""
    return "..".join("" if one is None else f"{one:.12g}" for one in bounds)


def say_options(options: Options) -> list[str]:
    """Return the options that are not as they are by default, described elsewhere aside."""
    plain = Options()
    names = [name for name in options.__struct_fields__ if name not in {"description", "writes"}]
    values = [(name, getattr(options, name)) for name in names]
    return [
        f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {say_value(value)}"
        for name, value in values
        if value != getattr(plain, name)
    ]


def say_problems(severities: Iterable[str]) -> str:
    """Return `1 error, 2 warnings`; "" for none."""
    count = Counter(severities)
    return ", ".join(say_count(count[one], one) for one in ("error", "warning") if count[one])
