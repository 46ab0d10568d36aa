# Needs Python 3.11 or newer and make; everything else goes into .venv by itself.
# uv is used when it is there and never required.
#
#   make check ARGS='...'            more arguments for `oauth-model check`
#   make bench ARGS='--only 1,3'     some parts; --quick for tiny sizes, --write to keep the figures
#   make test PYTHON=python3.12      another interpreter
#   make test PYTEST_ARGS='-k pkce'  more arguments for pytest

PYTHON ?= python3
WORKERS ?= auto
ARGS ?=
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/made-for

.DEFAULT_GOAL := help
.PHONY: help check test live lint bench gallery clean FORCE

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s%s\n", $$1, $$2 }' Makefile

check: $(STAMP)  ## check the model: which goals hold, which are broken, and what stops which attack
	@$(BIN)/oauth-model check $(ARGS)
	@$(BIN)/oauth-model matrix --write docs/matrix.md

# A worker that dies is not replaced: pytest-xdist then waits for ever for what that one had left to do.
test: lint  ## lint, then run the library's tests and the property suites
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --max-worker-restart 0 $(PYTEST_ARGS)

live: $(STAMP)  ## the tests of real servers, those from npm too (installs these, once)
	@OAUTH_MODEL_LIVE=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup tests/live $(PYTEST_ARGS)

lint: $(STAMP)  ## ruff and mypy
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

bench: $(STAMP)  ## measure how fast the checkers are, beside SPIN (some 40 minutes)
	@$(BIN)/python -m benchmarks.run $(ARGS)

gallery: $(STAMP)  ## draw the pictures in diagrams/ again
	@$(BIN)/python -m diagrams $(ARGS)

clean:  ## remove .venv, caches and built packages
	@rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp holds what .venv was made for: another interpreter needs another one, and so does a
# copied tree, whose .venv still points at the original.
FOR := $(PYTHON) $(CURDIR)
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(FOR))
$(STAMP): FORCE
endif

# Without bashisms, and with the interpreter behind an activated .venv, since that one is removed.
$(STAMP): pyproject.toml
	@python=$$("$(PYTHON)" -c 'import sys; print(getattr(sys, "_base_executable", None) or sys.executable)') || { \
	    echo "make: cannot run '$(PYTHON)'. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3 ..." >&2; exit 1; }; \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "make: '$(PYTHON)' is $$("$$python" --version 2>&1), but oauth-model needs Python 3.11 or newer." \
	         "Name another one: make PYTHON=/path/to/python3 ..." >&2; exit 1; }; \
	echo "Setting up $(VENV) (once; again when pyproject.toml or PYTHON changes)" >&2; \
	if command -v uv >/dev/null 2>&1; then \
	    rm -rf $(VENV); \
	    if uv venv --quiet --python "$$python" $(VENV) \
	        && uv pip install --quiet --python $(BIN)/python -e '.[dev]'; \
	    then printf '%s\n' "$(FOR)" > $(STAMP); exit 0; fi; \
	    echo "uv could not set up $(VENV): trying venv and pip" >&2; \
	fi; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "make: $$python cannot make virtual environments (it lacks ensurepip)." \
	         "On Debian or Ubuntu: apt install python3-venv. Or install uv, or name another interpreter:" \
	         "make PYTHON=/path/to/python3 ..." >&2; exit 1; }; \
	rm -rf $(VENV); \
	"$$python" -m venv $(VENV) \
	    && PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet -e '.[dev]' \
	    && printf '%s\n' "$(FOR)" > $(STAMP)
