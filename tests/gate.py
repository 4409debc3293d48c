"""The whole gate as one command: lint, types, import contracts, tests. In: further words for pytest. Out: its exit code."""

import subprocess
import sys
import time

STEPS: tuple[tuple[str, list[str]], ...] = (
    ("format and lint", [sys.executable, "-m", "ruff", "check", "."]),
    ("types", [sys.executable, "-m", "mypy"]),
    ("import contracts", [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"]),
)


def main(words: list[str]) -> int:
    """Runs the steps, then the tests. Stops at the first that fails."""
    if not words:
        for name, command in STEPS:
            start = time.perf_counter()
            done = subprocess.run(command, check=False)
            print(f"{name}: {'ok' if done.returncode == 0 else 'failed'} in {time.perf_counter() - start:.1f} s", flush=True)
            if done.returncode:
                return done.returncode
    return subprocess.run([sys.executable, "-m", "pytest", *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
