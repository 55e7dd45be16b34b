PYTHON ?= python3
VENV := .venv/bin
UV := .venv-uv/bin/uv
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
.DEFAULT_GOAL := help
# Python's packages and npm's are installed side by side. Several goals run one after the other.
MAKEFLAGS += $(if $(word 2,$(MAKECMDGOALS)),,--jobs=2)
unexport MAKEFLAGS
.PHONY: help setup gallery demo storm chaos up down test test-rest test-all verify deploy synth soak check check-code check-templates bench fuzz format lock permissions screenshots audit licences sbom app clean

# The page. What is written last into gallery/dist stands for all of it.
PAGE := gallery/dist/index.html
PAGE_SOURCES := $(shell find gallery/src gallery/public -type f) $(addprefix gallery/,index.html package.json tsconfig.json vite.config.ts)

# uv does not read pip's settings: a mirror that is set for pip serves both.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
NEEDS_PYTHON := Darkroom needs Python 3.11 to 3.14
ANOTHER_PYTHON := name one: make $(MAKECMDGOALS) PYTHON=python3.13
CHECK_PYTHON = command -v "$(PYTHON)" >/dev/null && "$(PYTHON)" -c "" || { echo "$(PYTHON) cannot be run. $(NEEDS_PYTHON); $(ANOTHER_PYTHON)" >&2; exit 1; }; \
	"$(PYTHON)" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))" || { echo "$(NEEDS_PYTHON), and $(PYTHON) is $$("$(PYTHON)" -V); $(ANOTHER_PYTHON)" >&2; exit 1; }
CHECK_NODE = node -e "const [major, minor] = process.versions.node.split('.').map(Number); process.exit(major < 20 || (major == 20 && minor < 19) ? 1 : 0)" 2>/dev/null && command -v npm >/dev/null || \
	{ echo "Darkroom needs Node 20.19 or newer with npm, and found $$(node --version 2>/dev/null || echo none): https://nodejs.org" >&2; exit 1; }

PARALLEL := --numprocesses=auto --no-loadscope-reorder
# One more than there are cores: many of these tests wait for a local cloud.
PARALLEL_REST := --numprocesses=$(shell expr $$(nproc) + 1) --no-loadscope-reorder

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.installed .venv-cloud/.installed node_modules/.installed ## Install everything that the other targets need

gallery: $(PAGE) ## Build the page into gallery/dist

demo: setup $(PAGE) ## Start the local cloud, deploy the app to it and send pictures through
	@$(VENV)/python -m local demo

storm: setup $(PAGE) ## Upload a thousand pictures at once to the local cloud (STORM="--pictures 100")
	@$(VENV)/python -m local storm $(STORM)

chaos: setup $(PAGE) ## Let everything go wrong at once on a cloud of its own (CHAOS="--minutes 10")
	@$(VENV)/python -m local chaos $(CHAOS)

up: setup $(PAGE) ## Start the local cloud and deploy the app to it
	@$(VENV)/python -m local up

down: setup ## Stop the local cloud; its state is kept
	@$(VENV)/python -m local down

test: setup $(PAGE) ## Run the tests that take less than five minutes together (TEST="tests/stacks -k alarms")
	$(VENV)/python -m pytest $(PARALLEL) -m "not exhaustive" $(TEST)

test-rest: setup $(PAGE) .venv-guard/.installed ## Run the tests that `make test` leaves out (TEST=...)
	$(VENV)/python -m pytest $(PARALLEL_REST) -m exhaustive $(TEST)

test-all: setup $(PAGE) .venv-guard/.installed ## Run all tests (TEST=...)
	$(VENV)/python -m pytest $(PARALLEL_REST) $(TEST)

verify: .venv/.installed ## Test what is deployed; the pipeline's environment says where (docs/delivery.md)
	$(VENV)/python -m pytest tests/end_to_end $(VERIFY)

deploy: setup $(PAGE) ## Deploy to AWS (DEPLOY="-c stage=production")
	@npx cdk deploy '**' --require-approval never $(DEPLOY)

synth: setup $(PAGE) ## Write the templates to cdk.out (SYNTH="-c stage=production")
	@npx cdk synth --quiet $(SYNTH)

soak: setup ## Run 300,000 schedules of the convergence tests on all cores (SOAK="--schedules 1000000")
	@$(VENV)/python -m tests.convergence.soak $(SOAK)

check: check-code check-templates ## Lint, check formatting and types, and hold what would be deployed to its guardrails

check-code: setup
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy

check-templates: setup $(PAGE) .venv-guard/.installed
	@$(VENV)/python -m guard

audit: setup $(PAGE) .venv-guard/.installed .venv-audit/.installed .venv-bench/.installed ## Compare licences; ask for known vulnerabilities (AUDIT=--if-reachable: go on if nobody answers)
	$(VENV)/python -m guard.licences --check
	@$(VENV)/python -m guard.audit $(AUDIT) || { code=$$?; echo "make audit: see above (exit code $$code)" >&2; exit $$code; }

licences: setup .venv-guard/.installed .venv-audit/.installed .venv-bench/.installed ## Write the table of licences anew
	@$(VENV)/python -m guard.licences

sbom: setup ## Write the bill of materials to .build/sbom.json (CycloneDX)
	@$(VENV)/python -m guard.sbom .build/sbom.json

format: setup ## Format the code
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

bench: setup $(PAGE) .venv-bench/.installed ## Measure speed, memory and quality (BENCH=--help shows the options)
	@.venv-bench/bin/python -m bench $(BENCH)

fuzz: setup ## Throw damaged pictures, items and messages at what reads them, for a minute (FUZZ="--seconds 600")
	@$(VENV)/python -m tests.fuzz $(FUZZ)

permissions: setup ## Write the table of permissions anew
	$(VENV)/python -m tests.stacks.permissions

screenshots: setup $(PAGE) ## Take the pictures of the gallery that the docs show anew
	$(VENV)/python -m tests.gallery.screenshots

LOCKS := requirements-uv requirements guard/requirements guard/audit/requirements layers/imaging/requirements layers/powertools/requirements layers/resizing/requirements local/requirements bench/requirements requirements-dev
lock: $(UV) ## Write the hash-locked requirements anew from the *.in files (LOCK="--upgrade-package pillow")
	@for file in $(LOCKS); do $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --emit-build-options --custom-compile-command "make lock" --output-file $$file.txt $(LOCK) $$file.in || exit 1; done

app: # What cdk.json runs; it installs nothing, for its caller may be running in .venv
	@[ -x $(VENV)/python ] || { echo "Darkroom is not set up yet: run make setup" >&2; exit 1; }
	@$(VENV)/python app.py

clean: ## Stop the local cloud and delete everything that was made, its data too
	@[ ! -x $(VENV)/python ] || $(VENV)/python -m local down
	rm -rf .local .build cdk.out .venv .venv-audit .venv-bench .venv-cloud .venv-guard .venv-uv node_modules gallery/dist gallery/node_modules

# Every environment holds what its lock file names and nothing else: uv compares each hash, resolves
# nothing, and builds nothing but what the lock says must be built, with what the lock pins.
.venv/.installed: requirements-dev.txt
.venv-cloud/.installed: local/requirements.txt
.venv-bench/.installed: bench/requirements.txt
.venv-guard/.installed: guard/requirements.txt
.venv-audit/.installed: guard/audit/requirements.txt
.venv/.installed .venv-audit/.installed .venv-bench/.installed .venv-cloud/.installed .venv-guard/.installed: | $(UV)
	@$(CHECK_PYTHON)
	@echo "Installing $< into $(@D) ..." >&2
	@"$(PYTHON)" -m venv --clear --without-pip $(@D)
	@$(UV) pip sync --quiet --require-hashes --only-binary :all: --build-constraint $< --python $(@D)/bin/python $<
	@touch $@

# pip brings uv, and nothing else.
$(UV): requirements-uv.txt
	@$(CHECK_PYTHON)
	@echo "Installing uv into .venv-uv ..." >&2
	@"$(PYTHON)" -m venv --clear .venv-uv
	@.venv-uv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: --requirement $<
	@touch $@

node_modules/.installed: package-lock.json
gallery/node_modules/.installed: gallery/package-lock.json
node_modules/.installed gallery/node_modules/.installed:
	@$(CHECK_NODE)
	@echo "Installing what $< pins ..." >&2
	@cd $(<D) && npm ci --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

$(PAGE): gallery/node_modules/.installed $(PAGE_SOURCES)
	@echo "Building the gallery's page ..." >&2
	@cd gallery && npm run --silent build -- --logLevel warn
	@touch $@
