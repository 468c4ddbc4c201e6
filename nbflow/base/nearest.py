"""The name that somebody meant: of the names that there are, the one most like what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def find_nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known name that is most like `name`; "" where none is.

    Upper and lower case count as the same. `cutoff` is how much alike they must be, at most 1.
    """
    import difflib  # noqa: PLC0415 - only for a name that is wrong

    folded = {each.casefold(): each for each in sorted(known)}
    near = difflib.get_close_matches(name.casefold(), folded, 1, cutoff)
    return folded[near[0]] if near else ""


def say_nearest(name: str, known: Iterable[str], show: Callable[[str], str] = str) -> str:
    """Return `Did you mean month?`, or all the names that there are."""
    names = sorted(set(known))
    if near := find_nearest(name, names):
        return f"Did you mean {show(near)}?"
    return f"There are: {', '.join(names)}." if names else "There are none."
