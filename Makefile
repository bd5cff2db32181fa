# Two commands do everything: `make demo` runs the main job, `make test` the tests.
# Both set up a .venv in the checkout with the locked versions first.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench real faults reference clean

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## the environment with locked versions

$(READY): requirements.lock pyproject.toml
	PYTHON="$(PYTHON)" sh .ci/setup $(VENV)
	touch $@

demo: $(READY)  ## solve the bundled scenario
	$(BIN)/allocator solve scenarios/riverside --time-limit 60 --seed 1

test: $(READY)  ## lint, types and all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n 2 --dist loadgroup

check: test

bench: $(READY)  ## speed and memory: prints tables, takes a while
	$(BIN)/python -m benchmarks.sizes
	$(BIN)/pytest -q benchmarks --benchmark-enable --benchmark-only

real: $(READY)  ## scenario folders from the real inputs in $$ALLOCATOR_DATA
	$(BIN)/python -m scenarios.importers --out build/scenarios

faults: $(READY)  ## seed faults into engine and evaluator; the tests must catch each
	$(BIN)/python -m tests.faults

reference: $(READY)  ## write the generated pages again
	$(BIN)/python -m allocator.scenario.reference

clean:  ## remove the environment and everything built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
