# Every target but help calls setup first; the second time that costs under a second.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-parts lint bench soak eval

help: ## show this
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## make both Python environments and train the language model
	@.ci/setup/service.sh
	@.ci/setup/rasa.sh

demo: setup ## run everything against simulated phones and print the address
	@.venv/bin/rekindle demo

test: setup test-parts lint ## lint, then all tests on SQLite and PostgreSQL, with real Redis, Rasa and Chromium
	@.venv/bin/python -m pytest --numprocesses 2 --dist loadfile

test-parts: setup
	@.ci/setup/test-parts.sh

lint: setup ## ruff, mypy and the layers' contract
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet --config .ci/lint-model.toml nlu/model
	@.venv/bin/ruff format --check --quiet --config .ci/lint-model.toml nlu/model
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-logo >/dev/null || .venv/bin/lint-imports

bench: setup ## how long the pure parts take, each beside what one would use instead
	@.venv/bin/python tests/bench/run.py

soak: setup ## the large tests: 50,000 made-up conversations, strangers, Redis away, processes killed
	@PYTHONPATH=tests .venv/bin/python -m soak

eval: setup ## measure understanding; EVAL=folder adds a folder of labelled texts
	@EVAL="$(EVAL)" .venv/bin/python tests/eval/run.py
