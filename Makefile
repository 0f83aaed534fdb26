# make demo   play the bundled office morning           make test   everything CI runs
# make install  .venv with everything but training       make packages  Debian packages some tests need (root)
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install packages demo test lint types imports tests fix bench clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(STAMP)

packages:
	apt-get update -qq
	apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core openssl \
		gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base \
		gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly mosquitto

demo: install
	$(BIN)/siaga demo

test: lint types imports tests

lint: install
	$(BIN)/ruff check

types: install
	$(BIN)/mypy

imports: install
	$(BIN)/lint-imports

tests: install
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

fix: install
	$(BIN)/ruff check --fix

bench: install
	$(BIN)/siaga bench

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
