# Two commands: `make run` and `make test`. Python 3.11 or newer with pip and venv is all they need.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
REQUIREMENTS := deploy/requirements
# The interpreter's version is part of the stamps: another one makes the environment anew.
TAG := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# What the lock is made with; only who changes a dependency needs it.
UV ?= uv
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command 'make lock' --quiet

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test lint docs format lock

help:
	@echo 'make run      install what is needed (once), then serve; see docs/reference/settings.md'
	@echo 'make test     the whole suite on SQLite and on PostgreSQL; ARGS="-k word" goes to pytest'
	@echo 'make lint     style, types, imports, migrations, deployment checks, generated documents'
	@echo 'make docs     write the generated documents (OpenAPI, state diagram) anew'
	@echo 'make format   let ruff lay the code out'
	@echo 'make lock     resolve the dependencies anew (needs uv)'

run: $(VENV)/run-$(TAG).stamp
	@exec $(PY) manage.py serve

test: $(VENV)/dev-$(TAG).stamp
	@exec $(PY) -m tests.run $(ARGS)

lint: $(VENV)/dev-$(TAG).stamp
	@exec $(PY) -m tests.lint

docs: $(VENV)/dev-$(TAG).stamp
	@exec $(PY) -m tests.lint --write

format: $(VENV)/dev-$(TAG).stamp
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

lock:
	$(LOCK) $(ARGS) --group dev --output-file $(REQUIREMENTS)/dev.txt
	$(LOCK) --constraint $(REQUIREMENTS)/dev.txt --output-file $(REQUIREMENTS)/run.txt

$(VENV)/run-$(TAG).stamp: $(REQUIREMENTS)/run.txt
	@$(call install,run)
	@touch $@

$(VENV)/dev-$(TAG).stamp: $(REQUIREMENTS)/dev.txt
	@$(call install,dev)
	@touch $@ $(VENV)/run-$(TAG).stamp

# The stamp is written last: an install that was interrupted is taken up again.
define install
$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "iCONTROL needs Python 3.11 or newer; \
$(PYTHON) is " + sys.version.split()[0] + ". Name another one: make $(1) PYTHON=python3.12")' && \
echo "Installing $$(grep -c == $(REQUIREMENTS)/$(1).txt) packages into $(VENV), once. This takes about a minute." && \
$(PYTHON) -m venv $(VENV) && \
$(PY) -m pip install --require-hashes --requirement $(REQUIREMENTS)/$(1).txt
endef
