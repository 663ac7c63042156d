# make demo: a first look. make test: everything CI checks. make bench: the measured figures.
PYTHON ?= python3
VENV ?= .venv
# Processes that share the tests: more than cores gains nothing.
WORKERS ?= 2
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo test slow bench clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.light: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	touch $@

# torch first and alone: the version pinned here satisfies every other package's range
$(VENV)/.test: $(VENV)/.light
	$(PIP) install -c constraints.txt torch
	$(PIP) install -c constraints.txt -e '.[train,test]'
	touch $@

demo: $(VENV)/.light
	$(BIN)/astrosearch index examples/corpus --index $(VENV)/demo-index
	$(BIN)/astrosearch query "acoustic peaks at small scales" -k 5 --index $(VENV)/demo-index

test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

slow: $(VENV)/.test
	$(BIN)/python -m pytest -q -m slow

$(VENV)/peers: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $@
	$@/bin/python -m pip --disable-pip-version-check -q install -c constraints.txt torch
	$@/bin/python -m pip --disable-pip-version-check -q install -r $<
	touch $@

bench: $(VENV)/.test $(VENV)/peers
	$(BIN)/python -m benchmarks.against_peers --txtai $(VENV)/peers/bin/python

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
