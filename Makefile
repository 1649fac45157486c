# logfold's house. `make` lists what there is. Variables: SHARED, SWIFT_HOME, RELEASE_FLAGS, FUZZ_SECONDS, BENCH_SIZE.

# Where the project's shared tools and recordings are; only `truth` and `bench` look there.
SHARED ?= ../shared
# One binary that needs no Swift on the machine where it runs, without the sink that is for tests.
RELEASE_FLAGS ?= -c release --disable-default-traits --static-swift-stdlib --disable-local-rpath -Xlinker -s
FUZZ_SECONDS ?= 60
BENCH_SIZE ?= 500M

SWIFT := Scripts/swift.sh
SOURCES := Package.swift Sources Tests $(wildcard Fuzz Examples)

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test example build release deb unit-check boot-test truth format lint bench bench-agent bench-fate bench-gate kill-audit fuzz clean packages

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

demo: release ## Build it, read a log, and run the agent on a live one
	@Scripts/demo.sh

# The agent's tests run real processes against the clock of the machine: beside all other suites they starve.
test: packages ## Build it and run all tests
	@Scripts/packages.sh test
	$(SWIFT) test --skip LogfoldAgentTests
	$(SWIFT) test --skip-build --filter LogfoldAgentTests

build: packages ## A build for debugging
	$(SWIFT) build

release: packages ## The program as it ships: .build/release/logfold
	$(SWIFT) build $(RELEASE_FLAGS) --product logfold

deb: release ## The Debian package: .build/deb/logfold_….deb
	@Scripts/packages.sh deb
	Scripts/deb.sh

unit-check: ## Hold the systemd unit: nothing to verify, exposure at most 2.0
	Scripts/unit-check.sh

boot-test: release ## Install the package on a booted Debian, upgrade and purge it; as root
	Scripts/boot-test.sh

truth: packages ## Score every recording against what the services logged
	@Scripts/packages.sh test
	@mkdir -p .build
	LOGFOLD_TEST_GEN="$(wildcard $(abspath $(SHARED))/tools/gen.py)" \
	LOGFOLD_TEST_LOGHUB="$(wildcard $(abspath $(SHARED))/corpus/loghub-openstack)" \
		$(SWIFT) test --filter 'Truth|Interleaved|LogHub' 2>&1 | tee .build/truth.log
	@grep -q 'Test run with [1-9]' .build/truth.log || { echo 'No test of that name was run.' >&2; exit 1; }

format: ## Format all sources
	$(SWIFT) format format --in-place --parallel --recursive $(SOURCES)

lint: ## Check the format of all sources
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

example: packages ## Build the example that uses the library
	$(SWIFT) build --package-path Examples
	Examples/.build/debug/CountErrors < Fixtures/corpus/nova/nova-api-debug.log

BENCH_LOG := .build/bench/$(BENCH_SIZE).log

$(BENCH_LOG):
	@mkdir -p $(@D)
	"$(SHARED)/tools/gen.py" --size $(BENCH_SIZE) --seed 1 --output $@.new
	mv $@.new $@

bench: release $(BENCH_LOG) ## Compare with other programs on one big file
	@Scripts/packages.sh bench
	Benchmarks/compare.sh $(BENCH_LOG)

bench-agent: release $(BENCH_LOG) ## Measure the agent: at rest, live, at its start, behind a backlog
	Benchmarks/agent.py --backlog $(BENCH_LOG)

bench-fate: release $(BENCH_LOG) ## Measure what a dead and a slow sink cost the others, and what the spool costs
	Benchmarks/fate.py $(BENCH_LOG)

kill-audit: packages ## Kill the agent 200 times with three sinks under load, and count
	LOGFOLD_TEST_KILLS=200 $(SWIFT) test --filter DeliveryKillTests

bench-gate: release ## Hold the instructions for each byte of input
	@Scripts/packages.sh gate
	Benchmarks/gate.sh

fuzz: packages ## Feed the parsers with noise for FUZZ_SECONDS each
	SWIFTC="$$($(SWIFT) --bin)/swiftc" Scripts/fuzz.sh $(FUZZ_SECONDS)

clean: ## Remove everything that was built
	rm -rf .build

packages:
	@$(SWIFT) --bin >/dev/null
	@Scripts/packages.sh build
