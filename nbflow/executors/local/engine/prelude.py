"""What is executed in an ordinary Python kernel before its first cell."""

from __future__ import annotations

from pathlib import Path

from nbflow.executors.local.engine.kernel_side import MODULE

_SOURCE = Path(__file__).with_name("kernel_side.py")


def make_prelude(call: str = "prepare()") -> str:
    """Return one statement that runs `kernel_side.py` as a module which nobody's namespace holds.

    Nothing of a kernel's own counts as a fault: a kernel that is not ipykernel stays as it is.
    """
    source = _SOURCE.read_text(encoding="utf-8")
    run = f"{source}\ntry:\n    {call}\nexcept Exception:\n    pass\n"
    module = (
        f"__import__('sys').modules.setdefault({MODULE!r}, "
        f"__import__('types').ModuleType({MODULE!r}))"
    )
    once = f"{MODULE!r} in __import__('sys').modules"
    return f"{once} or exec(compile({run!r}, '<nbflow>', 'exec'), vars({module}))"


def make_exit_prelude() -> str:
    """Return the prelude that teaches `exit`, and leaves the kernel else as it is."""
    return make_prelude("teach_exit(sys.modules['IPython'].get_ipython())")


def make_question(ename: str) -> str:
    """Return the expression whose value is the exit code of the error that struck last."""
    return f"__import__('sys').modules[{MODULE!r}].find_code({ename!r})"
