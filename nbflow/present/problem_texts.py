"""The sentence and the remedy of each problem, with its facts in braces; why a file is skipped."""

from __future__ import annotations

from nbflow.model import ProblemCode, SkippedCode
from nbflow.present import file_and_name_texts as names
from nbflow.present import sentence_templates as cases
from nbflow.present.sentence_templates import Sentence, Text
from nbflow.present.warning_texts import WARNINGS

_MEANT = "Did you mean {remedy}?"
_LISTED = 'Names that a loop or a module writes are listed by the option: writes = ["a", "b"].'
_CORRECT = "Correct it."

TEXTS: dict[ProblemCode, Text] = {
    # between steps
    "same-name": Text(
        "{path} and {other} are both the step {step}.",
        "Rename one of them, or leave one out with the setting `exclude`.",
    ),
    "no-notebooks": Text(
        "{folder} holds no notebooks.",
        "Name the folder that holds your notebooks, or begin one with `{remedy}`.",
    ),
    "all-skipped": Text(
        "{folder} holds no steps: all of its notebooks are skipped.", "`{remedy}` says why."
    ),
    "no-tags": Text(
        "{folder} holds no steps: no notebook there has a cell tagged `parameters` or `inputs`.",
        "Tag a cell, for example `{remedy}`.",
        "Tag a cell, for example write `{remedy}` into the line of a cell.",
    ),
    "unknown-after": Text(
        "{step} comes after {after}, its option says, but there is no step {after}.",
        "The steps are: {steps}.",
        _MEANT,
    ),
    "cycle": Text(
        cases.say_cycle, "Move what one of them reads from the others to a step of its own."
    ),
    "disagreement": Text(cases.say_disagreement, "Make them the same, or rename one."),
    # tags and names
    "misspelt-tag": Text(
        "the tag `{tag}` means nothing to nbflow.",
        "Did you mean `{meant}`? `{remedy}`",
        "Did you mean `{meant}`? Write `{remedy}` into its line.",
    ),
    "unreadable-name": Text("The name {name} is not UTF-8.", "Rename it."),
    "foreign-name": Text(
        "Python reads the names of files as {encoding} here, and cannot name {name}.",
        "Set a UTF-8 locale, as LC_ALL=C.UTF-8, or PYTHONUTF8=1.",
    ),
    "unreadable-notebook": Text(names.say_unreadable, names.say_unreadable_hint),
    "bad-step-name": Text(names.say_bad_name, "", "Rename it, for example to {remedy}."),
    # reads
    "malformed-read": Text(cases.say_malformed, "", cases.say_meant_read),
    "unwritten-read": Text(
        cases.say_unwritten,
        'Add nbflow.write("{name}", …) to {writer}, or correct the read.',
        _MEANT,
    ),
    "unknown-read": Text(
        "{step} reads {ref}, but there is no step {writer}.",
        "The steps are: {steps}. Correct the read.",
        _MEANT,
    ),
    "untagged-read": Text(cases.say_untagged_read, cases.say_tagging, cases.say_tagging_by_hand),
    "untagged-writer": Text(
        cases.say_untagged_writer,
        cases.say_tagging_and_reading,
        cases.say_tagging_by_hand,
    ),
    "unknown-table": Text("{ref} is no table of a step: there is no step {step}.", "", _MEANT),
    # calls
    "not-called": Text(
        "{call} is mentioned without being called, so planning cannot follow it.",
        "",
        "Write the call out: {remedy}.",
    ),
    "outside-inputs": Text(
        "{call} is in a cell that is not tagged `inputs`.",
        "Move it to a cell with that tag, or tag this one: `{remedy}`.",
        "Move it to a cell with that tag, or tag this one: write `{remedy}` into its line.",
    ),
    "nested-call": Text(
        "{call} is in {inside}, so planning cannot tell what it reads.",
        "Call it at the top level of the cell, once for each thing that is read.",
    ),
    "write-not-called": Text(
        "nbflow.write is mentioned without being called, so planning cannot follow it.", _LISTED
    ),
    "write-in-loop": Text(
        "{call} is in a loop, and a name is written only once in a run.",
        f"Write it behind the loop, or under a name of its own each time. {_LISTED}",
    ),
    "written-twice": Text(
        '"{name}" is written twice: here and in cell {cell}, line {line}.',
        "Give one of them another name.",
    ),
    "read-not-literal": Text(
        "{call}: what it reads is not a literal text, so planning cannot know it.",
        "",
        "Write the name out: {remedy}.",
    ),
    "write-not-literal": Text(
        "{call}: the name is not a literal text, so planning cannot know it.",
        f"Write the name out. {_LISTED}",
    ),
    "bad-write-name": Text(
        "{call}: a name is letters, digits and _, so that SQL can use it.",
        "",
        "Name it, for example, {remedy}.",
    ),
    "file-not-literal": Text(
        cases.say_unknown_path,
        "",
        "Write it out, as in {remedy}; it may be made of parameters and of names that are set "
        'once above: nbflow.file(PATH), nbflow.file(f"data/{{month:02d}}.csv").',
    ),
    "file-url": Text(
        "{call}: nbflow cannot tell when what lies behind a URL changes.",
        'Read it without nbflow.file, and set the option cache = "6h".',
    ),
    "not-imported": Text(
        "nbflow is used here, but no cell above imports it.",
        "",
        "Put `{remedy}` above: the step fails there.",
    ),
    "starts-run": Text(
        "`{line}` starts a run of this pipeline from within a step of it.",
        "Remove the line: in a run the step fails there.",
    ),
    # cells
    "invalid-python": Text(
        "this cell is not valid Python: {error}.", "Correct it: the step fails there."
    ),
    "half-character": Text(
        "this cell holds half of a character, {escape}, which Python cannot read.",
        "",
        "Write it as the escape {remedy}, or take it out: the step fails there.",
    ),
    "other-python": Text(cases.say_other_python, cases.say_other_python_hint),
    "python-only": Text(
        "nbflow.{function} works in Python only; this notebook's language is {language}.",
        cases.say_python_only_hint,
    ),
    "python-only-writes": Text(
        "the option `writes` lists {names}, but only Python can write them; this notebook's "
        "language is {language}.",
        f"Remove the option. {cases.PYTHON_ONLY['write']}",
    ),
    # SQL
    "sql-not-loaded": Text(
        "{magic} is used before the magics of nbflow are loaded.",
        "",
        "Put `{remedy}` into a cell above this one.",
    ),
    "sql-options": Text("{why}"),
    "invalid-sql": Text("this is not valid SQL: {error}."),
    "unclear-query": Text(
        "{kind} cannot be analysed, so planning cannot know whether it reads {refs}.",
        "",
        "Say what it reads on the first line: `{remedy}`.",
    ),
    "query-not-literal": Text(
        "{call}: the query is not a literal text, so planning cannot know that it reads {refs}.",
        cases.say_reads_hint,
    ),
    # options and settings
    "not-options": Text("{where}: this is {given}, and must be a table of options.", _CORRECT),
    "unknown-option": Text(
        "{where}: unknown option `{option}`.", "Known: {known}.", "Did you mean `{remedy}`?"
    ),
    "bad-option": Text(cases.say_bad_option, _CORRECT),
    "option-twice": Text(
        "the option `{option}` of {step} stands in its notebook and in {file}.",
        "Remove it from one of them.",
    ),
    "unknown-step-setting": Text(
        "{file} has [steps.{step}], but there is no step {step}.", "Remove it.", _MEANT
    ),
    "parameter-misfit": Text(cases.say_misfit, cases.say_misfit_hint),
    "unknown-parameter": Text(
        cases.say_unknown_parameter, cases.say_declared, cases.say_meant_parameter
    ),
    "default-misfit": Text(
        "parameter {parameter} is declared {type}, but its default is {default}.",
        "Correct one of them.",
    ),
    # what was asked for
    "no-such-step": Text("No step is called {step!r}.", "There are: {steps}.", _MEANT),
    "missing-value": Text(
        "{step} needs a value for its parameter {parameter}: add -p {parameter} VALUE, or a "
        "default in {notebook}, cell {cell}.",
        "",
        "Did you mean `{remedy}`?",
    ),
    "unusable-step-name": Text(names.say_unusable_name, "", "Call it {remedy}."),
    "unusable-run-name": Text(names.say_unusable_run_name, "Choose another name."),
    # files
    "missing-file": Text(cases.say_missing_file, cases.say_missing_hint),
    "unreadable-file": Text("{file} cannot be read: {error}.", "Let your user read it."),
    "unknown-value": Text(
        "nbflow.file({pattern!r}) needs the parameter {parameter}, whose value is not known.",
        "Give it with -p {parameter} VALUE, or set a literal default.",
    ),
    "bad-pattern": Text(
        "nbflow.file({pattern!r}) cannot be formatted: {error}.",
        "Braces that are no parameter are written twice: {{{{ }}}}.",
    ),
    "rival-makers": Text(
        "{step} and {other} both make {file}.",
        "Let each write a file of its own: the last to run would decide.",
    ),
    "ambiguous-maker": Text(
        "{step} needs {file}, which does not exist, and no step says that it makes the file: "
        "{writers} all name it in their code.",
        "",
        'Say it in the one that makes it: {remedy}, or by its option makes = ["{file}"].',
    ),
    "foreign-file": Text(
        "{step} needs {file} as {maker} made it, but the file was changed since by somebody else, "
        "and nbflow does not overwrite that.",
        "Remove or rename the file to get back what {maker} made, or run `{remedy}`, whose cells "
        "write it anew.",
    ),
    "missing-input": Text(cases.say_missing_input, "`{remedy}` makes it first."),
    # this machine
    "no-kernel": Text(cases.say_kernel, cases.say_kernel_hint),
    **WARNINGS,
}

SKIPPED: dict[SkippedCode, Sentence] = {
    "untagged": cases.say_untagged,
    "unreadable-folder": "a folder that cannot be read",
    "opened-copies": "copies made by `nbflow open`",
    "results": "results that nbflow keeps",
    "own-project": "a project of its own",
    "report": "reports that nbflow wrote",
    "environment": "an environment",
    "excluded": 'excluded by "{glob}" in {file}',
    "hidden": "hidden",
    "checkpoints": "Jupyter's checkpoints",
    "jupyter-copy": "a copy that Jupyter made",
    "paired": "paired with {other} by jupytext",
    "executed-output": "an executed output of papermill, made from {source}; if it is a source, "
    "remove `papermill` from its metadata",
}
