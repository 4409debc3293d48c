"""`python -m coach.models.serve`: one model on loopback. In: a line of JSON on standard input. Out: its address, one line of JSON.

It listens on 127.0.0.1 alone, on a port that the system gives out, and answers only whoever has the key it was handed. It
ends when its standard input does, which the system closes with the process that started it, however that ends. Writes no log.
"""

import json
import os
import select
import signal
import sys
import threading
import time

from coach.conversation import Value

LOOK = 1.0  # seconds between two looks at who the parent is


class Wanted(Value):
    """What to serve. `sleep_seconds` without a request free the memory; the next request fills it again. The key never stands on a command line."""

    path: str
    name: str
    context: int
    threads: int
    prompt_cache_mb: int
    sleep_seconds: int
    key: str


def main() -> None:
    """Serves until the parent is gone."""
    parent = os.getppid()
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    wanted = Wanted.model_validate_json(sys.stdin.buffer.readline())
    _end_on_hang_up()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    server = _server(wanted)
    report.write(json.dumps({"address": server.listening_address}) + "\n")  # type: ignore[attr-defined]
    report.flush()
    while os.read(0, 1):
        pass
    os._exit(0)


def _end_on_hang_up() -> None:
    """Lets the system itself end us when standard input closes: while the weights are loaded no line of Python runs."""
    try:
        import fcntl

        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
        if select.select([0], [], [], 0)[0]:  # it closed before we were ready to be told
            os._exit(0)
    except (ImportError, AttributeError, OSError):
        return  # elsewhere it ends as soon as the weights are loaded


def _end_with(parent: int) -> None:
    """Should a copy of the pipe live on in another process, the parent's end is seen here."""
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(0)


def _server(wanted: Wanted) -> object:
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = wanted.path
    params.model_alias = {wanted.name}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [wanted.key]
    params.cors_origins = "null"
    params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.n_ctx = wanted.context
    params.n_parallel = 1
    params.cache_ram_mib = wanted.prompt_cache_mb
    params.sleep_idle_seconds = wanted.sleep_seconds
    params.warmup = False
    for group in (params.cpuparams, params.cpuparams_batch):
        group.n_threads = wanted.threads
        group.poll = 0
    return Server(params)


if __name__ == "__main__":
    main()
