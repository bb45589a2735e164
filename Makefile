# `make demo` and `make test` need a Swift toolchain, make and git; they install the Debian packages that are missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export PATH := $(PATH):/usr/sbin:/sbin

SOURCES := $(wildcard Sources Tests Benchmarks Package.swift)
# The same for all: so `make demo` and `make test` use one debug build. Warnings are errors in Package.swift.
BUILD := swift build --explicit-target-dependency-import-check error
# A package of its own, which builds both programs, optimized, in Benchmarks/.build.
BUILD_BENCHMARK := swift build --configuration release --package-path Benchmarks
# Network namespaces need root.
AS_ROOT := $(if $(filter-out 0,$(shell id -u)),sudo -E env "PATH=$(PATH)")

.PHONY: demo test bench bench-ipvs build lint format packages

demo: packages
	$(BUILD) --product servicelet
	$(BUILD) --product demo
	$(AS_ROOT) "$$($(BUILD) --show-bin-path)/demo" examples

test: packages lint
	$(BUILD) --build-tests
	$(AS_ROOT) scripts/run-tests "$$($(BUILD) --show-bin-path)"

# `make bench ARGUMENTS="--mode iptables"`; Benchmarks/README.md says what the figures mean.
bench:
	$(BUILD_BENCHMARK)
	$(AS_ROOT) "$$($(BUILD_BENCHMARK) --show-bin-path)/benchmark" $(ARGUMENTS)

# What a thousand Services cost in ipvs mode, in a virtual machine with a kernel that has IPVS.
bench-ipvs: packages
	$(BUILD) --build-tests
	$(AS_ROOT) scripts/run-in-vm env NO_COLOR=1 "$$(echo "$$($(BUILD) --show-bin-path)"/*.xctest)" \
		--testing-library swift-testing --filter '^VirtualMachineTests\.IPVSCostTests'

build:
	$(BUILD)

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)

format:
	swift format --in-place --parallel --recursive $(SOURCES)

packages:
	@scripts/install-packages
