# make run, make test, make check: all that is needed on a machine is Python 3.11 or newer and make.
# Settings: PYTHON=/path/to/python, ARGS for `helpdesk up` (make run ARGS="--port 9000 --data DIR").

.DEFAULT_GOAL := help
.PHONY: help run build test check lint format types unit migrations-check requirements browser clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
PYTEST_ARGS ?=
LIVE_ARGS ?=

# The first Python that really runs (a shim may stand for one that is not installed) and can make environments.
# Then the environment, and in it exactly what requirements.txt pins, again whenever that file changes.
define ENVIRONMENT
set -eu; \
wanted=$$(cat requirements.txt pyproject.toml | cksum); \
if [ -f $(STAMP) ] && [ "$$(cat $(STAMP))" = "$$wanted" ] && $(BIN)/python -c '' 2>/dev/null; then exit 0; fi; \
if ! $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
  found=; \
  for candidate in $${PYTHON:-python3.13 python3.12 python3.11 python3}; do \
    if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
      found=$$candidate; break; \
    fi; \
  done; \
  if [ -z "$$found" ]; then \
    echo "helpdesk: $${PYTHON:-no Python 3.11 or newer with venv was found}$${PYTHON:+ is not a Python 3.11 or newer with venv}; install one (Debian, Ubuntu: apt-get install python3 python3-venv) or set PYTHON=/path/to/python." >&2; \
    exit 1; \
  fi; \
  echo "environment: $(VENV) by $$("$$found" --version)"; \
  rm -rf $(VENV); \
  "$$found" -m venv $(VENV); \
fi; \
echo "dependencies: installing what requirements.txt pins"; \
$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.txt || { \
  echo "helpdesk: the dependencies could not be installed; see the lines above." >&2; exit 1; }; \
$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --editable . || { \
  echo "helpdesk: the package itself could not be installed; see the lines above." >&2; exit 1; }; \
echo "$$wanted" > $(STAMP)
endef

help:
	@echo "make run     start everything, with a demo company, on the first free port from 8000 on"
	@echo "make check   lint, types, boundaries, fast tests: under a minute"
	@echo "make test    make check, then all tests, with real services and a real browser"
	@echo "make chaos   kill its parts at random under load for some twenty minutes, and check the books"
	@echo "make live    open 200 pages, change 20 things a second, and measure when each page shows it"
	@echo "make strangers  the hostile tests at length, with counts of what was tried"
	@echo "make format  put the code into its canonical form"

environment:
	@$(ENVIRONMENT)
.PHONY: environment

run: environment
	@exec $(BIN)/helpdesk up --demo --port 8000+ $(ARGS)

build: environment
	@$(BIN)/helpdesk build

lint: environment
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-logo

format: environment
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: environment
	@$(BIN)/pyright

unit: environment
	@$(BIN)/pytest -q tests/core tests/domain tests/arch

check: lint types unit

# On two workers, each with servers of its own; PYTEST_ARGS="-n 0 tests/ui -k queue" runs some on one.
test: lint types browser build
	@$(BIN)/pytest -n 2 $(PYTEST_ARGS)

# What `make test` needs beside Python packages: a Chromium for the tests in a browser.
browser: environment
	@$(BIN)/python tests/browser.py

# Every page at three widths in both themes, of a running demo company: make screenshots URL=http://127.0.0.1:8000
URL ?= http://127.0.0.1:8000
screenshots: browser
	@$(BIN)/python -m tests.screenshots $(URL)
.PHONY: screenshots

# Hundreds of random faults under load, see docs/reliability.md; a SEED repeats what was done.
ROUNDS ?= 25
SEED ?=
WITHIN ?= 60
chaos: environment
	@exec $(BIN)/python -m tests.faults.chaos --rounds $(ROUNDS) --seed "$(SEED)" --within $(WITHIN)
.PHONY: chaos
# How soon open pages show what changes: LIVE_ARGS="--pages 200 --rate 20 --seconds 60".
live: environment
	@$(BIN)/python -m benchmarks.live $(LIVE_ARGS)
.PHONY: live
# What strangers may try, at length: every route by Schemathesis as everybody, every handler with odd arguments.
strangers: environment
	@STRANGERS_ROLES=client,agent,manager,admin STRANGERS_EXAMPLES=40 STRANGERS_ROUNDS=20 \
	  $(BIN)/pytest -q tests/strangers tests/ui/test_strangers.py tests/ui/test_canary_frames.py $(PYTEST_ARGS)
.PHONY: strangers

# Times of the reads over HTTP, a column per database: make bench URLS="postgresql+psycopg://… …". See benchmarks/.
bench: build
	@$(BIN)/python -m benchmarks $(URLS)
.PHONY: bench

# Pin again: newest versions that pyproject.toml allows, for every Python and system, without addresses of indexes.
requirements:
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --quiet \
	  --no-emit-index-url --no-header --no-annotate --output-file requirements.txt

clean:
	rm -rf .web .states .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find helpdesk tests alembic -name __pycache__ -type d -prune -exec rm -rf {} +
