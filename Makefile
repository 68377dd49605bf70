# All commands run in .venv, which make creates. `make help` lists them.

# Default: the first Python that is new enough; PYTHON=... overrides it.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

API ?= mail

# MAIL_SPEC, SERVER_SIDE_SPEC, WEB_SPEC, EXPORT_ANALYTICS_SPEC and WEBHOOKS_SPEC are other specs to generate from.
SPECS := mail server-side web export-analytics webhooks
spec-variable = $(shell echo '$(1)' | tr 'a-z-' 'A-Z_')_SPEC

# The tests start Python a few hundred times, which compiled files speed up.
unexport PYTHONDONTWRITEBYTECODE

# More workers than the two cores of CI: many tests wait for processes of their own.
PYTEST := $(BIN)/python -m pytest --numprocesses 4 --dist worksteal

# COVERAGE=yes measures coverage and fails below the minimum of pyproject.toml; the tests then take longer.
COVERAGE ?=

# Two installations at the same time would overwrite each other's files.
.NOTPARALLEL:

.PHONY: help demo test test-tools coverage check lint types imports generate spec-diff update-spec check-generated unasync check-unasync examples \
	check-examples specs api wheel lowest bench bench-short clean

help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "make: Python 3.11 or newer is needed; set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/runs: pyproject.toml constraints.txt $(BIN)/python
	$(INSTALL) --editable '.[cli,sandbox,webhooks]'
	@touch $@

$(VENV)/develops: pyproject.toml constraints.txt $(BIN)/python
	$(INSTALL) --editable '.[dev]'
	@touch $(VENV)/runs $@

demo: $(VENV)/runs ## Start the sandbox, import the example data, print the flows.
	$(BIN)/python -m scripts.demo

test: $(VENV)/develops ## Run the tests of the product.
	$(PYTEST) --ignore tests/project $(if $(COVERAGE),--cov --cov-report term)

coverage: COVERAGE := yes
coverage: test ## Run the tests of the product and list the lines that they do not execute.

test-tools: $(VENV)/develops ## Run the tests of the project's own tools.
	$(PYTEST) tests/project

check: check-generated check-unasync check-examples specs lint types imports api wheel test-tools ## Run all other checks.

generate: $(VENV)/develops ## Generate the low-level code; MAIL_SPEC=FILE, WEB_SPEC=FILE, ... uses another spec.
	$(BIN)/python -m scripts.generate $(foreach spec,$(SPECS),$(if $($(call spec-variable,$(spec))),\
		--$(spec)-spec '$($(call spec-variable,$(spec)))'))

spec-diff: $(VENV)/develops ## List the changes of NEW=FILE-or-URL (default: the published spec) to the spec of API=NAME.
	$(BIN)/python -m scripts.spec_diff '$(NEW)' --api '$(API)'

update-spec: $(VENV)/develops ## Merge NEW=FILE-or-URL into the spec of API=NAME; ALLOW_REMOVALS=yes removes operations.
	$(BIN)/python -m scripts.update_spec '$(NEW)' --api '$(API)' $(if $(ALLOW_REMOVALS),--allow-removals)

check-generated: $(VENV)/develops ## Fail if the low-level code is out of date.
	$(BIN)/python -m scripts.generate --check

unasync: $(VENV)/develops ## Generate the blocking code from the async code.
	$(BIN)/python -m scripts.unasync

check-unasync: $(VENV)/develops ## Fail if the blocking code is out of date.
	$(BIN)/python -m scripts.unasync --check

examples: $(VENV)/develops ## Generate the example data.
	$(BIN)/python -m scripts.make_examples

check-examples: $(VENV)/develops ## Fail if the example data is out of date.
	$(BIN)/python -m scripts.make_examples --check

specs: $(VENV)/develops ## Validate the specs and their examples.
	$(BIN)/python -m scripts.check_specs

lint: $(VENV)/develops ## Check style, words, format and workflows.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m scripts.check_words
	$(BIN)/zizmor --offline --quiet .github/workflows

types: $(VENV)/develops ## Check types.
	$(BIN)/mypy

imports: $(VENV)/develops ## Check the import rules.
	$(BIN)/lint-imports

api: $(VENV)/develops ## Fail if the public API breaks compatibility with the last release.
	$(BIN)/python -m scripts.check_api

wheel: $(VENV)/develops ## Build the wheel, check its contents, and use it outside of the source tree.
	$(BIN)/python -m scripts.check_wheel

lowest: $(VENV)/develops ## Test the wheel with the lowest versions of its dependencies.
	$(BIN)/python -m scripts.check_lowest

bench: $(VENV)/develops ## Measure the SDK's overhead over the libraries that it uses; takes about seven minutes.
	$(BIN)/python -m scripts.bench

bench-short: $(VENV)/develops ## Run `bench` in less than a minute; fails only for large regressions.
	$(BIN)/python -m scripts.bench --short

clean: ## Remove all files that make created.
	rm -rf $(VENV) build dist .coverage .hypothesis .mypy_cache .ruff_cache .import_linter_cache
