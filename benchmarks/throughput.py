"""How close many reviews at once come to what a model server allows. In: nothing. Out: a table on standard output.

A server of its own on loopback answers each request after a fixed wait, as a model would, however many come at once. Each
review goes the whole way: prompt, HTTP, parsing, grounding, rules, checks. Ideal is the server's waiting alone, spread
evenly over the reviews that are under way.
"""

import json
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks.waiting import WaitingChat
from coach.answering import REPLIES
from coach.conversation import Conversation
from coach.llm.asker import Asker
from coach.llm.live import openai_chat
from coach.prompting import PromptSet
from coach.review import review
from coach.settings import Settings

REVIEWS = 200
ABREAST = 16
WAIT = 2.0  # seconds of one reply


class _Answers(BaseHTTPRequestHandler):
    """Says what it was given for the task that the schema is named after."""

    protocol_version = "HTTP/1.1"
    replies: dict[str, str]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        time.sleep(WAIT)
        message = {"role": "assistant", "content": self.replies[asked["response_format"]["json_schema"]["name"]]}
        made = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}
        body = json.dumps(made).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 2 * ABREAST
    daemon_threads = True


def serve() -> None:
    """The server's process: replies come in on standard input, its port goes out."""
    _Answers.replies = json.loads(sys.stdin.readline())
    with _Server(("127.0.0.1", 0), _Answers) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


def throughput(settings: Settings, conversation: Conversation, today: date) -> None:
    """Seconds of `REVIEWS` reviews, `ABREAST` at once, against the ideal; and memory on the way."""
    playbook = settings.playbook("default")
    prompts = PromptSet(settings.prompts / settings.prompt_set)
    replies = WaitingChat(conversation, playbook, today, seconds=0).replies
    with subprocess.Popen([sys.executable, "-m", "benchmarks.throughput"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        try:
            server.stdin.write(json.dumps(replies) + "\n")
            server.stdin.flush()
            asker = Asker(openai_chat("m", "unused", f"http://127.0.0.1:{int(server.stdout.readline())}/v1", 60), prompts, REPLIES)
            calls = review(conversation, playbook, asker, today).provenance.usage.calls
            print(f"{REVIEWS} reviews of {calls} requests, {ABREAST} at once; {WAIT:g} s a reply")
            print(f"{'reviews':>8} {'seconds':>8} {'ideal':>7} {'of ideal':>9} {'peak MB':>8}")
            start, done = time.perf_counter(), 0
            with ThreadPoolExecutor(ABREAST) as pool:
                for _ in pool.map(lambda _: review(conversation, playbook, asker, today), range(REVIEWS)):
                    done += 1
                    if done in (REVIEWS // 4, REVIEWS // 2, REVIEWS):
                        seconds = time.perf_counter() - start
                        ideal = done * calls * WAIT / ABREAST
                        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                        print(f"{done:8} {seconds:8.1f} {ideal:7.1f} {ideal / seconds:9.1%} {peak:8.0f}")
        finally:
            server.kill()


if __name__ == "__main__":
    serve()
