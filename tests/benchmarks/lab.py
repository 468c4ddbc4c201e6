"""Where benchmarks happen: sizes, rounds, folders, and commands in a peer's environment."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from tests.benchmarks import peers
from tests.benchmarks.measure import Sample, end_orphans, take_turns, time_command

NBFLOW = "nbflow"
SCRIPTS = Path(__file__).with_name("scripts")


class Sizes(msgspec.Struct, frozen=True):
    """How much of everything."""

    short: int = 30  # steps of a chain
    long: int = 60
    notebooks: int = 1000
    fat: int = 50  # of them, with 5 MB of outputs
    loop: int = 10  # steps of the author's pipeline
    cells: int = 100  # with 100 kB of output each
    lines: int = 1000  # cells that print one
    kernels: int = 8
    rows: int = 5_000_000
    scale: tuple[int, ...] = (10, 100, 1000, 10_000)


SMALL = Sizes(
    short=3, long=6, notebooks=20, fat=2, loop=3, cells=5, lines=20, kernels=2, rows=100_000, scale=(10, 100, 200)
)  # fmt: skip


class Command(msgspec.Struct, frozen=True):
    """A command line, the folder that it runs in, and whose environment it needs."""

    peer: str
    words: tuple[str, ...]
    folder: Path
    expect: str = ""  # what it says when it did what it should


class Lab:
    """One run of the benchmarks."""

    def __init__(self, *, rounds: int, slow: int, sizes: Sizes, here: bool = False) -> None:
        """Prepare it; `here` runs all in the environment at hand, without peers of their own."""
        self._here = here
        self.rounds = rounds
        self.slow = slow  # rounds of peers that take minutes
        self.sizes = sizes
        self.folder = Path(tempfile.mkdtemp(prefix="nbflow-bench-"))
        self._count = itertools.count()
        (self.folder / "home" / "run").mkdir(parents=True, mode=0o700)

    def close(self) -> None:
        end_orphans()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, command: Command, *, keep: bool = False) -> Sample:
        """Time a command; `keep` lets a warm fork server live on, and else the next one starts cold."""
        environment = self.find_environment(command.peer)
        sample = time_command(
            list(command.words), command.folder, environment, expect=command.expect, keep=keep
        )
        if not keep:
            self._forget()
        return sample

    def _forget(self) -> None:
        """Remove what tells of warm servers, which are dead."""
        place = self.folder / "home" / "run"
        shutil.rmtree(place)
        place.mkdir(mode=0o700)

    def find_environment(self, peer: str) -> dict[str, str]:
        """Return the variables for the peer's programs; its environment is made when first asked."""
        if self._here:
            return peers.make_environment(Path(sys.executable).parent, self.folder / "home")
        peers.set_up(peer)
        return peers.make_environment(peers.find_programs(peer), self.folder / "home")

    @contextlib.contextmanager
    def fresh(self) -> Iterator[Path]:
        """Give an empty folder, and remove it."""
        folder = self.folder / str(next(self._count))
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def time_fresh(self, make: Callable[[Path, int], Command], size: int) -> Callable[[], Sample]:
        """Return what makes a pipeline of that size in an empty folder and times its command."""

        def measure() -> Sample:
            with self.fresh() as folder:
                return self.run(make(folder, size))

        return measure

    def take_turns(
        self, measures: Mapping[str, Callable[[], Sample]], slow: Sequence[str] = ()
    ) -> dict[str, list[Sample]]:
        """Measure A B A B, the slow ones for fewer rounds."""
        rounds = {who: self.slow if who in slow else self.rounds for who in measures}
        return take_turns(measures, rounds)


def get_seconds(samples: Sequence[Sample]) -> tuple[float, ...]:
    return tuple(sample.seconds for sample in samples)


def get_cpu(samples: Mapping[str, Sequence[Sample]]) -> dict[str, tuple[float, ...]]:
    return {who: tuple(sample.cpu for sample in taken) for who, taken in samples.items()}
