PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test lint browser chaos prove bench requirements clean

help: ## show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.venv/.python: # refuses an older Python before pip does it in forty lines
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Inbox Triage needs Python 3.11 or newer: name one with make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.python requirements.txt pyproject.toml
	$(PIP) install -q --require-hashes --no-deps -r requirements.txt
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	$(PIP) install -q --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

demo: .venv/.run ## the whole product on this machine: mails arrive, you click, the customer has the answer
	@exec $(BIN)/triage demo

test: .venv/.dev ## the tests, with a seeded slice of every proof (the browser test runs where Chromium is)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: .venv/.dev ## ruff, mypy --strict, the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: .venv/.dev ## only the tests that drive the page in Chromium
	$(BIN)/python -m pytest -m browser

chaos: .venv/.dev ## kill -9, faults and races at their full counts
	TRIAGE_FULL=1 $(BIN)/python -m pytest tests/faults --timeout 3600

prove: .venv/.dev ## every proof at its full count
	TRIAGE_FULL=1 $(BIN)/python -m pytest --timeout 3600

bench: .venv/.dev ## measure: triage latency, throughput, start-up
	$(BIN)/python -m benchmarks

requirements: ## pin and hash what pyproject.toml asks for; needs uv
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --group build -o requirements.txt pyproject.toml
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --all-extras --group build --group dev -c requirements.txt -o requirements-dev.txt pyproject.toml

clean: ## remove the environment and the demo's data
	rm -rf .venv .triage
