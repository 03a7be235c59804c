# Every developer command, a line each. A target installs what it needs: run `make` for the list.
.DEFAULT_GOAL := help
.PHONY: help install dev demo test slow check bench engines conformance docs picture pictures templates lock clean
BIN := .venv/bin
FOOTFALL_HOME ?= footfall-data
WRITTEN = $(shell grep -rlF --include='*.md' '[[[cog' *.md docs bench 2>/dev/null)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## .venv/bin/footfall and what it needs to run, nothing else
	@tools/bootstrap.sh

dev: install ## what tests and checks need as well
	@tools/bootstrap.sh dev

demo: install ## a simulated store with attacks: the whole product on it, and its own grade
	FOOTFALL_HOME=$(FOOTFALL_HOME) $(BIN)/footfall demo --no-serve $(ARGS)

test: dev ## the tests, but for the slow ones
	$(BIN)/pytest -n auto --dist worksteal -m "not slow and not engines" $(ARGS)

slow: dev ## the tests that take minutes; installs what the AWS plane's need
	@tools/bootstrap.sh dev infra
	$(BIN)/pytest -n auto --dist worksteal -m slow $(ARGS)

check: dev ## format, lint, types, layers, generated tables
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo $(if $(WRITTEN),&& $(BIN)/cog --check $(WRITTEN))

bench: dev ## side by side with the alternatives; installs them
	@tools/bootstrap.sh dev bench flink
	$(BIN)/python -m bench $(ARGS)

engines: install ## Spark, Flink and Trino, each in an environment of its own, for `footfall conformance`
	@tools/engines.sh

conformance: dev engines ## the tests that want those engines: every insight and every rule, row by row; the Flink application
	@tools/bootstrap.sh dev infra
	$(BIN)/pytest -n 2 --maxschedchunk 1 -m engines $(ARGS)

docs: dev ## write the generated tables of the Markdown files again
	$(if $(WRITTEN),$(BIN)/cog -r $(WRITTEN))

lock: install ## the lock files from pyproject.toml; ARGS=--upgrade for newer versions
	tools/lock.sh $(ARGS)

clean: ## remove what was installed and cached; the data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

templates: dev ## the CloudFormation templates of the AWS plane, from infra/
	@tools/bootstrap.sh dev infra
	$(BIN)/python -m infra.templates

pictures: dev demo ## docs/pictures: every page of the demo's dashboard in light, dark and on a phone; wants chromium
	$(BIN)/python -m tools.pictures $(FOOTFALL_HOME) docs/pictures

picture: demo ## docs/demo.svg, from the demo's answers
	$(BIN)/python -m tools.picture $(FOOTFALL_HOME)
