# Every target but help calls setup first; the second time that costs under a second.
.DEFAULT_GOAL := help
.PHONY: help setup service model demo test test-parts lint checks bench soak eval

help: ## show this
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: service model ## make both Python environments and train the language model

service:
	@.ci/setup/service.sh

model: service
	@.ci/setup/rasa.sh

demo: setup ## run everything against simulated phones and print the address
	@.venv/bin/rekindle demo

test: service ## lint, then all tests on SQLite and PostgreSQL, with real Redis, Rasa and Chromium
	@$(MAKE) --no-print-directory --jobs 2 model test-parts checks
	@.venv/bin/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder -o tmp_path_retention_policy=failed

test-parts: service
	@.ci/setup/test-parts.sh

lint: setup checks ## ruff, mypy and the layers' contract

checks: service
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet --config .ci/lint-model.toml nlu/model
	@.venv/bin/ruff format --check --quiet --config .ci/lint-model.toml nlu/model
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-logo >/dev/null || .venv/bin/lint-imports

bench: setup ## how long the pure parts take, each beside what one would use instead
	@.venv/bin/python tests/bench/run.py

soak: setup ## the large tests: 50,000 conversations, strangers, Redis away, processes killed, a campaign
	@PYTHONPATH=tests .venv/bin/python -m soak

eval: setup ## measure understanding; EVAL=folder adds a folder of labelled texts
	@EVAL="$(EVAL)" .venv/bin/python tests/eval/run.py
