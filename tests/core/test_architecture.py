"""What is loaded when, and that nothing leaves the machine unless a model is set. Layers are contracts in pyproject.toml."""

import ast
import os
import subprocess
import sys

import pytest

from tests.core.builders import DATA, ROOT

VENDORS = ("openai", "langchain", "langchain_core", "langsmith", "jinja2", "streamlit")


def loaded(code: str) -> set[str]:
    """Top-level names of the modules that a fresh process has loaded after running the code."""
    script = f"import sys\n{code}\nsys.stderr.write('|'.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT, env=_env(), timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("|"))


def _env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "OPENAI_"))}


def test_help_loads_nothing_heavy() -> None:
    names = loaded("sys.argv = ['coach', '--help']\nfrom coach.cli import main\ntry: main()\nexcept SystemExit as end: assert end.code == 0")
    assert "click" in names
    assert not names & {*VENDORS, "numpy", "pydantic", "yaml", "icalendar", "asyncio"}


def test_the_review_loads_no_vendor_no_template_engine_and_no_page() -> None:
    names = loaded("import coach.review")
    assert "pydantic" in names
    assert not names & {*VENDORS, "sqlite3", "sqlalchemy", "alembic", "numpy", "yaml", "requests", "httpx"}


def test_an_offline_review_loads_no_vendor() -> None:
    names = loaded(OFFLINE)
    assert "numpy" in names
    assert not names & {*VENDORS, "requests", "httpx", "sklearn", "sqlalchemy", "alembic", "psycopg", "platformdirs"}


OFFLINE = f"""
from datetime import date
from pathlib import Path
from coach.readers import read
from coach.review import review
from coach.answering import OFFLINE
from coach.settings import load
settings = load()
path = Path({str(DATA / "calls" / "closing-call-01.md")!r})
done = review(read(path.read_bytes(), path.name), settings.playbook("default"), settings.ask(OFFLINE), date(2024, 2, 15))
assert done.verdict.headline
"""

NO_NETWORK = """
import socket
def refuse(*words, **more):
    raise AssertionError("something reached for the network")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""


def test_an_offline_review_and_all_its_exports_reach_for_no_network() -> None:
    exports = "from coach import render\nc = read(path.read_bytes(), path.name)\n"
    exports += "assert all((render.markdown(done, c), render.to_json(done), render.csv_rows(done, c), render.calendar(done), render.email(done)))\n"
    assert "numpy" in loaded(NO_NETWORK + OFFLINE + exports)


def test_the_guard_against_the_network_bites() -> None:
    with pytest.raises(AssertionError, match="reached for the network"):
        loaded(NO_NETWORK + "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')")


NEVER = {"smtplib", "ftplib", "telnetlib", "http", "urllib", "requests", "httpx", "aiohttp", "socket", "pickle", "marshal", "shelve", "ctypes", "sqlite3"}
NEVER |= {"httpx2", "huggingface_hub"}
MAY = {"coach/models/wire.py": "httpx2", "coach/models/hub.py": "huggingface_hub"}  # asks servers what they serve; fetches weights. Neither sees a note
MAY["coach/llm/live.py"] = "httpx2"  # the module that talks to a model; only for the name of an error


def test_no_module_can_mail_fetch_or_unpickle() -> None:
    """No such code path: nothing is written to a CRM, mailed or fetched, but by the modules that may."""
    found = []
    for path in sorted((ROOT / "coach").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path.relative_to(ROOT)}: {name}" for name in names if name.partition(".")[0] in NEVER - {MAY.get(path.relative_to(ROOT).as_posix())}]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "__import__", "compile"):
                found.append(f"{path.relative_to(ROOT)}: {node.func.id}")
    assert found == []


def test_only_the_settings_read_the_clock_and_the_environment() -> None:
    found = []
    for path in sorted((ROOT / "coach").rglob("*.py")):
        if path.name == "settings.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in (
                "date.today",
                "datetime.now",
                "datetime.utcnow",
                "time.time",
                "os.environ",
                "os.getenv",
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert found == []
