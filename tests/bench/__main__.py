"""`python tests/bench [topic ...]`: run the benchmarks, each in a process of its own; fail where a bar is missed."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(topics: list[str]) -> int:
    """Run the named topics, or all; the number of benchmarks that missed a bar."""
    scripts = sorted(HERE.glob("bench_*.py"))
    wanted = [script for script in scripts if not topics or script.stem.removeprefix("bench_") in topics]
    missed = [script.stem for script in wanted if subprocess.run([sys.executable, str(script)], check=False).returncode]
    if missed:
        print(f"missed their bar: {', '.join(missed)}")
    return len(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
