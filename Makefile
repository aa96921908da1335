# Everything runs in .venv, which is created when a target first needs it.
PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON ?=
TESTS ?=
KILLS ?=
MINUTES ?=
CONTACTS ?= 1000
SEED ?=
LONG ?=
PARTS ?=
FUZZ ?= 20
FILE ?=
RELEASE ?=
REPLACE ?=
NOBODY_ERASED ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: FORCE help run stop psql backup restore test test-n8n pythons lint types openapi sdk mcpb bench chaos fuzz screenshots lock audit licenses clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

run: $(READY) ## run the whole product on this machine: make run PORT=8000
	@$(BIN)/python -m crmsolid.local run --host $(HOST) --port $(PORT)

stop: ## end what `make run` has started, from another terminal
	@$(BIN)/python -m crmsolid.local stop

psql: $(READY) ## open the database
	@$(BIN)/python -m crmsolid.local psql

backup: $(READY) ## write a backup of the database: make backup FILE=crm.dump
	@$(BIN)/python -m crmsolid.local backup $(if $(FILE),"$(FILE)")

restore: $(READY) ## make the database what it is in a backup: make restore FILE=crm.dump, REPLACE=1 if it has data
	@$(BIN)/python -m crmsolid.local restore "$(FILE)" "$(REPLACE)" "$(NOBODY_ERASED)"

test: $(READY) ## ruff, deptry, mypy and all tests; some of them: make test TESTS=tests/contacts
	@bash scripts/test.sh $(TESTS)

test-n8n: $(READY) ## run the nodes in n8n itself, which takes ten minutes and 2.3 GB the first time
	@$(BIN)/python -m pytest -n 0 tests/sdk/n8n/with_n8n.py

pythons: ## all tests on each Python from 3.11 on that is here; some of them: make pythons TESTS=tests/contacts
	@bash scripts/pythons.sh $(TESTS)

lint: $(READY) ## check the code with ruff
	@$(BIN)/ruff check .

types: $(READY) ## check the types with mypy
	@$(BIN)/mypy .

openapi: $(READY) ## write docs/openapi.json
	@$(BIN)/python manage.py write_openapi

sdk: $(READY) ## write the generated code of the Python, the TypeScript and the .NET client
	@$(BIN)/python sdk/python/tools/generate_models.py
	@$(BIN)/python sdk/dotnet/tools/generate_dotnet.py
	@$(BIN)/python sdk/dotnet/tools/public_api.py
	@$(BIN)/python sdk/python/tools/generate_sync.py
	@$(BIN)/python -m tests.sdk.typescript.toolchain

mcpb: $(READY) ## write the bundle for desktop assistants: make mcpb RELEASE=https://…/crmsolid-1.0.0.mcpb
	@$(BIN)/python scripts/mcpb.py $(RELEASE)

bench: $(READY) ## measure what docs/performance.md claims, in short: make bench PARTS=sending LONG=1
	@LONG=$(LONG) PARTS=$(PARTS) bash scripts/bench.sh

chaos: $(READY) ## kill and freeze processes under load: make chaos KILLS=100 SEED=7 (or MINUTES=10)
	@KILLS=$(KILLS) MINUTES=$(MINUTES) SEED=$(SEED) CONTACTS=$(CONTACTS) TESTS="$(TESTS)" bash scripts/chaos.sh

fuzz: $(READY) ## many random examples for each generated test: make fuzz FUZZ=20 TESTS=tests/api
	@FUZZ=$(FUZZ) bash scripts/fuzz.sh $(TESTS)

screenshots: $(READY) ## write the pictures in docs/img, of a demo workspace (needs Chromium)
	@DJANGO_SETTINGS_MODULE=crmsolid.settings $(BIN)/python -m tests.plugins.services $(BIN)/python -m tests.browser.screenshots

lock: $(READY) ## update the versions pinned in requirements.lock
	@bash scripts/lock.sh

audit: $(READY) ## look for known vulnerabilities of the packages that the lock files pin
	@$(BIN)/python scripts/audit.py

licenses: $(READY) ## write docs/licenses.md
	@$(BIN)/python scripts/licenses.py

FORCE:

clean: ## delete the virtual environment and caches, but not .data
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# With PYTHON, the script looks each time whether the environment is of that version.
$(READY): requirements.lock requirements-build.lock scripts/venv.sh $(if $(PYTHON),FORCE)
	@PYTHON="$(PYTHON)" bash scripts/venv.sh $(VENV)
	@touch $(READY)
