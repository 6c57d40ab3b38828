# Needs python3 (3.11+) and make. Every target does its own set-up in $(VENV) and does nothing twice.
VENV ?= .venv
BIN := $(VENV)/bin
CASE ?= examples/anna.yaml

.PHONY: help setup demo studio test lint docs map bench proof clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo    plan for a real case: prints the summary, writes out/anna/report.html'
	@echo 'make studio  a case of your own: opens the studio in the browser, on this machine only'
	@echo 'make test    run the tests'
	@echo 'make lint    style, types, direction of imports, no number without a source'
	@echo 'make docs    build the documentation into docs/_build/html; a warning is an error'
	@echo 'make map     fill the file lists of MAP.md'
	@echo 'make bench   our engine beside its peers, in one run; more of them: pip install scikit-sundae diffrax amici'
	@echo 'make proof   every proof of docs/proof.md: kills, faults, hostile files; writes the figures there'
	@echo 'make setup   only make the environment ($(VENV)); the targets above do it themselves'
	@echo 'make clean   remove everything that was made here'

# One stamp per lock file; each lock is complete by itself. An environment is brought up to date when its lock or the
# metadata of the package changed.
$(VENV)/.runtime: requirements.lock pyproject.toml tools/setup.sh
	@tools/setup.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml tools/setup.sh
	@tools/setup.sh $(VENV) requirements-dev.lock
	@touch $@

$(VENV)/.docs: requirements-docs.lock pyproject.toml tools/setup.sh
	@tools/setup.sh $(VENV) requirements-docs.lock
	@touch $@

setup: $(VENV)/.runtime

demo: setup
	@$(BIN)/cofactor plan $(CASE) --out out/$(basename $(notdir $(CASE)))
	@echo 'A case of your own, in the browser: make studio'

studio: setup
	@$(BIN)/cofactor serve

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/architecture

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo 'docs/_build/html/index.html'

map:
	python3 tools/make_map.py

bench: $(VENV)/.dev
	$(BIN)/python bench/engine.py

proof: $(VENV)/.dev
	$(BIN)/python bench/proof.py

clean:
	rm -rf $(VENV) .tools out docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
