# `make demo` and `make test` need a Swift toolchain, make and git; they install missing Debian packages.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export PATH := $(PATH):/usr/sbin:/sbin

SOURCES := $(wildcard Sources Tests Benchmarks Package.swift)
# The same everywhere, so that `make demo` and `make test` share one debug build. Warnings are errors in Package.swift.
BUILD := swift build --explicit-target-dependency-import-check error
# A separate package, built in Benchmarks/.build.
BUILD_BENCHMARK := swift build --configuration release --package-path Benchmarks
# Network namespaces need root.
AS_ROOT := $(if $(filter-out 0,$(shell id -u)),sudo -E env "PATH=$(PATH)")

.PHONY: demo test test-page bench compare-bench bench-ipvs release image deb check-chart test-sanitized fuzz build lint format \
	packages

# How long each reader is fuzzed.
SECONDS ?= 60
BUILD_FUZZER := $(BUILD) --product fuzz --sanitize=fuzzer -Xswiftc -DFUZZING --scratch-path .build/fuzzer

# One executable that includes Swift's libraries. It loads only the C library, C++'s, and SQLite.
RELEASE := .build/release-static
BUILD_RELEASE := swift build --configuration release --static-swift-stdlib --product servicelet --scratch-path .build/static \
	-Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -use-ld=lld \
	-Xlinker --gc-sections -Xlinker --no-export-dynamic -Xlinker -z -Xlinker pack-relative-relocs \
	-Xlinker -T -Xlinker $(abspath scripts/unnamed-functions.lds)
# The functions that daemons run; the linker places them together, which halves the memory for the program's file.
# Delete the list to regenerate it; missing or obsolete entries do no harm.
FUNCTIONS := $(abspath $(RELEASE))/functions

demo: packages
	$(BUILD) --product servicelet
	$(BUILD) --product demo
	$(AS_ROOT) "$$($(BUILD) --show-bin-path)/demo" examples

test: packages lint
	$(BUILD) --build-tests
	$(AS_ROOT) scripts/run-tests "$$($(BUILD) --show-bin-path)"

# The pages of `servicelet check --serve` in headless Chromium.
test-page:
	@scripts/install-packages page
	$(BUILD) --build-tests
	$(AS_ROOT) scripts/run-tests "$$($(BUILD) --show-bin-path)" page

# All tests with the thread sanitizer, in a separate build directory.
test-sanitized: packages
	$(BUILD) --build-tests --sanitize=thread --scratch-path .build/sanitized
	$(AS_ROOT) env TSAN_OPTIONS=suppressions=$(abspath scripts/thread-sanitizer.suppressions) \
		scripts/run-tests "$$($(BUILD) --sanitize=thread --scratch-path .build/sanitized --show-bin-path)"

# Fuzzes the readers of DNS, JSON, YAML, protobuf and netlink: they must read or refuse any input.
fuzz: packages
	$(BUILD_FUZZER)
	scripts/fuzz "$$($(BUILD_FUZZER) --show-bin-path)/fuzz" $(SECONDS)

# `make bench ARGUMENTS="--mode iptables"`, `"--dns"`, `"--api"`, `"--controllers"`; Benchmarks/README.md
# explains the figures.
bench: release
	@scripts/install-packages bench
	$(BUILD_BENCHMARK)
	$(AS_ROOT) "$$($(BUILD_BENCHMARK) --show-bin-path)/benchmark" --binary $(RELEASE)/servicelet $(ARGUMENTS)

# `make compare-bench OLD=a.json NEW=b.json`, both written with `make bench ARGUMENTS="--json FILE"`.
compare-bench:
	scripts/compare-bench $(OLD) $(NEW)

# The cost of a thousand Services in ipvs mode, in a virtual machine with a kernel that has IPVS.
bench-ipvs: packages
	$(BUILD) --build-tests
	$(AS_ROOT) scripts/run-in-vm env NO_COLOR=1 "$$(echo "$$($(BUILD) --show-bin-path)"/*.xctest)" \
		--testing-library swift-testing --filter '^VirtualMachineTests\.IPVSCostTests'

$(FUNCTIONS):
	@scripts/install-packages release
	$(BUILD_RELEASE)
	mkdir -p $(@D)
	$(AS_ROOT) scripts/list-functions "$$($(BUILD_RELEASE) --show-bin-path)/servicelet" > $@.new
	mv $@.new $@

# Stripped; prints its size, the libraries it loads, and the time to start and print its version.
release: $(FUNCTIONS)
	$(BUILD_RELEASE) -Xlinker --symbol-ordering-file=$(FUNCTIONS) -Xlinker --no-warn-symbol-ordering
	strip -o $(RELEASE)/servicelet "$$($(BUILD_RELEASE) --show-bin-path)/servicelet"
	@scripts/describe-program $(RELEASE)/servicelet

# An OCI image archive, made without a container engine.
image: release packages
	scripts/make-image $(RELEASE)/servicelet $(RELEASE)/servicelet-image.tar servicelet:$$($(RELEASE)/servicelet version | cut -d' ' -f2)

# A Debian package with a systemd unit, a man page and shell completions.
deb: release
	scripts/make-deb $(RELEASE)/servicelet $(RELEASE)

# Renders deploy/ with helm and kubectl, and compares the result with the copy that the tests check; needs PyPI once.
check-chart:
	scripts/check-chart

build:
	$(BUILD)

lint:
	scripts/lint $(SOURCES)

format:
	swift format --in-place --parallel --recursive $(SOURCES)

packages:
	@scripts/install-packages
