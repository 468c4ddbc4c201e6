"""One-line cells that IPython takes for a magic though no `%` stands there: `pip list`, `cd ..`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbflow.analysis.code.bindings import find_bound_names

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

# The line magics and shell aliases of IPython and ipykernel, and those of autoreload.
MAGICS = frozenset(
    """
    aimport alias alias_magic autoawait autocall automagic autoreload autosave bookmark cat cd clear
    code_wrap colors conda config connect_info cp debug dhist dirs doctest_mode ed edit env gui hist
    history killbgscripts ldir less lf lk ll load load_ext loadpy logoff logon logstart logstate
    logstop ls lsmagic lx macro magic mamba man matplotlib micromamba mkdir more mv notebook page
    pastebin pdb pdef pdoc pfile pinfo pinfo2 pip popd pprint precision prun psearch psource pushd
    pwd pycat pylab qtconsole quickref recall rehashx reload_ext rep rerun reset reset_selective rm
    rmdir run save sc set_env store subshell sx system tb time timeit unalias unload_ext uv who
    who_ls whos xdel xmode
    """.split()  # noqa: SIM905 - a hundred words
)
_LINE = re.compile(r"\s*(\w+)(?:[ \t]+([^=,\s][^\n]*))?\s*")


def make_automagic(source: str, trees: Iterable[ast.Module]) -> str | None:
    """Return a cell that is not Python as the call of a magic; None where IPython calls none.

    IPython calls a magic if the cell is one line, its first word is a magic's name, and no variable
    has that name. `trees` are the notebook's cells, which may set it.
    """
    found = _LINE.fullmatch(source)
    if found is None or found[1] not in MAGICS or _is_bound(found[1], trees):
        return None
    before = source[: found.start(1)].count("\n")
    return (
        "\n" * before + f"get_ipython().run_line_magic({found[1]!r}, {(found[2] or '').strip()!r})"
    )


def _is_bound(name: str, trees: Iterable[ast.Module]) -> bool:
    return any(name in find_bound_names(tree) for tree in trees)
