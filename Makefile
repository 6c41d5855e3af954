# make demo | make test | make docs: each sets up everything it needs on a fresh machine.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test check spark bench chaos docs docs-build docs-refresh lock clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(if $(shell $(p) -c 'import sys; print(1) if sys.version_info[:2] >= (3, 11) else 0' 2>/dev/null),$(p))))
STAMP := $(VENV)/.installed
DEMO := demo-city
# One more than processors, because some tests wait for a server.
WORKERS := $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
SPARK := build/spark/.installed
# Apache Spark 4.0 runs on these.
JAVA := $(shell java -version 2>&1 | grep -E 'version "(17|18|19|20|21|22|23)[".]')

help:  ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## .venv with the locked requirements and envcredit itself

$(STAMP): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed / 需要 Python 3.11 以上"; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "The venv module is missing / 缺少 venv 模块: apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

demo: setup  ## a made-up city: imported, rated, explained, compared, reported
	$(BIN)/envcredit demo --out $(DEMO)

test: setup $(if $(JAVA),spark)  ## format, lint, strict types, layers, house rules, tests, manual
	@$(MAKE) --no-print-directory --jobs 2 check docs-build
	$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

spark: $(SPARK)  ## Apache Spark for the tests of engines; `make test` does this where there is Java 17

# Beside .venv, not in it: the server's Python package and the client's have the same name.
$(SPARK): requirements/spark-server.txt | $(STAMP)
	rm -rf $(@D)
	$(BIN)/python -m pip install --quiet --no-warn-script-location --require-hashes --target $(@D) --requirement $<
	touch $@

bench: setup  ## measured against peers, one run; see bench/README.md
	$(BIN)/python -m pip install --quiet --require-hashes --requirement bench/requirements.txt
	$(BIN)/python -m bench.run city province --out bench/results/$$($(BIN)/python -c 'from importlib.metadata import version; print(version("envcredit"))').json

chaos: setup  ## kills, power cuts, full disks, flipped bits, rewinds, mutants: the safety figures of publishing
	$(BIN)/python tests/chaos/run.py

docs: docs-build  ## the manual in zh and en, opened in a browser
	@$(BIN)/python docs/open_manual.py build/docs/zh/index.html

docs-build: setup
	$(BIN)/python docs/generate.py
	for tree in zh en; do \
	  $(BIN)/sphinx-build -q -W --keep-going -c docs -t $$tree -d build/doctrees/$$tree docs/$$tree build/docs/$$tree || exit 1; \
	done
	@echo "build/docs/zh/index.html  build/docs/en/index.html"

# Writes what the commands of the README and the manual now print; read the difference before it is committed.
docs-refresh: setup
	$(BIN)/python tests/docs/refresh.py README.md README.zh.md docs/en/*.md docs/zh/*.md

# Needs uv on the path; writes the locks anew.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade \
	  pyproject.toml --all-extras --group dev --output-file requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade \
	  --constraint requirements/dev.txt pyproject.toml --extra rate --output-file requirements/rate.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade \
	  --constraint requirements/dev.txt pyproject.toml --extra verify --output-file requirements/verify.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade \
	  requirements/spark-server.in --output-file requirements/spark-server.txt

clean:  ## everything that make has made
	rm -rf $(VENV) build $(DEMO)
