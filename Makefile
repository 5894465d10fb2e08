# Two commands: `make run` and `make test`. Everything else is for developers.

PYTHON ?= python3
BIN := .venv/bin
PYTEST ?= $(BIN)/pytest

.PHONY: help run test soak bootstrap dev lint types contract format lock texts docs clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 18

run: bootstrap  ## start everything on http://127.0.0.1:8000 (PORT, NUODA_DATA)
	@exec $(BIN)/nuoda run

bootstrap:
	@$(PYTHON) deploy/bootstrap.py

dev:
	@$(PYTHON) deploy/bootstrap.py --dev

test: dev  ## everything: style, types, import contract, tests with their own PostgreSQL and Chromium
	@$(MAKE) --no-print-directory lint types contract
	@NUODA_CHROMIUM="$$($(PYTHON) deploy/chromium.py)" && export NUODA_CHROMIUM && \
	    $(PYTEST) --fresh-schema -n $${NUODA_TEST_PROCESSES:-2} --dist worksteal $(ARGS)

soak: dev  ## long runs at their full size: 10,000 messages against a receiver that answers badly
	@$(PYTEST) --soak nuoda/engine/notices/tests/test_soak.py $(ARGS)

lint: dev  ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: dev  ## ruff, repairing
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: dev  ## mypy --strict
	@$(BIN)/mypy

contract: dev  ## who may import whom
	@$(BIN)/lint-imports

lock: dev  ## resolve the dependencies anew, with hashes
	@$(BIN)/python deploy/lock.py

texts: bootstrap  ## compile translations
	@$(BIN)/python -c "from nuoda.config import texts; print(texts.compile_all())"

docs: dev  ## write docs/settings.md and docs/event_reference.md from the code
	@$(BIN)/python -m nuoda.cli.documents

clean:  ## remove what was made, but not var/ (your data)
	rm -rf .venv .bootstrap.lock .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage*
