"""Mutation testing: change a line of the code, run the tests that run it, and list the changes that none noticed.

`python -m tests.mutation PATH… [--sample 200] [--seed 1] [--tests PATH…]`, from the folder of the project.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.running import Result, Runner

DEFAULT_TESTS = ("tests/live", "tests/core", "tests/store", "tests/flow")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path, help="files or folders to change")
    parser.add_argument("--sample", type=int, default=200, help="how many mutants at most (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="which sample (default: 1)")
    parser.add_argument("--tests", nargs="+", default=DEFAULT_TESTS, help="tests to choose from (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default: 2)")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    mutants = sampled(root, options.paths, options.sample, options.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutation-") as scratch:
        runner = Runner(root, Path(scratch), options.jobs)
        tests = runner.tests_by_line(sorted({mutant.path for mutant in mutants}), options.tests)
        for name in sorted(tests.failed):
            print(f"left out, as it does not pass without a mutant: {name}")
        print(f"{len(tests.seconds)} tests recorded after {time.monotonic() - started:.0f} s", flush=True)
        results = []
        for number, result in enumerate(runner.results(mutants, tests), 1):
            results.append(result)
            place = f"{result.mutant.path}:{result.mutant.line}"
            print(f"{number}/{len(mutants)} {result.outcome}, {place}, {result.mutant.kind}", flush=True)
    print(report(root, sorted(results, key=lambda result: result.mutant)))
    print(f"{time.monotonic() - started:.0f} s")
    return 0


def sampled(root: Path, paths: Sequence[Path], size: int, seed: int) -> list[Mutant]:
    """A random sample of the mutants of all files below the paths; the same for the same source and seed."""
    files = {
        file.resolve().relative_to(root)
        for path in paths
        for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])
    }
    mutants = [mutant for file in sorted(files) for mutant in mutants_of(file, (root / file).read_bytes())]
    return sorted(random.Random(seed).sample(mutants, min(size, len(mutants))))


def report(root: Path, results: Sequence[Result]) -> str:
    """A table of the files, and each survivor with its diff."""
    lines = []
    for result in results:
        if not result.is_killed:
            mutant = result.mutant
            lines += [
                f"\n{result.outcome} ({result.tests} tests): {mutant.path}:{mutant.line}, {mutant.kind}",
                mutant.diff((root / mutant.path).read_bytes()),
            ]
    lines.append("\n killed   of      %  file")
    of = Counter(str(result.mutant.path) for result in results)
    killed = Counter(str(result.mutant.path) for result in results if result.is_killed)
    for file, count in sorted(of.items()):
        lines.append(f"{killed[file]:7} {count:4} {killed[file] / count:6.0%}  {file}")
    lines.append(f"{killed.total():7} {of.total():4} {killed.total() / max(1, of.total()):6.0%}  together")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
