"""pytest plugin: record which lines of some files each test runs, and how long it takes.

Each pytest process writes one JSON file into the folder `TEXTCHAT_MUTATION_RECORD`:
`{"seconds": {TEST: s}, "failed": [TEST], "lines": {FILE: {LINE: [TEST]}}}`. The test "" stands for what ran outside of
any test, by an import or a fixture of the whole session.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import coverage
import pytest

FOLDER = "TEXTCHAT_MUTATION_RECORD"
FILES = "TEXTCHAT_MUTATION_FILES"


class LineRecorder:
    """Coverage of the given files with one context a test."""

    def __init__(self, files: list[str], folder: Path) -> None:
        self._folder = folder
        self._coverage = coverage.Coverage(data_file=None, include=files, config_file=False)
        self._seconds: dict[str, float] = {}
        self._failed: set[str] = set()
        self._coverage.start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self._coverage.switch_context(item.nodeid)
        started = time.perf_counter()
        try:
            return (yield)
        finally:
            self._seconds[item.nodeid] = time.perf_counter() - started
            self._coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":  # a skipped test notices nothing either
            self._failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {file: data.contexts_by_lineno(file) for file in data.measured_files()}
        record = {"seconds": self._seconds, "failed": sorted(self._failed), "lines": lines}
        (self._folder / f"{os.getpid()}.json").write_text(json.dumps(record))


def pytest_configure(config: pytest.Config) -> None:
    # With workers the controller runs no test, and its reports are those of the workers.
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        recorder = LineRecorder(os.environ[FILES].split(os.pathsep), Path(os.environ[FOLDER]))
        config.pluginmanager.register(recorder, "line-recorder")
