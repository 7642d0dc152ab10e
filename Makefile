# The front door. Meson and Ninja do the work; this says what there is to do.
BUILD ?= build
PREFIX ?= /usr/local
export JOTGATE_BUILD = $(abspath $(BUILD))

.PHONY: build ui run test test-browser test-keycloak lighthouse asan fuzz bench docs format check clean install
.DEFAULT_GOAL := build

build: ## jotgate, jotgate-broker and ngx_http_jotgate_module.so in $(BUILD)/
	@tools/deps.sh build
	@tools/build.sh $(BUILD)

ui: ## the dashboard into $(BUILD)/ui; needs Node 18 or later
	@command -v npm >/dev/null || tools/deps.sh oidc
	@tools/ui.sh $(BUILD)

run: build ## the demo: gateway on 8080, control API and dashboard on 8081; Ctrl-C ends it
	@tools/ui.sh --if-possible $(BUILD)
	@exec $(BUILD)/jotgate demo

test: ## unit, end-to-end and documentation tests; ends with "N passed, N failed"
	@tools/deps.sh build test
	@tools/build.sh $(BUILD) -Dtests=true
	@/usr/bin/python3 tools/run_tests.py $(BUILD)

test-keycloak: ## with a real Keycloak; needs Java 17 and, once, Maven
	@tools/deps.sh build test
	@tools/build.sh $(BUILD) -Dtests=true
	@/usr/bin/python3 tests/keycloak/run.py $(BUILD)

test-browser: ui ## the dashboard in Debian's chromium, at a real gateway; WRITE=1: docs/screenshots/
	@tools/deps.sh build browser
	@tools/build.sh $(BUILD)
	@tools/npm.sh tests/browser
	@cd dashboard && BUILD=$(abspath $(BUILD)) npm run --silent check
	@node tests/browser/run.mjs $(BUILD) $(if $(WRITE),--write)

lighthouse: ui ## the built dashboard by Lighthouse, 95 or more; 185 MB of npm packages
	@tools/deps.sh build browser
	@tools/build.sh $(BUILD)
	@tools/npm.sh tests/browser && tools/npm.sh tests/lighthouse
	@node tests/lighthouse/run.mjs $(BUILD)

asan: ## the same tests under AddressSanitizer and UBSan, through stock nginx
	@tools/deps.sh build test
	@tools/build.sh build-asan -Dtests=true -Db_sanitize=address,undefined -Db_lundef=false
	@JOTGATE_BUILD=$(abspath build-asan) /usr/bin/python3 tools/run_tests.py --sanitized build-asan

fuzz: ## every fuzz target for FUZZ_SECONDS (60) each
	@tools/deps.sh build test fuzz
	@CC=clang tools/build.sh build-fuzz -Dtests=true -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
	@/usr/bin/python3 tools/run_fuzz.py build-fuzz

bench: ## beside bare nginx and HAProxy in one run; see bench/README.md
	@tools/deps.sh build test bench
	@tools/build.sh build-release -Dtests=true -Dbuildtype=release
	@/usr/bin/python3 bench/run.py build-release $(if $(WRITE),--write)

docs: build ## fill docs/ from the program's tables
	@/usr/bin/python3 tools/docs.py $(BUILD)

format: ## clang-format decides
	@tools/deps.sh check
	@git ls-files '*.c' '*.h' | xargs clang-format -i

check: ## format, layer rule, sizes, warnings as errors
	@tools/deps.sh build test check
	@/usr/bin/python3 tools/check.py
	@tools/build.sh build-check -Dtests=true -Dwerror=true

install: ## below PREFIX (/usr/local), with DESTDIR in front for packages
	@tools/deps.sh build
	@tools/build.sh $(BUILD) --prefix=$(PREFIX)
	@meson install -C $(BUILD) --no-rebuild

clean:
	@rm -rf build build-asan build-fuzz build-release build-check
