# Duebook's commands. Each works in a fresh clone, from any folder (make -C path target), as root or not.
ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
PYTHON ?= python3
PY := $(ROOT)/.venv/bin/python
BIN := $(ROOT)/.venv/bin
IN := cd "$(ROOT)" &&
HOST ?= 127.0.0.1
PORT ?= 8000
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo run test test-long check format bench screenshots messages lock clean

help:            ## this list
	@sed -n 's/^\([a-z-]*\): .*## /  make \1\t/p' "$(ROOT)/Makefile" | expand -t 24

setup:           ## virtual environment, locked packages, browser files, messages
	@$(PYTHON) "$(ROOT)/.ci/setup.py"

setup-dev:       ## the same, with the tools for tests and checks
	@$(PYTHON) "$(ROOT)/.ci/setup.py" --dev

demo: export DUEBOOK_DEMO = 1
demo: setup      ## build the demo company in SQLite, then run web and engine (DEMO_ONLY=1: build, do not run)
	@$(IN) $(PY) manage.py migrate --verbosity 0
	@$(IN) $(PY) manage.py demo
	@$(if $(DEMO_ONLY),true,$(IN) exec $(PY) manage.py serve --host $(HOST) --port $(PORT))

run: setup       ## web and engine in one process
	@$(IN) $(PY) manage.py migrate --verbosity 0
	@$(IN) exec $(PY) manage.py serve --host $(HOST) --port $(PORT)

test: setup-dev  ## the suite on SQLite and on PostgreSQL, counts reduced to a tenth
	@$(PYTHON) "$(ROOT)/.ci/setup.py" --dev --browser
	@$(IN) $(PY) -m tests.legs

test-long: setup-dev  ## the suite at the full volumes
	@$(PYTHON) "$(ROOT)/.ci/setup.py" --dev --browser
	@$(IN) $(PY) -m tests.legs --scale 1

check: setup-dev ## format, lint, types, contracts, templates, migrations, house rules
	$(IN) $(BIN)/ruff format --check .
	$(IN) $(BIN)/ruff check .
	$(IN) $(BIN)/mypy
	$(IN) $(BIN)/lint-imports
	$(IN) $(BIN)/djlint receivables credit dunning reports --lint --quiet
	$(IN) $(PY) manage.py makemigrations --check --dry-run
	$(IN) $(PY) -m pytest -q tests/test_house.py

format: setup-dev ## rewrite Python in the house's form
	$(IN) $(BIN)/ruff format .
	$(IN) $(BIN)/ruff check --fix .

bench: setup-dev ## measure; prints medians and ratios, asserts nothing (ONLY=name: one of them)
	@$(IN) $(PY) -m bench $(ONLY)

screenshots: setup-dev ## pictures of every page at 1440 and 390 pixels, in both languages, into var/screenshots
	@$(PYTHON) "$(ROOT)/.ci/setup.py" --dev --browser
	@$(IN) $(PY) -m tests.screenshots

messages: setup-dev ## collect the translatable strings and compile the catalogues
	@$(IN) $(PY) manage.py messages
	@$(PYTHON) "$(ROOT)/.ci/setup.py" --dev

lock: setup-dev  ## resolve the packages anew; the locks hold hashes and no index address
	$(IN) $(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 pyproject.toml -o requirements/runtime.lock
	$(IN) $(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 pyproject.toml --group test --group lint -c requirements/runtime.lock -o requirements/dev.lock
	$(IN) npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean:           ## remove what set-up made; the data in var/ stay
	rm -rf "$(ROOT)/.venv" "$(ROOT)/node_modules" "$(ROOT)/var/assets"
