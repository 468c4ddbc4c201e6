"""The sentences of what a plan and a run warn of, and what to do; the facts are in braces."""

from __future__ import annotations

import shlex

from nbflow.base.text import say_bytes, say_count, say_when
from nbflow.model import Command, ProblemCode
from nbflow.present.remedies import spell
from nbflow.present.sentence_templates import Facts, Text, fill, say_some


def say_undeclared(facts: Facts) -> str:
    verb = "writes" if len(facts["writers"]) == 1 else "write"
    who = f", and {' and '.join(facts['writers'])} {verb} it" if facts["writers"] else ""
    return fill("{file} was opened but not declared" + who + ".", facts)


def say_other_kernel(facts: Facts) -> str:
    why = "is broken: {program} does not exist" if facts["program"] else "is not installed here"
    steps = f" Steps: {say_some(facts['steps'])}." if len(facts["steps"]) > 1 else ""
    said = "kernel {kernel!r} " + why + ": it runs in nbflow's own interpreter."
    return fill(said, facts) + steps


def say_put_back(facts: Facts) -> str:
    was = "was missing" if facts["missing"] else "was another result's"
    return fill("{file} " + was + ", and is put back as {maker} made it for this run.", facts)


def say_little_room(facts: Facts) -> str:
    return f"Only {facts['free'] / 1e6:,.0f} MB are left on the disk of {facts['folder']}."


def say_taking_over(facts: Facts) -> str:
    store, folder = shlex.quote(facts["store"]), shlex.quote(facts["folder"])
    return f"If this project lay there, take them over: rm -r {store} && mv {folder} {store}"


def say_not_filled(facts: Facts) -> str:
    died = (
        "The tables of {folder} are not in DuckDB yet: the process that fills them died. "
        "They are complete in Arrow; the next query in SQL fills them."
    )
    return facts["why"] or fill(died, facts)


def say_fork_end(facts: Facts) -> str:
    end = f" ({facts['exit']})" if facts["exit"] else ""
    times = ", for the {times}rd time in this run" if "times" in facts else ""
    return fill("The process that each {role} is forked from has ended" + end + times + ".", facts)


def say_unsafe(facts: Facts) -> str:
    libraries = ", ".join(f"{name} {why}" for name, why in facts["libraries"].items())
    return fill(
        "The process that each {role} is forked from cannot be forked any more: ", facts
    ) + (f"{libraries}.")


def say_lost(facts: Facts) -> str:
    count = facts["count"]
    some = say_count(count, "message") if count else "some messages"
    more = "at least " if count and not facts["exact"] else ""
    lost = f"{more}{some} of its kernel were lost on their way."
    return fill("Outputs of cell {cell} are missing: ", facts) + lost


def say_cut(facts: Facts) -> str:
    size, most = say_bytes(facts["bytes"]), say_bytes(facts["most"])
    said = f"{size} of {facts['of']}'s output are left out: a step keeps up to max_output, {most}."
    return f"{said} They are in {facts['log']}."


def say_removed(facts: Facts) -> str:
    how = "is gone"
    if removed := facts["removed"]:
        by = f"`{spell(Command('clean'))}`" if removed["by"] == "clean" else removed["by"]
        how = f"was removed by {by} on {say_when(removed['time'])}"
    elif facts["damaged"]:
        how = fill("was damaged ({file}: {why}) and set aside", facts["damaged"])
    ref = "{ref}: " if facts["ref"] else ""
    return fill(ref + "What {step} made in run {run} ", facts) + f"{how}."


def say_making_again(facts: Facts) -> str:
    newest = ' nbflow.use("latest") reads the newest.' if facts["ref"] else ""
    return fill("`{remedy}` makes it again.", facts) + newest


_UNREAD = {
    "later": "a later version of nbflow wrote it.",
    "earlier": "an earlier version of nbflow wrote it.",
    "unreadable": "the first line of its {log} is damaged; its results are not.",
}
_UNREAD_HINTS = {
    "later": "An upgrade of nbflow reads it.",
    "earlier": "`{remedy}` removes it.",
    "unreadable": "",
}


def say_unread(facts: Facts) -> str:
    run = "Run {run} cannot be read: " if "run" in facts else ""
    return fill(run + _UNREAD[facts["why"]], facts)


def say_unread_hint(facts: Facts) -> str:
    return fill(_UNREAD_HINTS[facts["why"]], facts)


def say_ended_early(facts: Facts) -> str:
    return fill("Cell {cell} ends the notebook before." if facts["cell"] else "", facts)


_ROOM = "`{remedy}` makes room; the setting `store` keeps results elsewhere."
WARNINGS: dict[ProblemCode, Text] = {
    # of a plan
    "other-kernel": Text(
        say_other_kernel,
        "Install it, or choose another in the notebook or by the step's option kernel.",
    ),
    "undeclared-file": Text(say_undeclared, "", "Add to the inputs cell: {remedy}"),
    "undeclared-write": Text(
        "{file} is written by {writer} and used by {users}, but {writer} does not say so: "
        "it cannot be put back.",
        "",
        "Add to {writer}: {remedy}",
    ),
    "guessed-maker": Text(
        "no step says that it makes {file}, but {writer} names it in its code, so that comes "
        "first.",
        "",
        "If it makes the file, add to {writer}: {remedy}",
    ),
    "guessed-read": Text(
        "{file} is read here and written by {writer}, so that comes first.",
        "",
        "Declare it in the inputs cell, by nbflow.file, and add to {writer}: {remedy}",
    ),
    "computed-default": Text(
        "parameter {parameter}: its default `{default}` is not literal, so no result is reused.",
        "Give a value with -p {parameter}, or set a literal default.",
    ),
    # of a run
    "read-while-written": Text(
        "{step} read {file} while {writer} wrote it, in this run at the same time: what {step} "
        "got is chance.",
        "Declare the file there, by nbflow.file, so that {step} waits for {writer}.",
    ),
    "changed-while-run": Text(
        "{file} changed while {step} ran: its result serves this run and is not reused."
    ),
    "put-back": Text(say_put_back),
    "removed-file": Text("{file} is removed: another result of {maker} made it."),
    "damaged-result": Text(
        "The result {result} of {step} was damaged ({file}: {why}). It lies in {aside} now and is "
        "not used any more, nor is what was made from it.",
        "`{remedy}` removes it.",
    ),
    "little-room": Text(say_little_room, _ROOM),
    "left-results": Text(
        "{folder} keeps the results of {project}, which is gone.",
        say_taking_over,
    ),
    "not-on-disk": Text(
        "The disk did not take the result of {step}: {why}. It serves this run, and the next one "
        "may make it again.",
        "Make room, or look after the disk of {folder}.",
    ),
    "not-filled": Text(say_not_filled),
    "plain-client": Text(
        "{why}: notebooks are executed by nbclient's own client, in kernels that are started one "
        "by one. This is slower."
    ),
    "forks-ended": Text(say_fork_end, "It is started again."),
    "forks-given-up": Text(
        say_fork_end,
        "From here on they are started one by one, which takes longer. If memory ran out: run "
        "fewer steps at once (-j 1).",
    ),
    "forks-unsafe": Text(
        say_unsafe,
        "Another one is started without that. Until it is ready, each {role} is started by itself.",
    ),
    "outputs-lost": Text(say_lost, "The cell itself ended as shown."),
    "outputs-cut": Text(say_cut),
    "removed-result": Text(say_removed, say_making_again),
    "unreadable-output": Text("{ref} cannot be shown: {error}"),
    "no-executed-notebook": Text(
        "The notebook of {step}, as run {run} executed it, is gone: its cells cannot be shown."
    ),
    "kernel-killed": Text(
        "The kernel of {step} did not end within {seconds:g} s of its last cell and was killed: "
        "an exit handler, a thread or a child process was still at work. What it had not written "
        "by then is lost.",
        "Let a cell wait for it, or end it.",
    ),
    "cells-beside": Text(
        "The cells of the steps lie in the folder {folder}: with them the page would be too large."
    ),
    # why a run says no more
    "broke-off": Text("{error}"),
    "unread-run": Text(say_unread, say_unread_hint),
    # what to do about a failure
    "full-disk": Text("", _ROOM),
    "full-memory": Text(
        "",
        "If memory ran out: read fewer columns or rows (columns=, where=), or run fewer steps at "
        "once (-j 1).",
    ),
    "too-slow": Text("", "Raise the step's option {option} = {seconds:g}, or let it do less."),
    "nothing-written": Text(
        say_ended_early,
        'Where there is nothing to write, say so: nbflow.write("{name}", None).',
    ),
    "nothing-made": Text(
        "", "Paths in `makes` start at the notebook's folder; mend the path, or take it out."
    ),
}
