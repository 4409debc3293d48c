"""A model on loopback that reads eval cases: as their gold says, or too eagerly, where the prompts tell it to."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from coach.conversation import Side
from coach.evaluation.cases import EvalCase, load_cases
from coach.evaluation.oracle import Oracle
from coach.readers import read
from tests.browser.replies import NO_PLAN, NO_QUESTIONS, SCRIPT
from tests.browser.serving import ROOT

EAGER = "Take every kind word for a yes."
"""Stands in the prompts of the set that reads too eagerly."""


class Reader:
    """What the model says. `wait` is how long it takes for each reply, in seconds; `asked` counts requests."""

    def __init__(self, cases: list[EvalCase], wait: float = 0.0) -> None:
        self._read = {case.id: read(case.note, case.id) for case in cases}
        longest = {case.id: max(map(self._read[case.id].text, self._read[case.id].turns), key=len) for case in cases}
        self._cases = {_squashed(longest[case.id])[:50]: case for case in cases}
        self._lock = threading.Lock()
        self.wait = wait
        self.asked = 0

    def reply(self, asked: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.asked += 1
        time.sleep(self.wait)
        said = "\n".join(message["content"] for message in asked["messages"])
        squashed = _squashed(said)
        case = next((case for words, case in self._cases.items() if words in squashed), None)
        task = asked["response_format"]["json_schema"]["name"]
        if case is None:
            return _scripted(said, task)
        oracle, conversation = Oracle(case), self._read[case.id]
        if task == "extract":
            return oracle._claims(conversation).model_dump(mode="json")
        if task == "judge":
            reply = oracle._commitments(conversation).model_dump(mode="json")
            return self._eager(case, reply) if EAGER in said else reply
        return NO_PLAN if task == "ruthless" else NO_QUESTIONS

    def _eager(self, case: EvalCase, reply: dict[str, Any]) -> dict[str, Any]:
        """A yes in what they said last, by somebody who decides; and none where there is one."""
        if case.gold.stage == 2:
            return {**reply, "commitments": [], "opinion": "stage_1"}
        conversation = self._read[case.id]
        theirs = [turn for turn in conversation.turns if turn.side is not Side.REP] or list(conversation.turns)
        words = conversation.text(theirs[-1])
        pointer = {"line": theirs[-1].index, "quote": words}
        one = {"line": theirs[-1].index, "quote": words, "by": None, "to": "purchase", "level": "verbal", "hope": False, "condition": None}
        return {**reply, "commitments": [{**one, "can_decide": "yes", "authority": pointer, "taken_back": None, "deal": None}], "opinion": "stage_2"}


def _scripted(said: str, task: str) -> dict[str, Any]:
    """A note of the walk. The eager set leaves out what speaks against, and takes hope for something said."""
    reply: dict[str, Any] = next(replies for words, replies in SCRIPT.items() if words in said)[task]
    if EAGER not in said or task != "extract":
        return reply
    return {**reply, "claims": [{**claim, "hope": False} for claim in reply["claims"] if claim["polarity"] == "supports"][1:]}


def _squashed(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@contextmanager
def reading(evals: Path, wait: float = 0.0) -> Iterator[tuple[str, Reader]]:
    """Address of such a model, and the reader behind it."""
    reader = Reader(load_cases(evals / "cases"), wait)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            message = {"role": "assistant", "content": json.dumps(reader.reply(asked), ensure_ascii=False), "refusal": None}
            usage = {"prompt_tokens": 4_000, "completion_tokens": 300, "total_tokens": 4_300}
            choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
            body = {"id": "c", "object": "chat.completion", "created": 1, "model": asked["model"], "choices": [choice], "usage": usage}
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the note is in the request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", reader
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def two_sets(folder: Path) -> Path:
    """The prompts, and beside the default set one that reads too eagerly."""
    shutil.copytree(ROOT / "prompts", folder)
    shutil.copytree(folder / "default", folder / "eager")
    with (folder / "eager" / "system.j2").open("a", encoding="utf-8") as file:
        file.write(f"\n{EAGER}\n")
    return folder
