"""Where to find a test, and how to write one.

A folder has the tests of the package of the same name: tests/planning those of nbflow/planning.
These have other names:

    worker, forkserver      nbflow/executors/local: how a job is executed, and its processes
    browser                 the panel and the graph in JupyterLab, in a headless Chromium
    benchmarks              no tests: measures nbflow beside its peers; `quick` is part of CI
    papermill               papermill's own tests, with nbflow's engine
    test_run.py, test_handed_files.py, test_nothing_changed.py
                            whole runs of small pipelines, by Python
    test_example_run.py, test_examples.py, test_docs.py, test_readme.py
                            what is shipped and written down is true: the example, the pages

What tests are made with:

    notebooks.py            `project`, `notebook`, `cell`: real notebooks, written where the test is
    worker/jobs.py          a job for a worker, and what it left
    forkserver/kernels.py   a kernel to run code in
    cli/runs.py             a past run, without executing one
    storage/frames.py       tables of every type
    browser/panels.py       a notebook in JupyterLab, and the panel in it
    console.py              the commands of a page, run as a reader would

Marks, which make targets choose by:

    (none)                  starts no kernel: `make test-fast`
    kernel                  executes notebooks: `make test`
    browser                 needs JupyterLab: `make test-browser`

Runs in tests leave the processes that kernels are forked from to the next run, as users' runs do;
a test about these processes uses the fixture `cold`. A test waits for what happens (a file, an
event in the log, a process's end), for a minute at most, and never for some time. Other versions
of libraries and of Python are tested with `@tests/other_versions.txt`.
"""
