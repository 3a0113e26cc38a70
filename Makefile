# Doorlight. `make` alone prints this list.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TOOLED := $(VENV)/.tooled
PIP := $(RUN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install emulate test check bench pictures prove

help:  ## print this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: $(INSTALLED)  ## make .venv with everything in it, from the locked list

$(INSTALLED): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Doorlight needs Python 3.11 or newer: make PYTHON=python3.13")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TOOLED): $(INSTALLED) requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

emulate: $(INSTALLED)  ## a meeting-room door on this terminal: pretended office, real door
	@$(RUN)/doorlight emulate $(ARGS)

test: $(TOOLED)  ## the test suite
	$(RUN)/python -m pytest -m "not prove" -n auto --dist worksteal $(ARGS)

check: $(TOOLED)  ## format, lint, types, import contracts, unit files, tests
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/python -m pytest -m "not prove" -n auto --dist worksteal $(ARGS)

bench: $(TOOLED)  ## the figures of the README, each beside its floor measured in the same run
	$(RUN)/python -m bench $(ARGS)

pictures: $(TOOLED)  ## draw every screen in a real terminal (needs root and Debian's packages)
	$(RUN)/python -m bench.pictures $(ARGS)

prove: $(TOOLED)  ## the long proofs: a million steps, a thousand kills, a hundred thousand hostile texts
	$(RUN)/python -m pytest -m prove $(ARGS)
