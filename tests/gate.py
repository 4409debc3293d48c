"""The whole gate as one command: lint, types, import contracts, tests. In: further words for pytest. Out: its exit code.

The tests run in two halves side by side: those of the browser and of the model wait much and work little.
"""

import subprocess
import sys
import time
from tempfile import TemporaryFile

STEPS: tuple[tuple[str, list[str]], ...] = (
    ("format and lint", [sys.executable, "-m", "ruff", "check", "."]),
    ("types", [sys.executable, "-m", "mypy"]),
    ("import contracts", [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"]),
)
WAITING = ("tests/browser", "tests/models")
HALVES: tuple[list[str], ...] = (list(WAITING), ["tests", *(f"--ignore={folder}" for folder in WAITING)])


def main(words: list[str]) -> int:
    """Runs the steps, then the tests. Stops at the first that fails."""
    if not words:
        for name, command in STEPS:
            start = time.perf_counter()
            done = subprocess.run(command, check=False)
            print(f"{name}: {'ok' if done.returncode == 0 else 'failed'} in {time.perf_counter() - start:.1f} s", flush=True)
            if done.returncode:
                return done.returncode
        return _both()
    return subprocess.run([sys.executable, "-m", "pytest", *words], check=False).returncode


def _both() -> int:
    """Runs both halves and prints what they said, one after the other."""
    with TemporaryFile() as first, TemporaryFile() as second:
        said = (first, second)
        halves = [
            subprocess.Popen([sys.executable, "-m", "pytest", *half, "-p", "no:cacheprovider"], stdout=out, stderr=subprocess.STDOUT)
            for half, out in zip(HALVES, said, strict=True)
        ]
        worst = 0
        for half, out in zip(halves, said, strict=True):
            worst = max(worst, half.wait(), key=abs)
            out.seek(0)
            print(out.read().decode("utf-8", "replace"), flush=True)
        return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
