# Every target is a line of `make help`. What they need beyond Go, Node.js and Python, test/setup installs.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
ARTIFACTS := $(CURDIR)/test-artifacts
# How long each fuzz target runs with `make fuzz`, and how often `make test` kills the server.
FUZZTIME ?= 60s
KILLS ?= 10

# Modules of their own below this one: the SDK and its like, which are tested, and programs and tools of the tests, which are run.
MODULES := $(patsubst ./%,%,$(patsubst %/go.mod,%,$(shell find . -name node_modules -prune -o -mindepth 2 -name go.mod -print)))
SHIPPED := $(filter-out test test/% tools tools/%,$(MODULES))

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: web/dist/index.html ## the binary with the console in it: bin/rayscope
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.release=$(VERSION)' -o bin/rayscope ./cmd/rayscope

.PHONY: demo
demo: build ## build, then run Rayscope with a sample shop that makes traffic
	bin/rayscope demo

.PHONY: dist
dist: web/dist/index.html ## archives for Linux, macOS and Windows, with checksums: bin/dist
	go run ./deploy/dist -version '$(VERSION)'

.PHONY: packages
packages: web/dist/index.html bin/tools/nfpm ## the same with .deb and .rpm of the daemon
	go run ./deploy/dist -version '$(VERSION)' -nfpm bin/tools/nfpm

# The console, if Node.js is there to build it; without, the binary says so on a page of its own.
web/dist/index.html: $(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print 2>/dev/null)
	@if command -v npm >/dev/null; then \
		[ web/node_modules/.package-lock.json -nt web/package-lock.json ] || npm ci --prefix web --no-audit --no-fund --no-progress; \
		npm run --prefix web build; \
		touch $@; \
	else \
		echo 'Node.js is missing: the binary will have no console. Install Node.js 20.19 or newer, then make build again.'; \
	fi

.PHONY: setup
setup: ## install what the tests need: Chromium, JDK and Maven by apt, the rest below test/
	test/setup

.PHONY: test
test: build setup ## everything: rules, units, real clients, console in Chromium, crashes
	@test/stage begin
	test/stage lint $(MAKE) --no-print-directory lint
	test/stage units go test -race ./...
	for m in $(SHIPPED); do test/stage "units of $$m" go test -C $$m -race ./...; done
	test/stage 'console units' npm run --prefix web check
	test/stage 'real clients' env $(PROCESSES) -timeout 10m ./harness ./clients
	test/stage 'demo shop' env $(PROCESSES) -timeout 10m ./demo
	test/stage daemon env $(PROCESSES) -timeout 10m ./daemon
	test/stage conformance env $(PROCESSES) -timeout 10m ./conformance
	test/stage 'SDK for Go beside AWS' env $(PROCESSES) -timeout 10m ./sdkdiff
	test/stage 'console in Chromium' env $(PROCESSES) -timeout 20m ./console
	test/stage crashes env $(PROCESSES) -timeout 10m ./crash -kills $(KILLS)
	test/stage summary

# Tests of processes: never from the cache, as Go does not see that the binary has changed. They wait more than they work, so more
# run at a time than there are cores. What the processes print, and screenshots, are kept.
PROCESSES := RAYSCOPE_ARTIFACTS=$(ARTIFACTS) go test -C test -count 1 -parallel 4 -v

.PHONY: test-clients
test-clients: build setup ## only the real clients; RUN=expression chooses among them
	$(PROCESSES) -timeout 10m ./clients -run '$(RUN)'

.PHONY: test-daemon
test-daemon: build ## only the faults between the stand-alone daemon and its endpoints; RUN=expression chooses among the tests
	$(PROCESSES) -timeout 10m ./daemon -run '$(RUN)'

.PHONY: test-sdk
test-sdk: build ## only the SDK for Go beside AWS' SDK: equal programs leave equal traces; RUN=expression chooses among the programs
	$(PROCESSES) -timeout 10m ./sdkdiff -run '$(RUN)'

.PHONY: test-conformance
test-conformance: build setup ## only the conformance to X-Ray's service model; RUN=expression chooses among the tests
	$(PROCESSES) -timeout 10m ./conformance -run '$(RUN)'

.PHONY: test-console
test-console: build setup ## only the console in Chromium
	$(PROCESSES) -timeout 20m ./console

.PHONY: screenshots
screenshots: build ## pictures of the console's pages with the demo's incident, wide and narrow, light and dark: test-artifacts/screenshots
	web/e2e/screenshots.sh $(ARTIFACTS)/screenshots

.PHONY: test-crash
test-crash: build setup ## only the crash test; KILLS=n says how often
	$(PROCESSES) -timeout 60m ./crash -kills $(KILLS)

.PHONY: race
race: ## Go unit tests, three times, with the race detector
	go test -race -count 3 ./...

.PHONY: lint
lint: bin/tools/staticcheck bin/tools/errcheck ## gofmt, go vet, staticcheck and errcheck on every Go module
	@unformatted=$$(git ls-files -z -co --exclude-standard '*.go' | xargs -0 gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	@for m in . $(filter-out tools tools/%,$(MODULES)); do \
		echo "lint $$m"; \
		(cd $$m && go vet ./... && $(CURDIR)/bin/tools/staticcheck ./... && $(CURDIR)/bin/tools/errcheck -ignoretests -exclude $(CURDIR)/tools/errcheck.txt ./...); \
	done

bin/tools/staticcheck: tools/go.mod tools/go.sum
	go build -C tools -o ../$@ honnef.co/go/tools/cmd/staticcheck

bin/tools/errcheck: tools/go.mod tools/go.sum
	go build -C tools -o ../$@ github.com/kisielk/errcheck

bin/tools/nfpm: tools/nfpm/go.mod tools/nfpm/go.sum
	go build -C tools/nfpm -o ../../$@ github.com/goreleaser/nfpm/v2/cmd/nfpm

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (60s)
	@go list ./... | while read -r pkg; do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "fuzz $$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg; \
		done; \
	done

.PHONY: bench
bench: build ## micro-benchmarks, then the load of docs/performance.md on a real server and a real daemon
	go test -run '^$$' -bench . ./...
	go run ./bench
	go run ./bench -traces 1000000
	go run ./bench -daemon bin/rayscope -rates 20000 -sizes 1200 -seconds 5 -rounds 1

.PHONY: bench-daemon
bench-daemon: build ## the daemon's table of docs/performance.md; AGAINST=path of another X-Ray daemon to measure in turn with it
	go run ./bench -daemon bin/rayscope $(if $(AGAINST),-against '$(AGAINST)')
	go run ./bench -daemon bin/rayscope -rates 20000 -sign=false

.PHONY: bench-sdk
bench-sdk: ## the SDK's table of docs/performance.md: ours, AWS' and OpenTelemetry's for Go; TASKS=expression chooses among the tasks
	go run -C bench/sdk . -tasks '$(TASKS)'

.PHONY: clean
clean: ## remove all that the other targets make
	git clean -fdqX bin web/dist test-artifacts test
	rm -rf web/node_modules
