"""Makes a kernel manager take its kernels from a zygote."""

from __future__ import annotations

import uuid
from typing import Any


def use(manager: Any) -> None:
    """Let this manager of jupyter_client's fork its kernels, before it starts one.

    What cannot be forked is started as ever; no kernelspec need name the provisioner.
    """
    from nbflow.executors.local.forkserver.provisioner import ZygoteProvisioner  # noqa: PLC0415  # jupyter_client

    manager.kernel_id = manager.kernel_id or str(uuid.uuid4())
    manager.provisioner = ZygoteProvisioner(
        kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
    )
