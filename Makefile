# Everything runs from .venv, which the first target that needs it makes.
PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON ?=
TESTS ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test lint types openapi bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

run: $(READY) ## the whole product on this machine: make run PORT=8000
	@$(BIN)/python -m crmsolid.run --host $(HOST) --port $(PORT)

test: $(READY) ## lint, types and the whole suite, on both databases; a part: TESTS=tests/contacts
	@bash scripts/test.sh $(TESTS)

lint: $(READY) ## ruff: what the code looks like
	@$(BIN)/ruff check .

types: $(READY) ## mypy: what the code says of itself
	@$(BIN)/mypy .

openapi: $(READY) ## write the OpenAPI document to docs/openapi.json
	@$(BIN)/python manage.py write_openapi

bench: $(READY) ## measure requests, sends and webhooks on this machine
	@$(BIN)/python -m bench

lock: $(READY) ## pin requirements*.txt anew in requirements.lock
	@bash scripts/lock.sh

clean: ## forget the virtual environment and caches; .data stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock scripts/venv.sh
	@PYTHON="$(PYTHON)" bash scripts/venv.sh $(VENV)
	@touch $(READY)
