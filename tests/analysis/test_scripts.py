"""Scripts that a notebook starts by name count as its files, however it starts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from tests.notebooks import cell, write_pipeline

FILES = {
    "prep.py": "import helper\nprint(1)\n",
    "helper.py": "X = 1\n",
    "sub/prep.py": "import other\n",
    "run.sh": "echo 1\n",
    "tool": "echo 1\n",
    "model.R": "1\n",
}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("!python prep.py", ["prep.py"]),
        ("x = !python prep.py --month 3", ["prep.py"]),
        ("!python -u ./sub/prep.py > out.txt", ["./sub/prep.py"]),
        ("!cd sub && python prep.py", ["sub/prep.py"]),
        ("!bash run.sh; Rscript model.R", ["run.sh", "model.R"]),
        ("!./tool", ["./tool"]),
        ("!source tool", ["tool"]),
        ("%%bash\nset -e\npython prep.py\n./tool x", ["prep.py", "./tool"]),
        (
            "import subprocess, sys\nsubprocess.run([sys.executable, 'prep.py'], check=True)",
            ["prep.py"],
        ),
        ("import subprocess\nsubprocess.check_output('python prep.py', shell=True)", ["prep.py"]),
        ("from subprocess import run\nrun(('bash', 'run.sh'))", ["run.sh"]),
        ("import os\nos.system('sh run.sh')", ["run.sh"]),
        ("%run prep", ["prep.py"]),
        ("%run -i sub/prep.py 1", ["sub/prep.py"]),
        ("!python none.py", []),
        ("!python $name.py; echo prep", []),
        ("print('prep.py')", []),
    ],
)
def test_scripts_are_files_of_the_step(tmp_path: Path, source: str, found: list[str]):
    made = write_pipeline(tmp_path, step=[cell("x = 1", "parameters"), cell(source)], files=FILES)
    step = read_folder(made).steps["step"]
    assert [one.pattern for one in step.files] == found


def test_what_a_script_imports_counts(tmp_path: Path):
    source = "!python prep.py\n!python sub/prep.py\n!python -m helper"
    made = write_pipeline(tmp_path, step=[cell("x = 1", "parameters"), cell(source)], files=FILES)
    assert {"helper", "other", "sub.other"} <= set(read_folder(made).steps["step"].imports)
