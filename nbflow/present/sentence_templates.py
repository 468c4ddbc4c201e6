"""Sentences that depend on which facts are known, and how templates are filled with facts."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from nbflow.base.text import shorten

Facts = Mapping[str, Any]
Sentence = str | Callable[[Facts], str]
_NAMED = 3  # of many
PYTHON_ONLY = {
    "read": "Let a Python step write it into a file, come after that step by the option `after`, "
    "and open the file here.",
    "write": "Write a file, and let a Python step that comes after this one, by its option "
    "`after`, read it.",
    "sql": "Ask in a Python step, and let it write the rows into a file that is opened here.",
    "file": "Remove the call, and open the file by its path.",
    "progress": "Remove the call.",
}
_OPTIONS = {
    "after": 'a list of names of steps, as in ["load"]',
    "cache": 'true, false or an age such as "6h"',
    "cell_timeout": "a number of seconds above 0",
    "makes": 'a list of paths from the notebook\'s folder, as in ["data/clean.csv"]',
    "max_output": 'a number of bytes above 0, or a size such as "100 MB"',
    "report": "true or false",
    "timeout": "a number of seconds above 0",
    "writes": 'a list of names that are identifiers, as in ["a", "b"]',
}


class Text(NamedTuple):
    """What is wrong, and what to do; `edit` says so where the remedy is a text to write."""

    what: Sentence
    hint: Sentence = ""
    edit: Sentence = ""


class _Lists(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        listed = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        return super().format_field(listed, format_spec)


def fill(sentence: Sentence, facts: Facts) -> str:
    """Return a sentence with facts for the names in its braces; lists are joined by commas."""
    return sentence(facts) if callable(sentence) else _Lists().vformat(sentence, (), facts)


def say_some(names: Sequence[str]) -> str:
    """Return up to three names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


# --- between steps ----------------------------------------------------------------------------


def say_cycle(facts: Facts) -> str:
    return f"these steps need each other: {' → '.join(facts['steps'])}."


def say_disagreement(facts: Facts) -> str:
    each = "; ".join(
        f"{shorten(text, 30) or 'not set'} in {say_some(steps)}"
        for text, steps in facts["values"].items()
    )
    return f"the parameter {facts['parameter']} has not one {facts['aspect']} in all steps: {each}."


def say_malformed(facts: Facts) -> str:
    given = facts["given"]
    quoted = repr(given) if '"' in given or "\\" in given else f'"{given}"'
    return f'nbflow.read({quoted}) does not name a step and what it wrote, as in "step.table".'


def say_meant_read(facts: Facts) -> str:
    return fill("Did you mean {remedy}?" if facts["known"] else "Write {remedy}.", facts)


def say_unwritten(facts: Facts) -> str:
    written = "writes: {writes}." if facts["writes"] else "writes nothing."
    return fill("{step} reads {ref}, but {writer} " + written, facts)


# --- cells without tags -----------------------------------------------------------------------


def say_untagged(facts: Facts) -> str:
    slip = ", and cell {cell} has `{tag}`" if "tag" in facts else ""
    return fill("no cell is tagged `parameters` or `inputs`" + slip, facts)


def say_untagged_read(facts: Facts) -> str:
    writes = ", which writes {name}," if facts["writes"] else ""
    what = "{step} reads {ref}, but {file}" + writes + " is no step: "
    return f"{fill(what, facts)}{say_untagged(facts)}."


def say_untagged_writer(facts: Facts) -> str:
    what = "{step} reads {ref}, but there is no step {writer}. {file} writes {name}, and is no step"
    return f"{fill(what, facts)}: {say_untagged(facts)}."


def say_tagging(facts: Facts) -> str:
    return fill("Tag it: `{remedy}`." if "tag" in facts else "Tag one: `{remedy}`.", facts)


def say_tagging_and_reading(facts: Facts) -> str:
    return f'{say_tagging(facts)} Then read "{facts["ref_there"]}".'


def say_tagging_by_hand(facts: Facts) -> str:
    which = "it" if "tag" in facts else "one"
    return fill(f"Tag {which}: write `{{remedy}}` into its line.", facts)


# --- cells ------------------------------------------------------------------------------------


def say_other_python(facts: Facts) -> str:
    end = ", but what it says to nbflow cannot be known." if facts["hides"] else "."
    what = (
        "this cell is not valid in Python {python}, with which nbflow reads it: {error}. "
        "The kernel {kernel} may accept it"
    )
    return fill(what, facts) + end


def say_other_python_hint(facts: Facts) -> str:
    if facts["hides"]:
        return fill("Write the lines that call nbflow as Python {python} knows them.", facts)
    return fill(
        "Correct it if it is wrong there too. To read it, install nbflow in {kernel}.", facts
    )


def say_python_only_hint(facts: Facts) -> str:
    return PYTHON_ONLY[facts["function"]]


def say_reads_hint(facts: Facts) -> str:
    reads = " and ".join(f'nbflow.read("{ref}")' for ref in facts["refs"])
    return f"Write the query out, or say {reads} in a cell tagged `inputs`."


# --- options and settings ---------------------------------------------------------------------


def say_bad_option(facts: Facts) -> str:
    wanted = _OPTIONS.get(facts["option"], "a text")
    return fill("{where}: the option `{option}` is {given}, and must be ", facts) + f"{wanted}."


def say_misfit(facts: Facts) -> str:
    """Return why a value does not fit; of one in the settings, where it stands there."""
    settings = "{file}, [parameters], {parameter}: " if "file" in facts else ""
    what = "parameter {parameter} of {notebook}, cell {cell}, is "
    why = f"{say_wanted(facts)}; {facts['given']} is not{_say_reason(facts)}"
    return f"{fill(settings + what, facts)}{why}{_TEXT if facts['is_text'] else ''}."


_TEXT = ": it is a text, and only -p reads texts as the type says (-r does not)"


def say_misfit_here(facts: Facts) -> str:
    """Return the same beside the parameter's own field."""
    why = f"{facts['given']} is not {say_wanted(facts)}{_say_reason(facts)}"
    return f"{why}. For example: {facts['example']}"


def say_misfit_hint(facts: Facts) -> str:
    return fill(
        "Correct it in {file}." if "file" in facts else "For example: -p {parameter} {example}",
        facts,
    )


def say_wanted(facts: Facts) -> str:
    """Return what fits: `one of a, b`, `an int from 1 to 12`."""
    if facts["choices"]:
        return fill("one of {choices}", facts)
    kind = facts["type"] or "value"
    within = f" {say_range(facts['bounds'])}" if facts["bounds"] else ""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}{within}"


def say_range(bounds: Sequence[float | None]) -> str:
    """Return `from 1 to 12`, `1 or more`, `12 or less`."""
    low, high = (f"{one:g}" if isinstance(one, float) else str(one) for one in bounds)
    if bounds[0] is None:
        return f"{high} or less"
    return f"from {low} to {high}" if bounds[1] is not None else f"{low} or more"


def _say_reason(facts: Facts) -> str:
    return f" ({facts['why']})" if facts["why"] else ""


def say_unknown_parameter(facts: Facts) -> str:
    if "file" in facts:
        who = "{step} does not declare it" if facts["step"] else "no step declares it"
        lost = facts["step"] and not facts["step_known"]
        why = "there is no step {step}" if lost else who
        return fill("{file} sets the parameter {parameter}, but " + why + ".", facts)
    who = "{step} does not declare" if facts["step_known"] else "No step declares"
    return fill(who + " a parameter {parameter!r}.", facts)


def say_declared(facts: Facts) -> str:
    if not facts["declared"]:
        return "Remove it."
    who = "{step} declares" if facts["step"] else "The steps declare"
    return fill(who + ": {declared}.", facts)


def say_meant_parameter(facts: Facts) -> str:
    written = "Write {remedy}, in quotes." if facts.get("nested") else "Did you mean {remedy}?"
    return fill(written, facts)


_UNKNOWN_PATHS = {
    "nothing": "it names no file",
    "set-again": "{name} is set again in cell {cell}",
    "no-parameter": "{name} is no parameter",
    "not-once": "{name} is not set just once, above and in plain sight",
    "format": "its format is not literal",
    "field": "what {{{name}}} stands for is not in plain sight",
    "made-of": "what is made of {name} is not in plain sight",
    "not-literal": "the path is not a literal text",
    "joined": "a text stands before a path that is joined",
}


def say_unknown_path(facts: Facts) -> str:
    why = fill(_UNKNOWN_PATHS[facts["why"]], facts)
    return fill("{call}: ", facts) + f"{why}, so planning cannot know the file."


# --- files ------------------------------------------------------------------------------------


def say_missing_file(facts: Facts) -> str:
    how = "matches no file" if facts["glob"] else "does not exist"
    return fill("nbflow.file({pattern!r}) " + how + " in {folder}.", facts)


def say_missing_hint(facts: Facts) -> str:
    parts = [fill("Did you mean {nearest}?", facts)] if facts["nearest"] else []
    if not (facts["glob"] or facts["nearest"]):
        parts.append("Paths are relative to the notebook's folder.")
    if facts.get("makers"):
        parts.append(fill("{makers} makes it: `{remedy}`.", facts))
    elif "makers" in facts:
        parts.append(
            'If a step makes it, say so there: nbflow.write("name", Path("the file")), '
            'or by its option makes = ["the file"].'
        )
    return " ".join(parts)


def say_missing_input(facts: Facts) -> str:
    lacks = "its newest result has no {name}" if facts["has_result"] else "has no result yet"
    return fill("{step} reads {ref}, but {writer} is not selected and " + lacks + ".", facts)


# --- kernels ----------------------------------------------------------------------------------


_KERNELS = {
    "option": "The option kernel asks for {kernel!r}, which is not installed here",
    "broken": "kernel {kernel!r} is broken: {program} does not exist",
    "not-installed": "The kernel {kernel!r} is not installed here (language {language})",
    "unnamed": "The notebook names no kernel (language {language})",
    "silent": "The interpreter of kernel {kernel!r}, {program}, does not work: {error}",
    "unstartable": "The interpreter of kernel {kernel!r} cannot be run: {error}",
}
_MENDING = {
    "option": "Install it, or change the option.",
    "broken": "Reinstall it, or choose another.",
    "not-installed": "Install it, or set the step's option kernel to one of these.",
    "unnamed": "Install one, or set the step's option kernel to one of these.",
}
_CHOOSING = "Repair it, or choose another kernel in the notebook or by the step's option kernel."


def say_kernel(facts: Facts) -> str:
    """Return what is wrong with a kernel, and the steps that need it where there are several."""
    steps = f" Steps: {say_some(facts['steps'])}." if len(facts["steps"]) > 1 else ""
    return f"{fill(_KERNELS[facts['why']], facts)}.{steps}"


def say_kernel_hint(facts: Facts) -> str:
    if facts["why"] not in _MENDING:
        return _CHOOSING
    near = " Did you mean {nearest}?" if facts["nearest"] else ""
    return fill("Installed: {installed}." + near + " ", facts) + _MENDING[facts["why"]]
