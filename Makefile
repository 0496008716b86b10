# The commands of daily work. `make run` serves, `make test` proves; neither needs another server.
VENV := .venv
PYTHON := $(VENV)/bin/python
PYTHON3 ?= python3
export PORT ?= 8000

.PHONY: run dev test lint bench servers peers safety chaos comeback soak nodes desk grow fuzz screenshots clean

run: $(VENV)/.compiled
	@$(PYTHON) manage.py serve

dev: export DEBUG = 1
dev: $(VENV)/.development
	@$(PYTHON) manage.py serve --prepare-only && $(PYTHON) manage.py runserver $(or $(HOST),127.0.0.1):$(PORT)

test: $(VENV)/.development
	@$(PYTHON) -m pytest $(ARGS)

lint: $(VENV)/.development
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PYTHON) manage.py makemigrations --check --dry-run

bench: $(VENV)/.development $(VENV)/.compiled
	@$(PYTHON) -m benchmarks $(ARGS)

# The product behind each of its two servers, in turns; some ten minutes. ARGS="--keep" writes the figures down.
servers: $(VENV)/.development $(VENV)/.compiled
	@$(PYTHON) -m benchmarks.servers $(ARGS)

# Beside FastAPI + LangChain + sentence-transformers + pgvector, and above the bare floor. The first run installs 2 GB in var/.
peers: $(VENV)/.development
	@$(PYTHON) -m benchmarks.peers $(ARGS)

# The long run of the safety rule: some 120,000 questions about generated menus; what was tried is kept in var/safety.json.
safety: export SAFETY_EXAMPLES ?= 25000
safety: export SAFETY_RECORD = var/safety.json
safety: $(VENV)/.development
	@mkdir -p var
	@$(PYTHON) -m pytest tests/guestchat/test_safety.py -q $(ARGS)
	@cat var/safety.json

# What docs/delivery.md tells: all kinds of fault, a kill with 2,000 sockets open, guests who come and go for long.
chaos comeback soak: $(VENV)/.development
	@$(PYTHON) -m benchmarks.chaos $@ $(ARGS)

# What docs/deployment.md tells: two machines behind nginx, killed, cut off and restarted while guests ask. As root in
# network namespaces of their own. ARGS="--keep" writes the figures down.
nodes: $(VENV)/.development
	@$(PYTHON) -m benchmarks.nodes $(ARGS)

# What more hotels and longer menus cost; docs/scale.md. Some twenty minutes and 10 GB. ARGS="--hotels 1000 --longest 10000" is a look.
grow: $(VENV)/.development
	@$(PYTHON) -m benchmarks.grow $(ARGS)

# Every page of the staff in a hotel of 10,000 dishes with 1,000 open chats. ARGS="--keep" writes the figures down.
desk: $(VENV)/.development
	@$(PYTHON) -m benchmarks.desk $(ARGS)

# Hostile frames, requests, texts and guesses against a real server; 20 to 40 minutes. ARGS="pages --seed 7" runs a part.
fuzz: $(VENV)/.development
	@$(PYTHON) -m tests.fuzz $(ARGS)

# The pictures of the staff's pages in docs/staff.md, of an evening at the demo hotel.
screenshots: export GUESTCHAT_SCREENSHOTS = docs/screenshots
screenshots: $(VENV)/.development
	@$(PYTHON) -m pytest tests/guestchat/staff/test_screens.py tests/guestchat/staff/test_codes.py -q $(ARGS)

# What is made again by itself; never var/, which holds the hotel.
clean:
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -not -path './var/*' -prune -exec rm -rf {} +

# Only where a requirement changed: a second start asks no package index.
$(VENV)/.serving: requirements.txt
	@$(PYTHON3) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Guestchat needs Python 3.11 or newer, and $(PYTHON3) is " + sys.version.split()[0] + "; name another: make PYTHON3=python3.12")'
	@test -x $(VENV)/bin/pip || $(PYTHON3) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# What Python would otherwise make at the first start, or at each where the shell forbids it to keep bytecode.
SOURCES := $(shell find config guestchat menus \( -name '*.py' -o -path '*/vocabulary/*.toml' -o -path '*/glossary/*.tsv' \) -not -path '*/__pycache__/*')
$(VENV)/.compiled: $(VENV)/.serving $(SOURCES)
	@$(PYTHON) -m compileall -q config guestchat menus && $(PYTHON) -m guestchat.compiling
	@touch $@

$(VENV)/.development: $(VENV)/.serving requirements-dev.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
