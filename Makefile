# `make run` serves, `make test` tests, `make check` lints. PYTHON=python3.12 chooses the Python.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check reference bench bench-large bench-webhooks clean

run: $(VENV)/.run
	@exec $(BIN)/lingr serve

test: $(VENV)/.test
	@exec .ci/test $(BIN)/python $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -m "not live" tests/docs

# The documents that are made from the tables.
reference: $(VENV)/.run
	$(BIN)/lingr reference > docs/reference.md
	$(BIN)/lingr reference --pages docs/methods
	$(BIN)/lingr openapi > docs/openapi.json
	$(BIN)/lingr openapi --api 2009 > docs/openapi-2009.json

bench: $(VENV)/.run
	@exec $(BIN)/python -m bench.run $(ARGS)

bench-large: $(VENV)/.run
	@exec $(BIN)/python -m bench.large $(ARGS)

bench-webhooks: $(VENV)/.run
	@exec $(BIN)/python -m bench.webhooks $(ARGS)

# The data directory stays.
clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp says with which extra the package was last installed; the richer ones serve for the others.
$(VENV)/.run: setup.cfg pyproject.toml
	@$(call install,.)
	@touch $@

$(VENV)/.test: setup.cfg pyproject.toml
	@$(call install,.[test])
	@touch $@ $(VENV)/.run

$(VENV)/.dev: setup.cfg pyproject.toml
	@$(call install,.[dev])
	@touch $@ $(VENV)/.test $(VENV)/.run

define install
$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV); \
echo "installing into $(VENV)"; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '$(1)'
endef
