"""Makes a kernel manager take its kernels from a fork server."""

from __future__ import annotations

import uuid
from typing import Any


def use(manager: Any, needs: tuple[str, ...] | None = None, *, more: bool = True) -> None:
    """Let this manager of jupyter_client's fork its kernels, before it starts one.

    A kernel that cannot be forked is started as ever; no kernelspec need name the provisioner.
    `needs` and `more` are said with the request for a kernel.
    """
    from nbflow.executors.local.forkserver.provisioner import ForkProvisioner  # noqa: PLC0415  # jupyter_client

    manager.kernel_id = manager.kernel_id or str(uuid.uuid4())
    manager.provisioner = ForkProvisioner(
        kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
    )
    manager.provisioner.needs, manager.provisioner.more = needs, more
