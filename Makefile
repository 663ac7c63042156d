# make demo: a first look. make test and make docs: everything CI checks. make bench: the measured figures.
VENV ?= .venv
ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN = $(VENV)/Scripts
EXE = .exe
# Pages and programs are UTF-8, whatever Windows takes for the encoding of files.
export PYTHONUTF8 = 1
else
PYTHON ?= python3
BIN = $(VENV)/bin
EXE =
endif
# Processes that share the tests: more than cores gains nothing.
WORKERS ?= 2
PEERS = $(VENV)/peers/$(notdir $(BIN))
PIP = $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo test slow docs bench clean

$(BIN)/python$(EXE):
	$(PYTHON) -m venv $(VENV)

$(VENV)/.light: $(BIN)/python$(EXE) pyproject.toml constraints.txt
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
	$(BIN)/mypy --platform win32 astrosearch
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

slow: $(VENV)/.test
	$(BIN)/python -m pytest -q -m slow
	$(BIN)/python -m pytest -q -m "hypothesis and not slow" --hypothesis-profile=thorough

$(VENV)/.docs: $(VENV)/.light
	$(PIP) install -c constraints.txt -e '.[docs]'
	touch $@

# The generated pages, then the site; a warning is an error, and nothing is fetched.
docs: $(VENV)/.docs
	$(BIN)/python docs/rooms.py
	$(BIN)/python docs/commands.py
	$(BIN)/python -m sphinx -W --keep-going -q -d $(VENV)/doctrees docs site

$(VENV)/peers: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $@
	$(PEERS)/python -m pip --disable-pip-version-check -q install -c constraints.txt torch
	$(PEERS)/python -m pip --disable-pip-version-check -q install -r $<
	touch $@

bench: $(VENV)/.test $(VENV)/peers
	$(BIN)/python -m benchmarks.against_peers --txtai $(PEERS)/python

clean:
	rm -rf $(VENV) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
