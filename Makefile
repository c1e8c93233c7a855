# Every target works on a fresh machine with Python 3.10 or newer, make and internet: it sets up .venv first.
# On Linux, PyPI's torch brings CUDA (gigabytes); make test TORCH_INDEX=https://download.pytorch.org/whl/cpu avoids it.

PYTHON ?= python3
VENV ?= .venv
TORCH_INDEX ?=
WORKERS ?= 2
PYTEST_ARGS ?=
DEMO_ARGS ?=
SCREENSHOT_ARGS ?=

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.installed
RUN_STAMP := $(VENV)/.installed-to-run
# The browser app brings a Slicer core other than the one that the module is tested with: an environment of its own.
APP_VENV ?= .venv-app
APP_BIN := $(APP_VENV)/$(notdir $(BIN))
APP_STAMP := $(APP_VENV)/.installed
APP_TEST_STAMP := $(APP_VENV)/.installed-to-test
APP_FILE ?= $(wildcard Resources/Sample/*_Chimap.nii.gz)
APP_ARGS ?=
PIP_INSTALL := $(BIN)/python -m pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

APP_PYTEST := OMP_NUM_THREADS=1 MPLBACKEND=Agg $(APP_BIN)/python -m pytest
APP_INSTALL := $(subst $(BIN)/,$(APP_BIN)/,$(PIP_INSTALL)) --constraint Testing/constraints.txt

# The documentation's pages need neither torch nor the package itself: an environment of its own, too.
DOCS_VENV ?= .venv-docs
DOCS_BIN := $(DOCS_VENV)/$(notdir $(BIN))
DOCS_STAMP := $(DOCS_VENV)/.installed
# Checks of what is published, with tools that nothing else needs.
TOOLS_VENV ?= .venv-tools
TOOLS_BIN := $(TOOLS_VENV)/$(notdir $(BIN))
TOOLS_STAMP := $(TOOLS_VENV)/.installed
# What a run needs and nothing else, for the list of licences: .venv holds the tests' packages, too.
RUN_VENV ?= .venv-run
RUN_BIN := $(RUN_VENV)/$(notdir $(BIN))

.DEFAULT_GOAL := help
.PHONY: help install test test-app lint format demo app screenshots screenshots-app docs test-extension coverage wheel bids-check container-lint licences translations clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 17

install: $(STAMP) ## set up .venv with everything that development needs

# Rebuilt only when what is to be installed changes; the package itself is installed in place (editable).
$(STAMP): pyproject.toml Testing/constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --constraint Testing/constraints.txt --editable ".[test,dev]"
	touch $(STAMP)

# Only what segmenting needs: a smaller download than the tests'.
$(RUN_STAMP): pyproject.toml Testing/constraints.txt | $(BIN)/python
	$(PIP_INSTALL) --constraint Testing/constraints.txt --editable .
	touch $(RUN_STAMP)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "Python 3.10 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

demo: $(RUN_STAMP) ## segment the bundled sample, compare with the truth
	$(BIN)/python -m DGMSegmentationLib demo $(DEMO_ARGS)

app: $(APP_STAMP) ## open the bundled sample in the browser (another file: make app APP_FILE=...)
	$(APP_BIN)/python -m DGMSegmentationLib app $(APP_ARGS) $(APP_FILE)

$(APP_STAMP): pyproject.toml Testing/constraints.txt | $(APP_BIN)/python
	$(APP_INSTALL) --editable ".[app]"
	touch $(APP_STAMP)

$(APP_TEST_STAMP): pyproject.toml Testing/constraints.txt | $(APP_BIN)/python
	$(APP_INSTALL) --editable ".[test-app]"
	touch $(APP_TEST_STAMP)

$(APP_BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "Python 3.10 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(APP_VENV)

# In real Chromium, which must be there (Debian: apt-get install chromium); skipped with a reason where it is not.
# Two runs: the browser's driver keeps an event loop in its process, in which the other tests could not start theirs.
test-app: $(APP_TEST_STAMP) ## run the browser app's tests
	$(APP_PYTEST) Testing/app/test_app_routes.py Testing/app/test_app_editor.py Testing/app/test_app_controls.py \
		Testing/app/test_app_adapting.py Testing/app/test_app_reading.py Testing/app/test_app_brush.py Testing/app/test_app_room.py \
		$(PYTEST_ARGS)
	$(APP_PYTEST) Testing/app/test_app.py Testing/app/test_app_page.py Testing/app/test_app_study.py \
		Testing/app/test_app_language.py Testing/app/test_app_keyboard.py Testing/app/test_app_two_readers.py $(PYTEST_ARGS)

screenshots-app: $(APP_TEST_STAMP) ## make the browser app's pictures again (needs the bundled model and Chromium)
	MPLBACKEND=Agg $(APP_BIN)/python Testing/release/make_app_screenshots.py $(SCREENSHOT_ARGS)

screenshots: $(STAMP) ## make Resources/Screenshots again (needs the bundled model)
	MPLBACKEND=Agg QT_QPA_PLATFORM=offscreen $(BIN)/python Testing/release/make_screenshots.py $(SCREENSHOT_ARGS)

docs: $(DOCS_STAMP) ## make the documentation's pages in build/site (a warning or a broken link is an error)
	NO_MKDOCS_2_WARNING=1 $(DOCS_BIN)/python -m mkdocs build --strict

$(DOCS_STAMP): Docs/site/requirements.txt
	$(PYTHON) -m venv $(DOCS_VENV)
	$(DOCS_BIN)/python -m pip install --quiet --requirement Docs/site/requirements.txt
	touch $(DOCS_STAMP)

# The extension as CMake installs it, its metadata, the panel's self test.
test-extension: $(STAMP) ## check the extension's package for 3D Slicer
	OMP_NUM_THREADS=1 MPLBACKEND=Agg $(BIN)/python -m pytest Testing/project/test_packaging.py Testing/panel/test_panel.py $(PYTEST_ARGS)

coverage: $(STAMP) ## run the tests and report the lines of the library that they reach (fails below 90 %)
	$(BIN)/python -m pip install --quiet pytest-cov
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 KERAS_BACKEND=torch MPLBACKEND=Agg $(BIN)/python -m pytest -n $(WORKERS) \
	  --cov=DGMSegmentationLib --cov-report=term-missing:skip-covered --cov-report=xml --cov-fail-under=90 $(PYTEST_ARGS)

$(TOOLS_STAMP): Testing/release/tools.txt
	$(PYTHON) -m venv $(TOOLS_VENV)
	$(TOOLS_BIN)/python -m pip install --quiet --requirement Testing/release/tools.txt
	touch $(TOOLS_STAMP)

wheel: $(TOOLS_STAMP) ## build wheel and source archive in dist/ and check them (below 8 MB)
	rm -rf dist
	$(TOOLS_BIN)/python -m build --outdir dist
	$(TOOLS_BIN)/python -m twine check --strict dist/*
	$(TOOLS_BIN)/python Testing/release/check_wheel.py dist

bids-check: $(STAMP) $(TOOLS_STAMP) ## run dgmseg-bids on a small study and give all to the BIDS validator
	OMP_NUM_THREADS=1 $(BIN)/python Testing/release/check_bids.py $(TOOLS_BIN)/bids-validator-deno

container-lint: $(TOOLS_STAMP) ## check Resources/Container/Dockerfile by hadolint's rules
	$(TOOLS_BIN)/tally lint --slow-checks off --select "hadolint/*" --ignore "tally/*" --ignore hadolint/DL3057 --fail-level warning Resources/Container/Dockerfile

licences: $(TOOLS_STAMP) ## write build/licences/: a bill of materials (CycloneDX) and the licences of all that a run installs
	$(MAKE) VENV=$(RUN_VENV) $(RUN_VENV)/.installed-to-run
	mkdir -p build/licences
	$(TOOLS_BIN)/cyclonedx-py environment $(RUN_BIN)/python --pyproject pyproject.toml --output-file build/licences/sbom.cdx.json
	$(TOOLS_BIN)/pip-licenses --python $(RUN_BIN)/python --with-urls --format markdown --output-file build/licences/licences.md

translations: ## bring the .ts files up to the code, make .qm files where lrelease is installed
	$(PYTHON) Testing/release/make_translations.py

# One thread a worker: two workers with one thread each beat one process with two threads on small volumes.
test: $(STAMP) ## run the tests
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 KERAS_BACKEND=torch MPLBACKEND=Agg $(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

lint: $(STAMP) ## check style and types
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

format: $(STAMP) ## bring the code into the project's format
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

clean: ## remove .venv and everything that was built
	rm -rf $(VENV) $(APP_VENV) $(DOCS_VENV) $(TOOLS_VENV) $(RUN_VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
