"""Starts so many ordinary kernels, has each run `work.py` and `wait.py`, and ends them: `COUNT`."""

import sys
import tempfile
from pathlib import Path

from jupyter_client import KernelManager

opened = []
folder = tempfile.mkdtemp()
for number in range(int(sys.argv[1])):
    manager = KernelManager(kernel_name="python3")
    # Not TCP: where many start at once, two may be given the same port, and one of them ends.
    manager.transport, manager.ip = "ipc", f"{folder}/{number}"
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    opened.append((manager, client))
for _, client in opened:
    client.wait_for_ready(timeout=60)
    for name in ("work.py", "wait.py"):
        client.execute(Path(name).read_text(encoding="utf-8"))
for _, client in opened:
    while True:  # the reply to `wait.py` is the last
        message = client.get_shell_msg(timeout=180)
        if message["content"].get("execution_count") == 2:
            break
for manager, client in opened:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
