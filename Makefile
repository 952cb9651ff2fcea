# The front door. `make rehearse` and `make test` need Python 3.11 or later and PyPI, nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup setup-tests rehearse poc-demo test check bench docs lock clean
setup: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, this is %s: set PYTHON=" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-build -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m stacks.rehearsal.imports
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m cli.imports
	@touch $@

# Pulumi's engine, for tests/engine: the one on PATH, else installed, else built by Go once and kept in .cache/engine.
# Chromium, for report.html: the one on PATH, else the distribution's where apt and root are there, else playwright's.
# Apache Kafka, for what is tried on real brokers: Maven copies its jars once into .cache/kafka.
setup-tests: setup
	@$(BIN)/python tests/engine/installation.py
	@$(BIN)/python tests/audit/report/html/chromium.py
	@$(BIN)/python tests/kafka/kafka_jars.py

rehearse: setup
	@$(BIN)/byoc rehearse poc

# The whole proof of concept on Apache Kafka's brokers of this machine, into out/poc-demo.
poc-demo: setup
	@$(BIN)/python tests/kafka/kafka_jars.py
	@$(BIN)/python -m bench.poc_demo

test: setup-tests
	@$(BIN)/python -m pytest

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m cli.docs --check

# The bytecode of what changed since setup is kept first, as it is after a user's first command.
bench: setup
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m cli.imports
	@$(BIN)/python -m bench

docs: setup
	@$(BIN)/python -m cli.docs

lock:
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --all-extras --group dev --python-version 3.11 pyproject.toml --output-file requirements.lock --custom-compile-command "make lock"

clean:
	rm -rf .venv out .mypy_cache .ruff_cache .pytest_cache
