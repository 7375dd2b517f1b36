# Filmgate's front door. `make run` starts it, `make test` proves it; each installs what it needs and nothing else.
CARGO ?= cargo
BIN := target/release/filmgate

.PHONY: run build test check fmt bench gallery fuzz deps deps-test deps-bench openapi

run: build ## build and start with the embedded defaults; prints a curl line that works
	$(BIN) serve --quickstart

build: deps
	$(CARGO) build --release --locked --bin filmgate

test: deps-test ## every test there is
	$(CARGO) test --workspace --locked

check: deps ## what CI holds against a change before it runs the tests
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items --locked

fmt:
	$(CARGO) fmt --all

bench: deps-bench build ## the table of docs/benchmarks.md, yardsticks side by side
	python3 bench/run.py

gallery: deps ## docs/gallery: forty prompts as a contact sheet and a page; the films go to target/gallery
	@tools/need ffmpeg:ffmpeg ffprobe:ffmpeg chromium:chromium python3:python3
	$(CARGO) run --release --locked -q -p filmgate-animatic --example gallery -- docs/gallery/prompts.txt target/gallery docs/gallery/index.html
	@for film in target/gallery/*.mp4; do ffprobe -v error $$film && ffmpeg -v error -xerror -i $$film -f null - || exit 1; done
	tools/watch target/gallery/*.mp4
	ffmpeg -v error -y -i target/gallery/sheet.png -q:v 4 docs/gallery/sheet.jpg

fuzz: deps-test ## an hour of damaged media for every reader; FUZZ_SECONDS and FUZZ_SEED change it
	FUZZ_SECONDS=$${FUZZ_SECONDS:-3600} $(CARGO) test --release --locked -p filmgate-media --test it damaged_media -- --ignored --nocapture

# The H.264 encoder is C++ with assembler: without nasm it would be three times slower, so the build stops instead.
deps:
	@tools/need c++:g++ nasm:nasm

deps-test: deps
	@tools/need ffmpeg:ffmpeg ffprobe:ffmpeg chromium:chromium curl:curl

deps-bench: deps
	@tools/need nginx:nginx-light wrk:wrk ffmpeg:ffmpeg python3:python3 curl:curl
