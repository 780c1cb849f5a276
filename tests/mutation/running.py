"""Run tests against mutants, each in a copy of the project, and only the tests that run its lines."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from tests.mutation import line_recorder
from tests.mutation.mutants import Mutant

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".cache", ".hypothesis", "__pycache__", ".*_cache")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=1")
WAIT_S = 8.0
"""What a test waits in vain for, it waits for so long: a mutant that makes nothing happen costs no more."""
SLACK_S = 60.0
"""A mutant has three times the time of its tests and this beside: a machine may be busy."""


@dataclass
class TestsByLine:
    """Which tests run a line, and how long each takes."""

    seconds: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    lines: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that can notice a mutant, the quickest first.

        What is run by an import, such as a constant, is every test's that runs anything of the file.
        """
        file = str(mutant.path)
        tests = set().union(*(self.lines.get((file, line), set()) for line in mutant.lines))
        if "" in tests or not tests:
            tests = set().union(*(tests for (other, _), tests in self.lines.items() if other == file))
        return sorted(tests - self.failed - {""}, key=lambda test: (self.seconds[test], test))


@dataclass(frozen=True)
class Result:
    mutant: Mutant
    outcome: str
    """"killed", "timed out" (killed too), "survived" or "no test"."""
    tests: int

    @property
    def is_killed(self) -> bool:
        return self.outcome in ("killed", "timed out")


class Runner:
    """Runs tests in copies of a project, each copy for one mutant at a time."""

    def __init__(self, root: Path, scratch: Path, jobs: int) -> None:
        self._scratch = scratch
        self._jobs = jobs
        self._copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            copy = scratch / f"copy{number}"
            shutil.copytree(root, copy, ignore=NOT_COPIED)
            self._copies.put(copy)
        self._edits = 0

    def tests_by_line(self, files: Sequence[Path], tests: Sequence[str]) -> TestsByLine:
        """Run the tests once, without any mutant, and record what each of them runs."""
        copy, folder = self._copies.get(), self._scratch / "record"
        folder.mkdir()
        named = {line_recorder.FILES: os.pathsep.join(str(copy / file) for file in files)}
        workers = ("-n", str(self._jobs)) if self._jobs > 1 else ("-n0",)
        argv = [*PYTEST, *workers, "-p", "tests.mutation.line_recorder", *tests]
        environment = _environment(**named, **{line_recorder.FOLDER: str(folder)})
        ran = subprocess.run(argv, cwd=copy, env=environment, stdout=subprocess.PIPE, text=True)
        if ran.returncode not in (0, 1):
            raise RuntimeError(f"the tests did not run:\n{ran.stdout[-4000:]}")
        self._copies.put(copy)
        found = TestsByLine()
        for file in folder.iterdir():
            record = json.loads(file.read_text())
            found.seconds |= record["seconds"]
            found.failed |= set(record["failed"])
            for path, lines in record["lines"].items():
                for line, names in lines.items():
                    found.lines[str(Path(path).relative_to(copy)), int(line)] |= set(names)
        return found

    def results(self, mutants: Sequence[Mutant], tests: TestsByLine) -> Iterator[Result]:
        """The result of each mutant, as they end."""
        with ThreadPoolExecutor(self._jobs) as pool:
            for ended in as_completed([pool.submit(self._run, mutant, tests) for mutant in mutants]):
                yield ended.result()

    def _run(self, mutant: Mutant, tests: TestsByLine) -> Result:
        names = tests.of(mutant)
        if not names:
            return Result(mutant, "no test", 0)
        copy = self._copies.get()
        file = copy / mutant.path
        source, before = file.read_bytes(), file.stat()
        try:
            file.write_bytes(mutant.applied(source))
            # Compiled files are told apart by size and whole seconds only.
            self._edits += 1
            os.utime(file, (before.st_atime, before.st_mtime + 10 * self._edits))
            patience = SLACK_S + 3 * sum(tests.seconds[name] for name in names)
            return Result(mutant, _outcome(copy, names, patience), len(names))
        finally:
            file.write_bytes(source)
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
            self._copies.put(copy)


def _outcome(copy: Path, names: Sequence[str], patience_s: float) -> str:
    listed = copy / ".mutation-tests"
    listed.write_text("\n".join(names))
    environment = _environment(TEXTCHAT_TEST_PATIENCE_S=str(WAIT_S))
    process = subprocess.Popen(
        [*PYTEST, "-n0", "-x", "--tb=no", f"@{listed}"],
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return "killed" if process.wait(patience_s) else "survived"
    except subprocess.TimeoutExpired:
        return "timed out"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # also what a test has started
        process.wait()


def _environment(**more: str) -> dict[str, str]:
    """The environment of pytest in a copy, whose modules come first by its own settings."""
    # Compiled files are kept in any case: they are the copy's own, and half of the time of a start.
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": ""} | more
