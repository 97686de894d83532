# Each target makes the environment that it needs. Python: make PYTHON=python3.13 demo
PYTHON ?= python3
RUNTIME := .venv
DEV := .venv-dev
TIERS := tiny small base
RUNS := $(foreach family,cnn mlp forest page $(TIERS),runs/$(family)/metrics.json)
SEEDS := $(foreach tier,$(TIERS),runs/$(tier)-2/metrics.json runs/$(tier)-3/metrics.json)
EXPORTS := $(RUNS:metrics.json=exported)
# Folder of EMNIST's files; where there is none, they are fetched.
DATA := $(or $(EMNIST_EDGE_DATA),$(wildcard ../shared/emnist))
# Folder of UNIPEN's packed files (emnist-edge data unipen), which small learns from.
UNIPEN := $(or $(EMNIST_EDGE_UNIPEN),$(wildcard ../shared/unipen))
SAMPLES := $(wildcard samples/*.jpg samples/*.png samples/*.webp)

.DEFAULT_GOAL := help
.PHONY: help demo test test-suite test-wheel test-minimum test-arm64 test-mcu
.PHONY: lint lint-style lint-types lint-imports fuzz benchmark benchmark-peers study train seeds export ngrams samples web wheel clean

help:  ## list what there is to make
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUNTIME)/ready  ## read the sample pictures with nothing but the runtime installed
	@mkdir -p demo
	@$(RUNTIME)/bin/emnist-edge classify --annotate demo $(SAMPLES)
	@echo; echo "Annotated pictures: demo/"
	@echo "Now: . $(RUNTIME)/bin/activate; emnist-edge classify FILE"

# What may be done beside another has a target of its own: make --jobs=2 test.
test: lint test-suite test-wheel  ## lint, types, import contracts, all tests, and the installed wheel

test-suite: $(DEV)/ready
	$(DEV)/bin/python -m pytest --numprocesses logical --dist loadfile

test-wheel: $(DEV)/ready
	$(DEV)/bin/python -m tests.wheel

test-minimum: $(DEV)/ready  ## device and command with the oldest versions that are allowed
	$(DEV)/bin/python -m tests.minimum

test-arm64: $(DEV)/ready  ## the runtime's tests on emulated systems of a Raspberry Pi
	$(DEV)/bin/python -m tests.arm64

test-mcu: $(DEV)/ready  ## networks as C99 on emulated microcontrollers; BOARDS=m4 for one
	$(DEV)/bin/python -m tests.mcu $(BOARDS)
	$(DEV)/bin/python -m tests.mcu.reading

lint: lint-style lint-types lint-imports

lint-style: $(DEV)/ready
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .

lint-types: $(DEV)/ready
	$(DEV)/bin/mypy

lint-imports: $(DEV)/ready
	$(DEV)/bin/lint-imports

fuzz: $(DEV)/ready  ## 20,000 damaged inputs for each of what reads files, 100,000 crops for the C
	$(DEV)/bin/python -m tests.fuzz
	$(DEV)/bin/python -m tests.export.c99

benchmark: $(DEV)/ready  ## measure all models in runs/benchmark; delete that to measure anew
	$(if $(DATA),,$(DEV)/bin/emnist-edge data fetch bymerge)
	$(if $(DATA),EMNIST_EDGE_DATA=$(DATA)) $(DEV)/bin/emnist-edge benchmark --resume --output runs/benchmark

benchmark-peers: $(DEV)/ready  ## other libraries beside the engine, other readers beside the reader
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --editable '.[dev,peers]'
	$(DEV)/bin/python -m evaluate.runtimes
	$(DEV)/bin/python -m evaluate.drawn runs/drawn
	$(DEV)/bin/python -m evaluate.pages runs/drawn --worst 0

study: $(DEV)/ready  ## compare depth, regularization, models and noise: ten hours; goes on where it stopped
	$(if $(DATA),,$(DEV)/bin/emnist-edge data fetch bymerge)
	$(if $(DATA),EMNIST_EDGE_DATA=$(DATA)) $(DEV)/bin/python -m train.study --resume

train: $(RUNS)  ## train all models (data: EMNIST_EDGE_DATA, or emnist-edge data fetch bymerge)

runs/%/metrics.json: | $(DEV)/ready
	$(DEV)/bin/python -m train.$* --resume

# runs/small is seed 1 of small, runs/small-2 another seed of it.
run = $(subst -, ,$(@D:runs/%=%))
train-tier = $(DEV)/bin/python -m train.tier $(firstword $(run)) --seed $(or $(word 2,$(run)),1) \
	--output $(@D) --resume

# The network of base learns three times: from labels alone, from the first, and, as base, from
# the second and UNIPEN's writers.
runs/teacher/metrics.json: | $(DEV)/ready
	$(DEV)/bin/python -m train.tier base --epochs 28 --output $(@D) --resume

runs/teacher/base-int8.tflite: runs/teacher/metrics.json
	$(DEV)/bin/python -m export.tier base --run $(@D) --output $(@D) --card $(@D)/MODEL_CARD.md

runs/letters/metrics.json: | runs/teacher/base-int8.tflite
	$(DEV)/bin/python -m train.tier base --teacher runs/teacher/base-int8.tflite --output $(@D) --resume

runs/letters/base-int8.tflite: runs/letters/metrics.json
	$(DEV)/bin/python -m export.tier base --run $(@D) --output $(@D) --card $(@D)/MODEL_CARD.md

written = $(train-tier) --precision float32 --symbols --glyphs runs/glyphs \
	--unipen $(or $(UNIPEN),$(error set EMNIST_EDGE_UNIPEN: docs/training.md))
runs/base/metrics.json $(filter runs/base-%,$(SEEDS)): | runs/letters/base-int8.tflite
	$(written) --teacher runs/letters/base-float32.tflite --epochs 6 \
		--start runs/letters/base-float32.tflite

# tiny learns from what knows letters and digits alone, as it does.
runs/tiny/metrics.json $(filter runs/tiny-%,$(SEEDS)): | runs/letters/base-int8.tflite
	$(train-tier) --teacher runs/letters/base-int8.tflite

# small learns from base, and from UNIPEN's writers, in two runs, the second from the weights of the
# first.
runs/small/metrics.json $(filter runs/small-%,$(SEEDS)): | runs/base/exported
	$(written) --teacher base-float32 --epochs 13 --output $(@D)/first
	$(written) --teacher base-float32 --epochs 13 --start $(@D)/first

seeds: $(SEEDS)  ## train each tier with two more seeds, which export then measures beside

export: $(EXPORTS)  ## export what was trained to emnist_edge/models/, and write MODEL_CARD.md

runs/%/exported: runs/%/metrics.json
	$(DEV)/bin/python -m export.$*
	@touch $@

# A tier is exported anew when another of its seeds is there.
.SECONDEXPANSION:
$(TIERS:%=runs/%/exported): runs/%/exported: runs/%/metrics.json \
		$$(wildcard runs/$$*-[0-9]/metrics.json)
	$(DEV)/bin/python -m export.tier $* $(patsubst %/metrics.json,--seed-run %,$(wordlist 2,9,$^))
	@touch $@

ngrams: $(DEV)/ready  ## count the letter sequences of English context again
	$(DEV)/bin/python -m export.ngrams

samples: $(DEV)/ready  ## draw the sample pictures again
	$(DEV)/bin/python -m evaluate.samples

web: $(DEV)/ready  ## build the page that reads in a browser: web/index.html (needs clang, lld)
	$(DEV)/bin/python -m export.c99.web

wheel: $(DEV)/ready  ## build the wheel and the source distribution
	$(DEV)/bin/python -m build --outdir dist

clean:  ## remove environments, caches and builds; runs/ stays
	rm -rf $(RUNTIME) $(DEV) demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .arm64
	rm -rf .import_linter_cache .venv-minimum .venv-newest
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME)/ready: pyproject.toml
	$(PYTHON) -m venv $(RUNTIME)
	$(RUNTIME)/bin/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV)/ready: pyproject.toml
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --no-compile --editable '.[dev]'
	@$(DEV)/bin/python -W ignore -m compileall -qq -j 0 $(DEV)/lib || true  # pip uses one processor
	@touch $@
