# What this project can do from a bare machine with Python 3.11. `make help` lists it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
# A ChimeraX application, for install, test-chimerax, and (if given) demo.
CHIMERAX ?=
# Folders of maps and of models, for bench; what PyPI carries is measured without.
MAPS ?=
MODELS ?=

VENV := .venv
RUN := $(VENV)/bin/python
ENV := $(VENV)/.made
REQUIREMENTS := $(wildcard requirements/*.txt)

.DEFAULT_GOAL := help
.PHONY: help env demo test lint wheel install test-chimerax release-check bench clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

env: $(ENV)  ## make the environment in .venv: a ChimeraX without a window, tests, lint

# --no-deps, because the sets are closed and ChimeraX's own pins do not all install;
# --no-compile, because most of ChimeraX is never imported here; -qq, because pip would warn that
# the pinned release of ChimeraX is yanked.
$(ENV): $(REQUIREMENTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	    { echo "The ChimeraX library needs Python 3.11: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) tools/system_libraries.py
	$(PYTHON) -m venv --clear $(VENV)
	$(RUN) -m pip install -qq --disable-pip-version-check --no-deps --no-compile \
	    $(addprefix -r ,$(REQUIREMENTS))
	@touch $@

demo: $(ENV)  ## colour a real map by occupancy and by resolution; pictures and maps in demo/
	$(RUN) tools/demo.py --chimerax "$(CHIMERAX)"

# Three on two cores: tests wait for processes, for windows and for each other.
test: $(ENV)  ## run all tests
	$(RUN) -m pytest -n 3 --dist loadfile

lint: $(ENV)  ## check style, common mistakes, and the types of the core
	$(RUN) -m ruff check .
	$(RUN) -m mypy

wheel: $(ENV)  ## build the bundle's wheel with ChimeraX's own builder, in dist/
	$(RUN) tools/make_wheel.py

# Not on top of an earlier build: ChimeraX's builder would put files in that are gone, and install
# an old wheel in dist/ whose name is spelt as it expects. In safe mode no bundle is started: one that
# is would be replaced at some later start only.
install:  ## install the bundle into the application named by CHIMERAX=…
	@test -n "$(CHIMERAX)" || { echo "Name a ChimeraX application: make install CHIMERAX=…"; exit 1; }
	rm -rf build dist *.egg-info
	"$(CHIMERAX)" --nogui --safemode --exit --cmd "devel install . exit true"
	rm -rf build *.egg-info

test-chimerax: install  ## run the tests inside the application named by CHIMERAX=…
	"$(CHIMERAX)" -m pip install --quiet $$(grep -E '^(pytest|hypothesis)==' requirements/test.txt)
	"$(CHIMERAX)" --nogui --offscreen --exit --script tests/in_application.py
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" != Linux ]; then \
	    "$(CHIMERAX)" --exit --script \
	        "tests/in_application.py tests/tool tests/commands/test_estimating.py"; \
	else echo "The panel was not tested: that needs a screen; put xvfb-run before make."; fi

release-check:  ## check in a clean clone that what is committed can be released; wheel in dist/
	$(PYTHON) tools/release_check.py

# Each makes the environment it needs beside .venv; bench/README.md says how long each takes.
bench: $(ENV)  ## measure beside OccuPy 0.1.13, over an hour; also MAPS=folder, MODELS=folder
	$(RUN) bench/parity.py $(if $(MAPS),"$(MAPS)")
	$(RUN) bench/shells.py
	$(RUN) bench/accuracy.py $(if $(MODELS),--models "$(MODELS)") $(if $(MAPS),--maps "$(MAPS)")
	$(RUN) bench/speed.py

clean:  ## remove what the other targets made, except downloads
	rm -rf $(VENV) build dist demo src/*.egg-info *.egg-info .pytest_cache .ruff_cache .hypothesis
	find src tools tests -name __pycache__ -type d -prune -exec rm -rf {} +
