# The two commands that matter: `make demo` and `make test`. Everything else is for those who change Slipway.

SWIFT_FLAGS := --explicit-target-dependency-import-check error
RELEASE := -c release --static-swift-stdlib --product slipway
PREFIX ?= /usr/local
# A build without a terminal says a line for each of its thousands of steps, unless it is told not to.
QUIET := $(if $(CI),--quiet)

.PHONY: demo demo-down test acceptance check build release install golden bench format setup

demo: setup release        ## Deploy stacks/shop, update it under load, roll it back.
	scripts/demo up

demo-down:                 ## Take the demo down; nothing of it is left.
	scripts/demo down

test: setup check          ## Everything: format, layers, unit tests, then the tests on real programs.
	scripts/archives
	swift build --build-tests $(QUIET) $(SWIFT_FLAGS)
	scripts/test

check:                     ## What needs no build: format, import rules, the schema against every spec.
	swift format lint --strict --recursive Package.swift Sources Tests
	scripts/check-layers
	scripts/check-schema

build:
	scripts/archives
	swift build $(SWIFT_FLAGS)

release:
	scripts/archives
	swift build $(RELEASE) $(SWIFT_FLAGS)

install: setup release     ## One binary with the Swift runtime inside.
	install -D -m 0755 .build/release/slipway $(DESTDIR)$(PREFIX)/bin/slipway

golden:                    ## Write the golden files anew; read the difference before you commit it.
	UPDATE_GOLDEN=1 swift test
	scripts/check-schema --update

bench: setup release       ## Measure beside the peers, in one run.
	scripts/bench
	scripts/bench-render
	scripts/bench-backups

format:
	swift format --in-place --recursive Package.swift Sources Tests

setup:
	scripts/setup

acceptance: setup build release    ## The promises, measured on real stacks, each in full: about an hour.
	scripts/acceptance
