"""Sets up nbflow and each peer in an environment of its own, from the package index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "peers"
LIBRARIES = ("ipykernel", "pandas", "duckdb", "pyarrow")  # what the notebooks import

PEERS: dict[str, tuple[str, ...]] = {
    "nbflow": ("-e", f"{ROOT}[example]"),
    "papermill": ("papermill", "nbclient", *LIBRARIES),
    "ploomber": ("ploomber", *LIBRARIES),
    "snakemake": ("snakemake", "nbconvert", "papermill", *LIBRARIES),
}
SHOWN = {
    "nbflow": (
        "nbflow",
        "papermill",
        "nbclient",
        "jupyter_client",
        "ipykernel",
        "duckdb",
        "pandas",
    ),
    "papermill": ("papermill", "nbclient", "jupyter_client", "ipykernel", "duckdb", "pandas"),
    "ploomber": ("ploomber", "ploomber-engine", "papermill", "ipykernel", "pandas"),
    "snakemake": ("snakemake", "nbconvert", "nbclient", "ipykernel", "pandas"),
}
_LIST = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"


def set_up(peer: str) -> None:
    """Make the peer's environment once; remove `build/peers` to have newer versions."""
    home = FOLDER / peer
    done = home / ".complete"
    if done.exists() and done.read_text(encoding="utf-8") == repr(PEERS[peer]):
        return
    subprocess.run([_uv(), "venv", "-q", "--clear", "--python", sys.executable, home], check=True)
    install = [_uv(), "pip", "install", "-q", "--compile-bytecode", "--python", home, *PEERS[peer]]
    subprocess.run(install, check=True)
    done.write_text(repr(PEERS[peer]), encoding="utf-8")


def find_programs(peer: str) -> Path:
    return FOLDER / peer / "bin"


def make_environment(programs: Path, home: Path) -> dict[str, str]:
    """Return the variables of a new user on this machine, with these programs first."""
    return {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "MPLBACKEND": "agg",
        "PLOOMBER_STATS_ENABLED": "false",
        "PLOOMBER_VERSION_CHECK_DISABLED": "true",
    }


def read_versions() -> dict[str, dict[str, str]]:
    """Return the versions that matter, of each environment that exists."""
    found: dict[str, dict[str, str]] = {}
    for peer, names in SHOWN.items():
        if not (FOLDER / peer / ".complete").exists():
            continue
        answer = subprocess.run(
            [find_programs(peer) / "python", "-c", _LIST],
            check=True,
            capture_output=True,
            text=True,
        )
        versions = {key.replace("-", "_"): one for key, one in json.loads(answer.stdout).items()}
        found[peer] = {name: versions.get(name.replace("-", "_"), "?") for name in names}
    return found


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else "uv"
