"""What a form holds, without any widget: values, what is wrong with them, and named sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nbflow.errors import ParameterError
from nbflow.panel.form_fields import Field
from nbflow.panel.form_inputs import UNSET, is_same
from nbflow.panel.value_sets import read_sets, remove_set, save_set
from nbflow.workspace.pipeline_folder import PipelineFolder

DEFAULTS = "Defaults"
CHANGED = ""  # the choice where the form holds no set's values; no set has this name

Held = tuple[Any, str]  # a JSON form (UNSET: the default), and why the field's text is no value


class UnfitError(ParameterError):
    """Values in the form that do not fit: each field says why."""


class FormValues:
    """The values that a person chose; `changed` is called after each change."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.fields: list[Field] = []
        self.forms: dict[str, Any] = {}  # by key: JSON forms that differ from the default
        self.wrong: dict[str, str] = {}  # by key: why what a field shows is no value
        self.sets: dict[str, dict[str, Any]] = {}
        self.chosen = DEFAULTS  # the set that was chosen last
        self._of_chosen: dict[str, Any] = {}  # its values, as far as there are fields for them
        self._changed = changed

    def set_fields(self, fields: list[Field]) -> None:
        """Take other fields; the values of fields that remain are kept."""
        if fields == self.fields:
            return
        known = {field.key for field in fields}
        self.fields, self.wrong = fields, {}
        self.forms = {key: form for key, form in self.forms.items() if key in known}
        self._tell()

    def find(self, key: str) -> Held:
        """Return what a field holds."""
        return self.forms.get(key, UNSET), self.wrong.get(key, "")

    def take(self, key: str, form: Any, wrong: str = "") -> None:
        """Take what a field holds now; with `wrong`, its text is no value."""
        if is_same(self.find(key)[0], form) and wrong == self.wrong.get(key, ""):
            return
        self.forms.pop(key, None)
        self.wrong.pop(key, None)
        if wrong:
            self.wrong[key] = wrong
        elif form is not UNSET:
            self.forms[key] = form
        self._tell()

    def replace(self, forms: Mapping[str, Any]) -> list[str]:
        """Take these values, and defaults for the rest; return the keys that no field has."""
        known = {field.key: field.default for field in self.fields}
        self.wrong = {}
        self.forms = {
            key: form
            for key, form in forms.items()
            if key in known and not is_same(form, known[key])
        }
        self._tell()
        return [key for key in forms if key not in known]

    def refuse_wrong(self) -> None:
        """Raise UnfitError if a text is no value."""
        if self.wrong:
            raise UnfitError(f"Does not fit yet, see below: {', '.join(self.wrong)}.")

    # --- named sets ---------------------------------------------------------------------------

    @property
    def choice(self) -> str:
        """The name of the set whose values the form holds; CHANGED if it holds others."""
        same = not self.wrong and self.forms == self._of_chosen
        return self.chosen if same else CHANGED

    def read_sets(self, pipeline: PipelineFolder) -> None:
        """Read the sets of a pipeline; raises StoreError for a damaged file."""
        self.sets = read_sets(pipeline)
        if self.chosen not in self.sets:
            self.chosen, self._of_chosen = DEFAULTS, {}
        self._tell()

    def use_set(self, name: str) -> list[str]:
        """Take the values of a set; return those of its keys that no field has any more."""
        self.chosen = name
        missing = self.replace(self.sets.get(name, {}))
        self._of_chosen = dict(self.forms)
        self._tell()
        return missing

    def save_set(self, pipeline: PipelineFolder, typed: str) -> None:
        """Save the values under the typed name, or under the chosen set's if none is typed."""
        name = _check_name(typed.strip(), self.chosen)
        if self.wrong:
            raise ParameterError("Not saved: correct the value in red first.")
        save_set(pipeline, name, self.forms)
        self.chosen, self._of_chosen = name, dict(self.forms)
        self.read_sets(pipeline)

    def remove_set(self, pipeline: PipelineFolder) -> None:
        """Remove the chosen set; the form keeps its values."""
        remove_set(pipeline, self.chosen)
        self.read_sets(pipeline)

    def _tell(self) -> None:
        if not self.forms and not self.wrong:
            self.chosen, self._of_chosen = DEFAULTS, {}
        self._changed()


def _check_name(typed: str, chosen: str) -> str:
    if typed.casefold() == DEFAULTS.casefold():
        raise ParameterError(
            f"“{DEFAULTS}” always stands for the values in the notebooks. Type another name."
        )
    if not typed and chosen == DEFAULTS:
        raise ParameterError("Type a name for these values, beside “Save”.")
    return typed or chosen
