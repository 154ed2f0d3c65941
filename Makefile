# understudy: the two commands are `make demo` and `make test`; both install what is missing and build first.
# `make UNITY=OFF` makes a build folder for working on the code: a change compiles one file, not its neighbours too.
BUILD := build/release
JOBS  := $(shell nproc)
UNITY ?= ON

.PHONY: all deps configure demo shots test check format format-check tidy asan tsan bench clean

all: configure
	cmake --build $(BUILD) -j $(JOBS)

deps:
	@scripts/bootstrap

configure: deps
	@test -f $(BUILD)/build.ninja || cmake --preset release -DUNDERSTUDY_UNITY=$(UNITY)

# The whole way on two rendered people; prints where result.mp4 and the contact sheet are, and the measured figures.
demo: configure
	cmake --build $(BUILD) -j $(JOBS) --target understudy
	$(BUILD)/understudy -w demo demo
	@echo
	@echo "result:        $(CURDIR)/demo/result.mp4"
	@echo "contact sheet: $(CURDIR)/demo/contact_sheet.png"

# The studio's screens in both languages over the demo's film (make it first), for README, the documents and the guide.
shots: configure
	cmake --build $(BUILD) -j $(JOBS) --target understudy
	python3 tests/studio/screens_test.py .deps/node/bin/node web --shots docs/images demo $(BUILD)/understudy

# One more at a time than there are processors: kills, pages and the studio's jobs are waited for half of their time. No more
# than five: most programs that they start use all processors.
TESTS_AT_ONCE := $(shell test $(JOBS) -lt 4 && expr $(JOBS) + 1 || echo 5)
test: all
	ctest --test-dir $(BUILD) -j $(TESTS_AT_ONCE) --output-on-failure
	@scripts/test_summary $(BUILD)

# What CI runs: format, then everything that `test` does (the layer check is one of the tests); and the benchmarks compile.
check: deps format-check test
	cmake --build $(BUILD) -j $(JOBS) --target bench/all

SOURCES = $(shell git ls-files '*.cpp' '*.hpp')
format:
	clang-format -i $(SOURCES)
format-check: deps
	clang-format --dry-run --Werror $(SOURCES)

# clang-tidy's checks that find faults (.clang-tidy) over everything that is compiled; FILES="lib/base steps/6_merge" for a part.
# What was found clean is not looked at again until it changes. Its build folder is never built: it says how each file would be
# compiled by itself.
tidy: deps
	@scripts/bootstrap tidy
	cmake --preset tidy
	python3 scripts/tidy.py build/tidy $(FILES)

# TBB opens a library in a way that no sanitizer bears. OpenVINO's, which is new enough to be told of them, is taken for
# OpenCV too.
SANITIZED := TBB_ENABLE_SANITIZERS=1 LD_LIBRARY_PATH=$(CURDIR)/.deps/openvino/libs

# Address and undefined-behaviour sanitizers over the fast tests (those without LibTorch's own allocations last).
asan: deps
	cmake --preset asan
	cmake --build build/asan -j $(JOBS)
	$(SANITIZED) ASAN_OPTIONS=detect_leaks=0 ctest --test-dir build/asan --output-on-failure -LE slow

# The thread sanitizer over the tests of every room that does not link LibTorch, whose OpenMP it does not know.
tsan: deps
	cmake --preset tsan
	cmake --build build/tsan -j $(JOBS) --target tests_without_torch
	$(SANITIZED) TSAN_OPTIONS="suppressions=$(CURDIR)/scripts/tsan.supp halt_on_error=0 exitcode=66" \
	  ctest --test-dir build/tsan --output-on-failure -L without_torch

# JSON lines: name, value, unit.
bench: all
	cmake --build $(BUILD) -j $(JOBS) --target bench/all
	@$(BUILD)/bench/bench_extract
	@$(BUILD)/bench/bench_train

clean:
	rm -rf build
