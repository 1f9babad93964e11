# Two commands: `make run` and `make test`. Python 3.11 or newer with pip and venv is all they need.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
REQUIREMENTS := deploy/requirements
TAG := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# A stamp says what is installed: for which Python, and the lock's checksum (a file's time says nothing after an unpack).
stamp = $(VENV)/$(1)-$(TAG)-$(shell cksum < $(REQUIREMENTS)/$(1).txt | cut -d ' ' -f 1).stamp
RUN := $(call stamp,run)
DEV := $(call stamp,dev)
# What the lock is made with; only who changes a dependency needs it.
UV ?= uv
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command 'make lock' --quiet

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run dev check coverage test lint docs format messages sdk vendor screenshots bench chaos lock
# The interpreter that the environment was made with may have been removed since.
ifneq ($(shell test -x $(PY) && echo works),works)
.PHONY: $(RUN) $(DEV)
endif

help:
	@echo 'make run      install what is needed (once), then serve; see docs/reference/settings.md'
	@echo 'make dev      the server of the desk: follows the sources, has its own demo; SQL=1 logs every query'
	@echo 'make check    style, types and the quick tests of what changed, on SQLite; for the loop at the desk'
	@echo 'make test     the whole suite on SQLite and on PostgreSQL; ARGS="-k word" goes to pytest'
	@echo 'make coverage the same, and which lines neither run reaches; fails below fail_under of pyproject.toml'
	@echo 'make lint     style, types, imports, migrations, deployment checks, generated documents'
	@echo 'make docs     write the generated documents (OpenAPI, state diagram) anew'
	@echo 'make format   let ruff lay the code out'
	@echo 'make bench    how long publish, save, diff, reading and flags take, on SQLite and on PostgreSQL'
	@echo 'make chaos    kill, stop and reload servers while they are used; CHAOS_ROUNDS=100 for longer'
	@echo 'make messages bring the catalogue of French texts up to the source, and compile it'
	@echo 'make sdk      the JavaScript SDK with its types, ready for npm, in var/sdk (needs Node)'
	@echo 'make vendor   fetch anew what browsers get that others wrote (needs Node)'
	@echo 'make screenshots  the pages that the READMEs show, anew (needs Chromium)'
	@echo 'make lock     resolve the dependencies anew (needs uv)'

run: $(RUN)
	@exec $(PY) manage.py serve

dev: $(DEV)
	@exec $(PY) -m tests.dev

check: $(DEV)
	@exec $(PY) -m tests.check $(ARGS)

coverage: $(DEV)
	@exec $(PY) -m tests.run --coverage $(ARGS)

test: $(DEV)
	@exec $(PY) -m tests.run $(ARGS)

lint: $(DEV)
	@exec $(PY) -m tests.lint

docs: $(DEV)
	@exec $(PY) -m tests.lint --write

format: $(DEV)
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

bench: $(DEV)
	@exec $(PY) -m tests.bench

chaos: export CHAOS_ROUNDS ?= 10
chaos: $(DEV)
	@exec $(PY) -m tests.run --numprocesses=0 tests/chaos $(ARGS)

messages: $(DEV)
	@exec $(PY) -m tests.house.catalogue

sdk: $(DEV)
	@exec $(PY) -m tests.frontend.sdk.package

vendor:
	cd frontend/vendor && npm ci --no-audit --no-fund && node make.mjs

screenshots: $(DEV)
	@exec $(PY) -m tests.pictures

lock:
	$(LOCK) $(ARGS) --group dev --output-file $(REQUIREMENTS)/dev.txt
	$(LOCK) --constraint $(REQUIREMENTS)/dev.txt --output-file $(REQUIREMENTS)/run.txt

$(RUN):
	@$(call install,run)
	@touch $@

$(DEV):
	@$(call install,dev)
	@touch $(DEV) $(RUN)

# Ready-made wheels only, which all packages have: installing runs no package's code.
# The stamp is written last: an install that was interrupted is taken up again. An environment of another Python, or
# one that does not work, is made anew.
define install
$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "iCONTROL needs Python 3.11 or newer; \
$(PYTHON) is " + sys.version.split()[0] + ". Name another one: make run PYTHON=python3.12")' && \
echo "Installing $$(grep -c == $(REQUIREMENTS)/$(1).txt) packages into $(VENV), once. This takes about a minute." && \
{ $(PY) -c 'import sys, pip; sys.exit("%d.%d" % sys.version_info[:2] != "$(TAG)")' 2>/dev/null || \
$(PYTHON) -m venv --clear $(VENV); } && \
rm -f $(VENV)/*.stamp && \
$(PY) -m pip install --only-binary :all: --require-hashes --requirement $(REQUIREMENTS)/$(1).txt
endef
