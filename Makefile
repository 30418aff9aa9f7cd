# make demo     build, and draft an SOP from a folder of finished work
# make test     everything that must hold: format, lints, tests, documentation
# make install  put `sop` on your path
#
# All of it uses the release profile, so that the dependencies are compiled once.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build demo test install

TARGET := $(or $(CARGO_TARGET_DIR),target)
SOP := $(TARGET)/release/sop

# rustup puts cargo here, and not every shell looks there.
export PATH := $(PATH):$(HOME)/.cargo/bin

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# A Rust compiler, a C compiler and make are all that is needed.
setup:
	@command -v cargo >/dev/null || { \
	  echo "Rust is missing: install it from https://rustup.rs (version 1.95 or newer), then run this again" >&2; exit 1; }
	@command -v cc >/dev/null || { \
	  if ! command -v apt-get >/dev/null; then \
	    echo "a C compiler is missing: install one (macOS: xcode-select --install), then run this again" >&2; exit 1; \
	  fi; \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo "a C compiler is missing: installing build-essential with apt-get"; \
	  $$sudo apt-get update -q; $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy build-essential; }

build: setup
	cargo build --release --locked -p sop-cli

demo: build
	@mkdir -p out
	"$(SOP)" draft examples/monthly-report --process "monthly sales report" --out out/SOP.md
	@echo
	@echo "---- out/SOP.md, the first 60 lines ----"
	@sed -n 1,60p out/SOP.md

test: setup
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings
	INSTA_UPDATE=no cargo test --release --locked --workspace
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps

install: setup
	cargo install --locked --path crates/sop-cli
