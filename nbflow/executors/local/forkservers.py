"""The fork servers of an executor: started when needed, started again when they died."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.environments import find_kernel
from nbflow.executors.local import forkserver
from nbflow.executors.local.launch import describe_exit
from nbflow.executors.protocol import STORE
from nbflow.model import make_warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbflow.model import Problem

MOST = 3  # times that one is started; one that ends each time is a fault that a start cannot mend
FILLER = f"{forkserver.MODULES['filler']}.__main__"


class ForkServers:
    """One for kernels, which has imported `imports`, and one for workers. Not for many threads."""

    def __init__(self, imports: Sequence[str]) -> None:
        names = (two for one in imports for two in ((one, FILLER) if one == STORE else (one,)))
        self.imports = {"kernel": tuple(names), "worker": ()}
        self.owners: dict[forkserver.Role, forkserver.Owner | None] = {}  # None: there can be none
        self.starts: dict[forkserver.Role, int] = {}
        self.retired: list[forkserver.Owner] = []  # their kernels live on; they fork no others
        self.left_out: dict[str, str] = {}  # libraries that are unsafe before a fork, and why

    def address(self, role: forkserver.Role) -> str:
        """Return the address of the one that forks these, "" while there is none."""
        owner = self.owners.get(role)
        return owner.address if owner else ""

    def addresses(self) -> tuple[str, str]:
        """Return those of the ones for workers and for kernels."""
        return self.address("worker"), self.address("kernel")

    def start(self, language: str, name: str) -> None:
        """Start the servers that such a kernel needs and that are not there."""
        # First what takes longer.
        if "kernel" not in self.owners and not forkserver.find_obstacle(
            find_kernel(language, name)
        ):
            self._start("kernel")
        if "worker" not in self.owners and not forkserver.find_platform_obstacle():
            self._start("worker")

    def bury(self) -> Iterator[Problem]:
        """Drop servers that died or stopped forking, and yield a warning for each."""
        for role, owner in list(self.owners.items()):
            if owner is None:
                continue
            if owner.is_alive():
                if unsafe := owner.read_unsafe():
                    self.retired.append(owner)
                    self.left_out |= unsafe
                    del self.owners[role]
                    yield make_warning("forks-unsafe", role=role, libraries=unsafe)
                continue
            facts = {"role": role, "exit": _describe_end(owner)}
            owner.close()
            if self.starts[role] < MOST:
                del self.owners[role]
                yield make_warning("forks-ended", **facts)
            else:
                self.owners[role] = None
                yield make_warning("forks-given-up", **facts, times=MOST)

    def close(self, warm: float) -> None:
        """Leave the servers idle for so many seconds, or end them."""
        for owner in (*self.retired, *filter(None, self.owners.values())):
            if warm > 0 and not owner.read_unsafe():
                owner.leave(warm)
            else:
                owner.close()

    def _start(self, role: forkserver.Role) -> None:
        """Start one. If that fails (a full disk), kernels are started as ordinary processes."""
        self.starts[role] = self.starts.get(role, 0) + 1
        try:
            self.owners[role] = forkserver.start(
                self.imports[role], role=role, left_out=self.left_out
            )
        except OSError:
            self.owners[role] = None


def _describe_end(owner: forkserver.Owner) -> str:
    """Return how its process ended, "" where that is not known."""
    code = owner.process.poll() if owner.process is not None else None
    return "" if code is None else describe_exit(code)
