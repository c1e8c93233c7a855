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
PIP_INSTALL := $(BIN)/python -m pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

.DEFAULT_GOAL := help
.PHONY: help install test lint format demo screenshots clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */\1\t/' | expand -t 13

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

screenshots: $(STAMP) ## make Resources/Screenshots again (needs the bundled model)
	MPLBACKEND=Agg QT_QPA_PLATFORM=offscreen $(BIN)/python Testing/make_screenshots.py $(SCREENSHOT_ARGS)

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
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
