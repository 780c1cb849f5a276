"""Runs the benchmarks and prints their tables as Markdown: `python -m tests.benchmarks [NAME …]`, see README.md."""

from __future__ import annotations

import importlib
import platform
import sys
from pathlib import Path

import textual

from tests.benchmarks.report import Table


def main(arguments: list[str]) -> int:
    wanted = [argument for argument in arguments if argument != "--long"]  # benchmarks that know it look for it
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = [name for name in wanted if f"bench_{name}" not in names]
    if unknown:
        print(f"No benchmark {unknown[0]!r}; there are: {', '.join(each[6:] for each in names)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, Textual {textual.__version__}, {platform.machine()}\n", flush=True)
    is_broken = False
    for name in names:
        if wanted and name[6:] not in wanted:
            continue
        module = importlib.import_module(f"tests.benchmarks.{name}")
        tables: list[Table] = module.run()
        for table in tables:
            print(table.markdown(), flush=True)
            is_broken |= not all(kept for _, kept in table.verdicts)
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
