# Everything a person needs: `make run` shows what TOIN does, `make test` proves it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
HOME_DIR ?= .toin

.PHONY: help install run test long quick check definitions bench dev dashboard defaults requirements clean
.DEFAULT_GOAL := help

help:            ## what can be made
	@grep -hE '^[a-z-]+: *.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */: /' | sort

install: $(VENV)/.installed   ## the pinned parts and the project itself, into .venv
$(VENV)/.installed: pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); \
	  sys.exit(None if ok else f"TOIN needs Python 3.11 to 3.13, $(PYTHON) is {sys.version.split()[0]}; try make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

run: install     ## the main job on the bundled data: traffic, evidence, publication, traffic again
	$(BIN)/toin run --home $(HOME_DIR)

test: install    ## all tests but those that take minutes each
	$(BIN)/python -m pytest -m "not long"

long: install    ## the tests that take minutes together: browsers, a cluster, kills, restarts
	$(BIN)/python -m pytest -m long

quick: install   ## the tests that take under two minutes together
	$(BIN)/python -m pytest -m "not slow"

check: install   ## lint, format, types, who may import whom, packaged defaults
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pipelines.defaults --check

definitions: install ## Dagster's own check of the definitions, with its usage reporting off
	@home=$$(mktemp -d) && cp dagster.yaml "$$home" && trap 'rm -rf "$$home"' EXIT && \
	  DAGSTER_HOME="$$home" $(BIN)/dg check defs

dev: install     ## Dagster's own UI, with a persistent home
	$(BIN)/toin dev --home $(HOME_DIR)

dashboard: install ## savings and accuracy in the browser
	$(BIN)/toin dashboard --home $(HOME_DIR)

DATA ?=
defaults: install ## publish the package's defaults anew (DATA=folder: on the full data sets)
	$(BIN)/python -m pipelines.defaults $(if $(DATA),--data $(DATA))

PEER := .venv-peer
$(PEER)/.installed: requirements/bench.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/bench.txt
	@touch $@

bench: install $(PEER)/.installed ## the engine beside headroom-ai (DATA=folder: on real inputs too)
	$(BIN)/python -m benchmarks.engine --peer $(PEER)/bin/python $(if $(DATA),--data $(DATA)) --out docs/benchmark.md

requirements:    ## compile the pins anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra pipelines --extra dashboards --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements/run.txt
	uv pip compile pyproject.toml --extra pipelines --extra dashboards --extra model --extra proxy --extra mcp --extra dev -c requirements/run.txt --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements/dev.txt
	uv pip compile pyproject.toml --extra learning -c requirements/run.txt --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements/learning.txt
	printf 'headroom-ai==0.42.0\ntiktoken\n' | uv pip compile - --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements/bench.txt

clean:           ## remove what was installed (a home is never removed)
	rm -rf $(VENV) $(PEER) build dist *.egg-info
