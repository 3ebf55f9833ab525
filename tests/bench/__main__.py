"""`python tests/bench [topic ...]`: run the benchmarks, each in a process of its own; fail where a bar is missed."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(topics: list[str]) -> int:
    """Run the named topics, or all; the number of benchmarks that missed a bar or broke."""
    scripts = sorted(HERE.glob("bench_*.py"))
    wanted = [script for script in scripts if not topics or script.stem.removeprefix("bench_") in topics]
    missed = [script.stem for script in wanted if not _passes(script)]
    if missed:
        print(f"missed a bar: {', '.join(missed)}")
    return len(missed)


def _passes(script: Path) -> bool:
    print(f"\n{script.stem.removeprefix('bench_')}", flush=True)
    with subprocess.Popen([sys.executable, "-u", str(script)], stdout=subprocess.PIPE, text=True) as process:
        lines = []
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return process.returncode == 0 and not any("FAIL" in line for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
