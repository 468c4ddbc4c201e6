"""Reads what a step's key depends on, except for its inputs."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from nbflow import environments as kernels
from nbflow.analysis.code.imports import ModuleFile, Search, read_closure
from nbflow.base.hashing import hash_file
from nbflow.base.stat_cache import FileCache, keep_answers
from nbflow.errors import KernelError
from nbflow.model import Environment, Parameter, Parts, Place, Problem, Reason, Step, make_warning
from nbflow.planning.decide import Prepared
from nbflow.planning.parameter_values import find_open_defaults, make_effective
from nbflow.workspace.pipeline_folder import PipelineFolder

Asked = tuple[str, str, str]  # language, the notebook's kernel, the option's
_SPARE = 20_000  # hashes of files that this plan did not need, and another may


@contextlib.contextmanager
def preparing(pipeline: PipelineFolder) -> Iterator[Preparing]:
    """Give the object that prepares the steps of one plan."""
    with (
        keep_answers(pipeline, "files", str, spare=_SPARE) as files,
        keep_answers(pipeline, "modules", ModuleFile, spare=_SPARE) as modules,
    ):
        yield Preparing(pipeline, files, modules)


class Preparing:
    """Prepares steps; each kernel, module and file is looked up once for all of them."""

    def __init__(
        self, pipeline: PipelineFolder, files: FileCache[str], modules: FileCache[ModuleFile]
    ) -> None:
        self._pipeline, self._files = pipeline, files
        self._search = Search(modules)
        self._kernels: dict[Asked, tuple[kernels.Kernel, Environment]] = {}
        self._find_folder = functools.cache(pipeline.project.root.joinpath)

    def prepare(self, step: Step, overrides: dict[str, Any], *, force: bool) -> Prepared:
        """Read what the step's key depends on, except for its files: see `Traffic.find`.

        Raises NbflowError for what cannot be read.
        """
        kernel, environment = self._read_kernel(step)
        open_defaults = find_open_defaults(step, overrides)
        return Prepared(
            step=step,
            parts=self._read_parts(step, overrides, environment),
            kernel=kernel.name,
            path=environment.path,
            overrides=overrides,
            force=force,
            never=_find_never(step, open_defaults),
            warnings=tuple(_make_warnings(kernel, open_defaults)),
        )

    def read_hash(self, path: Path) -> str:
        """Return the hash of a file's content; raises OSError."""
        return self._files.get(str(path), lambda _: hash_file(path))

    def look_again(self) -> None:
        """Read each file's stamp again: files may have changed since the last look."""
        self._files.look_again()

    def hash_module(self, path: Path) -> str:
        """Return the hash of what counts in a module's file; raises OSError."""
        if path.suffix == ".py":
            return self._search.read_file(str(path)).hash
        return self.read_hash(path)

    def _read_kernel(self, step: Step) -> tuple[kernels.Kernel, Environment]:
        asked = ask_kernel(step)
        if asked not in self._kernels:
            try:
                self._kernels[asked] = look_up(self._pipeline, asked)
            except KernelError as error:
                place = Place(step.path)
                found = [replace(one, place=place) for one in error.problems]
                raise KernelError(*error.args, problems=found) from error
        return self._kernels[asked]

    def _read_parts(
        self, step: Step, overrides: Mapping[str, Any], environment: Environment
    ) -> Parts:
        root, folder = self._pipeline.project.root, self._find_folder(step.path.rpartition("/")[0])
        effective = make_effective(step, overrides)
        closure = read_closure(step.imports, folder, environment.path, root, self._search)
        return Parts(
            code=step.cells,
            parameters=effective,
            modules=closure.modules,
            environment=kernels.make_environment(environment, closure.imports),
        )


def ask_kernel(step: Step) -> Asked:
    """Return the language and the names that a step's kernel is found by."""
    return step.language, step.kernel, step.options.kernel


def look_up(pipeline: PipelineFolder, asked: Asked) -> tuple[kernels.Kernel, Environment]:
    """Return a kernel and what is installed there; KernelError where there is none that works."""
    kernel = kernels.find_kernel(*asked)
    return kernel, kernels.read_environment(kernel, kernels.find_cache(), pipeline.cache)


def _make_warnings(kernel: kernels.Kernel, open_defaults: list[Parameter]) -> Iterator[Problem]:
    if kernel.warning:
        yield kernel.warning
    for one in open_defaults:
        yield make_warning("computed-default", parameter=one.name, default=one.default)


def _find_never(step: Step, open_defaults: list[Parameter]) -> Reason | None:
    if step.options.cache is False:
        return Reason("cache-off")
    return Reason("open-default", open_defaults[0].name) if open_defaults else None
