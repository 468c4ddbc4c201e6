"""How jupyter_client starts `nbflow-own`, the kernel in nbflow's own interpreter."""

from __future__ import annotations

import functools
import sys
from typing import Any

from nbflow.base.tried_versions import find_plain_reason
from nbflow.environments.find import OWN, OWN_ARGUMENTS, find_folders


@functools.cache
def make_manager_class() -> Any:
    """Return a class of kernel managers that knows every installed kernelspec and `nbflow-own`.

    For a worker: `NotebookClient(nb, kernel_name=kernel.name, kernel_manager_class=
    make_manager_class())`, or one manager alone: `make_manager_class()(kernel_name=kernel.name)`.
    `nbflow-own` runs `sys.executable` whatever kernelspecs are installed, and none need be.
    """
    from jupyter_client import AsyncKernelManager  # noqa: PLC0415  # 450 ms
    from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415
    from traitlets import default  # noqa: PLC0415

    class OwnSpecs(KernelSpecManager):  # type: ignore[misc]
        @default("kernel_dirs")
        def _find_dirs(self) -> list[str]:  # its own way imports IPython
            return [str(folder) for folder in find_folders()]

        def get_kernel_spec(self, kernel_name: str) -> Any:
            if kernel_name != OWN:
                return super().get_kernel_spec(kernel_name)
            argv = [sys.executable, *OWN_ARGUMENTS]
            return self.kernel_spec_class(argv=argv, display_name=OWN, language="python")

    class Manager(AsyncKernelManager):  # type: ignore[misc]
        @default("kernel_spec_manager")
        def _own_specs(self) -> OwnSpecs:
            return OwnSpecs(parent=self)

        async def start_kernel(self, **options: Any) -> None:
            """Start without the 10 ms that jupyter_client sleeps for its own tests."""
            start = AsyncKernelManager.start_kernel
            if not find_plain_reason():
                start = getattr(start, "__wrapped__", start)
            await start(self, **options)

    return Manager
