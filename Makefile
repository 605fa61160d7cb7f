# `make demo` and `make test` do all their own set-up on a machine with Python 3.11 or 3.12.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
RUNS ?= runs

.PHONY: install demo test check docs bundle bundle-check dashboard locale bench bench-assay bench-linkage bench-synth bench-dp bench-images clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
		|| { echo "SynthAssay needs Python 3.11 or 3.12: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[all,dev,docs]"
	@touch $(INSTALLED)

demo: $(INSTALLED)
	$(BIN)/synthassay run configs/demo.yaml --out $(RUNS)

test: $(INSTALLED)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python -m pytest $(TESTS)

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A page without a place in the menu, a link that leads nowhere and an anchor that is not there are errors.
docs: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --clean
	@echo "file://$(CURDIR)/synthassay/site/index.html"

bundle: docs
	$(BIN)/python -m offline.build

# Installs the bundle and runs the demo where there is no network; needs user namespaces (unshare).
bundle-check:
	PYTHON=$(PYTHON) offline/check.sh dist/bundle core
	PYTHON=$(PYTHON) offline/check.sh dist/bundle all

locale: $(INSTALLED)
	$(BIN)/python -m catalogue

dashboard: $(INSTALLED)
	$(BIN)/synthassay dashboard $(RUNS)

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks.all

bench-assay: $(INSTALLED)
	$(BIN)/python -m benchmarks.attack_cost
	$(BIN)/python -m benchmarks.silence
	$(BIN)/python -m benchmarks.power
	$(BIN)/python -m benchmarks.coverage
	$(BIN)/python -m benchmarks.agreement
	$(BIN)/python -m benchmarks.cross_fit
	$(BIN)/python -m benchmarks.targeted
	$(BIN)/python -m benchmarks.speed

bench-linkage: $(INSTALLED)
	$(BIN)/python -m benchmarks.population
	$(BIN)/python -m benchmarks.linkage

bench-synth: $(INSTALLED)
	$(BIN)/python -m benchmarks.worth
	$(BIN)/python -m benchmarks.patients
	$(BIN)/python -m benchmarks.survival
	$(BIN)/python -m benchmarks.cgan
	$(BIN)/python -m benchmarks.synth_speed
	$(BIN)/python -m benchmarks.borrowing
	$(BIN)/python -m benchmarks.visits
	$(BIN)/python -m benchmarks.inference
	$(BIN)/python -m benchmarks.helped

bench-dp: $(INSTALLED)
	$(BIN)/python -m benchmarks.dp
	$(BIN)/python -m benchmarks.dp_baselines
	$(BIN)/python -m benchmarks.dp_gauge
	$(BIN)/python -m benchmarks.dp_audit

bench-images: $(INSTALLED)
	$(BIN)/python -m benchmarks.images
	$(BIN)/python -m benchmarks.images_privacy

clean:
	rm -rf $(VENV) build dist synthassay/site .pytest_cache .mypy_cache .ruff_cache .hypothesis
