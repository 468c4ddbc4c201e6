"""What a command did, in a sentence for each code."""

from __future__ import annotations

from typing import Literal

from nbflow.base.text import say_bytes, say_count
from nbflow.present.places import say_path
from nbflow.present.sentence_templates import Facts, Sentence, fill
from nbflow.reports.facts import Masked

Code = Literal[
    "asked-to-stop",
    "cancelled",
    "was-over",
    "results-whole",
    "results-damaged",
    "step-made",
    "notebook-copied",
    "tagged",
    "trusted-folders",
    "trusted",
    "distrusted",
    "by-hand",
    "writes-as",
    "report-written",
    "report-unwritten",
    "report-opened",
]


def say_told(code: Code, facts: Facts) -> str:
    """Return what a command did."""
    return fill(TEXTS[code], facts)


def _say_kept(facts: Facts) -> str:
    return f"{say_count(facts['results'], 'result')}, {say_bytes(facts['bytes'])}"


def _say_whole(facts: Facts) -> str:
    return f"{_say_kept(facts)}: all as they were written."


def _say_damaged(facts: Facts) -> str:
    faults = "\n".join(map(_say_fault, facts["faults"]))
    return f"{faults}\n\n{_say_kept(facts)}: {len(facts['faults'])} damaged."


def _say_fault(fault: Facts) -> str:
    end = " → filled anew" if fault["derived"] else " → set aside"
    return fill("{step} {result}  {file}: {why}", fault) + (end if fault["repaired"] else "")


def _say_made(facts: Facts) -> str:
    tags, count = facts["tags"], say_count(facts["cells"], "cell")
    tagged = f", with {count} tagged: {', '.join(tags)}" if facts["cells"] else ""
    return f"{facts['shown']} is there{tagged}."


def _say_tagged(facts: Facts) -> str:
    was = "" if facts["changed"] else "Nothing to change. "
    tags = ", ".join(facts["tags"]) or "none"
    meaning = ""
    if facts["unknown"]:
        meaning = fill(" {unknown} means nothing to nbflow; these do: {known}.", facts)
    return (
        was + fill("{path}, cell {cell} ({first_line}) has the tags: ", facts) + f"{tags}.{meaning}"
    )


def _say_trusted_folders(facts: Facts) -> str:
    who = "Everyone" if facts["everyone"] else "You"
    return "\n".join(facts["trusted"]) or f"{who}: no folder where others write is trusted."


def _say_trusted(facts: Facts) -> str:
    who = "everyone on this machine trusts" if facts["everyone"] else "you trust"
    return f"From now on {who} what is written in {' and '.join(facts['trusted'])}."


def _say_report(facts: Facts) -> str:
    from nbflow.present.report.masked_texts import say_masked  # noqa: PLC0415 - of few commands

    place = facts["path"] if "://" in facts["path"] else say_path(facts["path"])
    masked = say_masked(Masked(**one) for one in facts["masked"])
    said = [say_bytes(facts["bytes"]), *([f"masked: {', '.join(masked)}"] if masked else [])]
    return f"{place}\n{' · '.join(said)}"


def _say_opened(facts: Facts) -> str:
    place = say_path(facts["path"])
    return f"{place} is open in the browser." if facts["opened"] else place


TEXTS: dict[Code, Sentence] = {
    "asked-to-stop": "Run {run} was asked to stop and has not stopped yet.",
    "cancelled": "Run {run} is cancelled.",
    "was-over": "Run {run} was over before it could be cancelled: {status}.",
    "results-whole": _say_whole,
    "results-damaged": _say_damaged,
    "step-made": _say_made,
    "notebook-copied": "{path}",
    "tagged": _say_tagged,
    "trusted-folders": _say_trusted_folders,
    "trusted": _say_trusted,
    "distrusted": lambda facts: f"{' and '.join(facts['removed'])}: trusted no longer.",
    "by-hand": lambda facts: "\n".join(facts["said"]),
    "report-written": _say_report,
    "report-opened": _say_opened,
    "report-unwritten": lambda facts: f"The report could not be written: {facts['why']}",
    "writes-as": "What this notebook writes by hand is {step}'s now.",
}
