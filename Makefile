.POSIX:
.PHONY: demo test test-fast test-browser test-papermill lowest smoke extension docs second-python bench bench-quick \
        check format clean

PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
UV = $(BIN)/uv pip install -q
MANAGER = build/html-manager/package/dist/embed.js

# The main job on real input: nine notebooks over the 336,776 flights of 2013.
demo: $(VENV)/.demo
	$(BIN)/nbflow run notebooks
	@echo 'To type nbflow as above: . $(BIN)/activate'

# Every test that needs no browser, and all checks. Tests of one file share what runs leave to the next.
test: check
	$(BIN)/pytest -n 2 --dist loadfile -m "not browser"

# Only those that start no kernel: about a minute on two cores.
test-fast: $(VENV)/.test
	$(BIN)/pytest -q -n logical --dist worksteal -m "not kernel and not browser"

# JupyterLab in a headless Chromium (Debian: apt-get install chromium).
test-browser: $(VENV)/.browser $(MANAGER)
	$(BIN)/pytest -n 2 -m browser

# papermill's own tests, with the engine of nbflow as the default.
test-papermill: $(VENV)/.uv
	$(BIN)/uv venv -q --clear --python $(PYTHON) build/suite
	$(UV) --python build/suite -e . pytest --group papermill-suite
	build/suite/bin/python -m tests.papermill

# The oldest versions that pyproject.toml allows must work too.
lowest: $(VENV)/.uv
	$(BIN)/uv venv -q --clear --python $(PYTHON) build/lowest
	$(UV) --python build/lowest --resolution lowest-direct -e ".[example]" --group test
	build/lowest/bin/pytest -q -n 2 @tests/other_versions.txt
	build/lowest/bin/pytest -q tests/test_readme.py

# The bare wheel, without what developers have, runs the example that it ships.
smoke: $(VENV)/.uv
	rm -rf build/wheel build/smoke
	$(BIN)/uv build -q --wheel --out-dir build/wheel
	$(BIN)/uv venv -q --clear --python $(PYTHON) build/bare
	$(UV) --python build/bare --reinstall-package jupyter-nbflow build/wheel/*.whl
	build/bare/bin/nbflow demo build/smoke

# The TypeScript of the graph: checked, tested, and built as committed, so that a wheel needs no node.
extension:
	cd extension && npm ci && npm run lint && npm test && npm run build
	git diff --exit-code nbflow/panel/static nbflow/present/html/static

# The example and the tests that another Python can fail, on Debian's Python 3.13. Needs root.
second-python:
	tests/second_python.sh

# The documentation, where a warning is an error, and the report of the example beside it.
docs: $(VENV)/.test
	$(UV) --python $(BIN)/python --group docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	$(BIN)/nbflow run notebooks --report=build/docs/report.html

# Beside its peers, each in an environment of its own: an hour, on a machine with nothing else to do.
bench: $(VENV)/.test
	$(BIN)/python -m tests.benchmarks

# Seconds: what is run is right, and nothing is far too slow.
bench-quick: $(VENV)/.test
	$(BIN)/python -m tests.benchmarks.quick

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.uv: $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check uv
	touch $@

$(VENV)/.demo: $(VENV)/.uv pyproject.toml
	$(UV) --python $(BIN)/python -e ".[example]"
	touch $@

$(VENV)/.test: $(VENV)/.uv pyproject.toml
	$(UV) --python $(BIN)/python -e ".[example]" --group test --group check
	touch $@

$(VENV)/.browser: $(VENV)/.test
	$(UV) --python $(BIN)/python --group browser
	touch $@

# What draws widgets in exported HTML: one file of an npm package. Without npm its test is skipped.
$(MANAGER):
	mkdir -p build/html-manager
	-cd build/html-manager && npm pack --silent @jupyter-widgets/html-manager@1.0.15 && tar -xzf *.tgz
