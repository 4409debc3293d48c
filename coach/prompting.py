"""Jinja templates -> messages. In: a request and a folder of templates. Out: messages whose beginning all requests share.

Templates are strict (a missing variable is an error) and can do little: name a variable, repeat, choose, include. They
are given strings, numbers, lists and dicts only, and a limit on time and size. The note is data: it is fenced with a tag
made from its own hash and never rendered again. Never talks to a model.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import cached_property, wraps
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from coach.ask import Brief, Reply, Request
from coach.conversation import Conversation, Kind, Value
from coach.errors import PromptError
from coach.playbook import Criterion
from coach.windows import Piece, people_in

LARGEST_TEMPLATE = 60_000  # characters
LARGEST_PROMPT = 4_000_000
LONGEST_RENDER = 2.0  # seconds of this thread's work, so that a busy machine changes nothing
SHOWN_EXAMPLES = 2  # example sentences a criterion and polarity in the prompt; the offline analyst uses them all


class Message(Value):
    """One chat message."""

    role: str
    content: str


class PromptSet:
    """A folder of templates: `system.j2`, `brief.j2` and one file a task."""

    def __init__(self, folder: Path, texts: Mapping[str, str] | None = None) -> None:
        """The set in a folder; with `texts`, a set of these that may not be saved yet."""
        self.folder = folder
        self._texts = texts
        if texts is None and not os.path.isfile(folder / "system.j2"):  # noqa: PTH113 - unlike is_file() no error where nobody may look
            raise PromptError(f"No prompt set in {folder}: system.j2 is missing. Name a folder like prompts/default.")
        self._env = _Environment(self.files)
        self._forms: dict[type[BaseModel], str] = {}

    @cached_property
    def files(self) -> dict[str, str]:
        """Each template's text by its path in the folder, read once: what is rendered is what `version` names."""
        if self._texts is not None:
            return dict(self._texts)
        inside = self.folder.resolve()
        texts: dict[str, str] = {}
        for path in sorted(p for p in self.folder.rglob("*.j2") if p.is_file()):
            name = path.relative_to(self.folder).as_posix()
            if not path.resolve().is_relative_to(inside):
                raise PromptError(f"{name} is a link to a file outside the prompt set. Put the file itself there.")
            if path.stat().st_size > 4 * LARGEST_TEMPLATE:  # bytes of the longest characters
                raise PromptError(_too_long(name))
            try:
                texts[name] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                raise PromptError(f"{name} is not UTF-8 text. Save it as UTF-8.") from None
            except OSError as error:
                raise PromptError(f"{name} cannot be read: {error.strerror}. Check that you may read it.") from None
            if len(texts[name]) > LARGEST_TEMPLATE:
                raise PromptError(_too_long(name))
        return texts

    def version(self, *replies: type[BaseModel]) -> str:
        """Twelve hex characters that change with any template or reply schema."""
        parts = [self.files, [reply.model_json_schema() for reply in replies]]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]

    def messages(self, request: Request[Reply], replies: tuple[type[BaseModel], ...] = ()) -> list[Message]:
        """System and user message. All requests on one brief, with the same `replies`, share the system message and the start of the user's."""
        system, opening, task = self.parts(request, replies)
        return [Message(role="system", content=system), Message(role="user", content=opening + task)]

    def parts(self, request: Request[Reply], replies: tuple[type[BaseModel], ...] = ()) -> tuple[str, str, str]:
        """What `system.j2`, `brief.j2` and the task's template say to a request."""
        forms = {reply.__name__: self._form(reply) for reply in (*replies, request.reply)}
        shared = {**brief_words(request.brief), "forms": [{"name": name, "text": text} for name, text in forms.items()]}
        own = {"form": request.reply.__name__, "schema": forms[request.reply.__name__]}
        opening = self._render("brief.j2", shared) if request.shows_text else ""
        said = _cleaned(request.words(), shared["fence"])
        task = self._render(f"{request.task}.j2", {**shared, **said, **own})
        return self._render("system.j2", shared), opening, task

    def _form(self, reply: type[BaseModel]) -> str:
        if reply not in self._forms:
            self._forms[reply] = form_of(reply)
        return self._forms[reply]

    def _render(self, name: str, words: dict[str, Any]) -> str:
        if name not in self.files:
            raise PromptError(f"{self.folder.name} has no {name}. Copy it from prompts/default.")
        pieces: list[str] = []
        size = 0
        set_to = _deadline.set(time.thread_time() + LONGEST_RENDER)
        try:
            for piece in self._env.get_template(name).generate(words):
                size += len(piece)
                if size > LARGEST_PROMPT:
                    raise PromptError(f"{name} renders to more than {LARGEST_PROMPT:,} characters. Shorten the template or the note.")
                pieces.append(piece)
        except TemplateError as error:
            raise PromptError(f"{_place(error, name, self.files)}: {_said(error)}. Mend the template.") from None
        except (MemoryError, OverflowError, TypeError, ValueError, AttributeError, ZeroDivisionError, RecursionError) as error:
            raise PromptError(f"{_place(error, name, self.files)}: {type(error).__name__} while rendering. Mend the template.") from None
        finally:
            _deadline.reset(set_to)
        return "".join(pieces)


    def tree(self, name: str) -> nodes.Template:
        """A template as the parser sees it. Raises a TemplateError if it does not parse."""
        return self._env.parse(self.files[name], name, name)

    def faults(self, name: str) -> list[tuple[int, str]]:
        """What keeps a template from being used, whatever it is given: lines, and what is wrong there."""
        try:
            tree = self.tree(name)
            if found := [(line, _not_allowed(fault)) for node, line in _nodes(tree) if (fault := self._env.fault(node))]:
                return sorted(set(found))
            self._env.compile(tree, name)
        except TemplateSyntaxError as error:
            return [(error.lineno, f"{_said(error)}. Mend that line.")]
        except (MemoryError, RecursionError, OverflowError, ValueError, SyntaxError):
            return [(1, "brackets or blocks stand too deep in one another. Write it plainer.")]
        return []


_deadline: ContextVar[float] = ContextVar("deadline")


def _tick() -> str:
    """Called by every template, turn of a loop and filter: the sandbox stops no long loop. Prints nothing."""
    if time.thread_time() > _deadline.get():
        raise PromptError(f"The prompt took longer than {LONGEST_RENDER:g} seconds to write. Take loops within loops out of the templates.")
    return ""


def _ticking(plain: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(plain)
    def filter_(*args: Any, **options: Any) -> Any:
        _tick()
        return plain(*args, **options)

    return filter_


def _join(items: list[str], between: str = "") -> str:
    texts = [str(item) for item in items]
    if sum(map(len, texts)) + len(between) * len(texts) > LARGEST_PROMPT:
        raise PromptError(f"join makes more than {LARGEST_PROMPT:,} characters. Shorten the template or the note.")
    return between.join(texts)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja without calls, macros, arithmetic and methods. What is left cannot build a large value out of small ones."""

    ALLOWED: frozenset[type[nodes.Node]] = frozenset(
        {
            *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Include, nodes.Assign),
            *(nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Neg),
            *(nodes.Filter, nodes.Test, nodes.Keyword, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
        }
    )
    LOOP = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"})

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__(
            loader=FunctionLoader(lambda name: (files[name], name, None) if name in files else None),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.tick = _tick
        self.globals.clear()
        kept = {name: self.filters[name] for name in ("default", "d", "upper", "lower", "capitalize", "title", "trim")}
        self.filters = {name: _ticking(plain) for name, plain in {**kept, "join": _join, "length": len, "count": len}.items()}

    def compile(self, source: str | nodes.Template, name: str | None = None, *args: Any, **options: Any) -> Any:
        """Checks the template's tree and puts a tick into it before it becomes code."""
        if isinstance(source, str):
            source = self.parse(source, name, name)
            for node, line in _nodes(source):
                if fault := self.fault(node):
                    raise PromptError(f"{name}, line {line}: {_not_allowed(fault)}")
            blocks: list[Any] = [source, *source.find_all(nodes.For)]
            for block in blocks:
                tick = nodes.Call(nodes.EnvironmentAttribute("tick"), [], [], None, None)
                block.body.insert(0, nodes.Output([tick]).set_lineno(block.lineno))
        return super().compile(source, name, *args, **options)

    def fault(self, node: nodes.Node) -> str | None:
        """What a node is that prompts may not use, or None."""
        match node:
            case nodes.Include(template=part) if not (isinstance(part, nodes.Const) and isinstance(part.value, str)):
                return "an include without a plain name"
            case nodes.For(recursive=True):
                return "a recursive loop"
            case nodes.Assign(target=part) if not isinstance(part, nodes.Name):
                return "set with more than one plain name"
            case nodes.Getitem(arg=part) if not isinstance(part, nodes.Const | nodes.Slice | nodes.Neg):
                return "a variable as an index"
            case nodes.List(items=parts) | nodes.Tuple(items=parts, ctx="load") if not all(isinstance(part, nodes.Const) for part in parts):
                return "a list of anything but plain values"
            case nodes.Name(name="self" | "super" | "caller" | "varargs" | "kwargs" as word):
                return word
        return None if type(node) in self.ALLOWED else type(node).__name__.casefold()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a dict or a fact about the loop; nothing has methods."""
        if isinstance(obj, LoopContext) and attribute in self.LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item of a dict, list or string."""
        if isinstance(obj, StrictUndefined):
            str(obj)  # raises, and names what is undefined
        try:
            if isinstance(obj, dict | list | tuple | str):
                return obj[argument]
        except (LookupError, TypeError):
            pass
        return self.undefined(obj=obj, name=argument)


def _nodes(tree: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    """Every node with its line; some that the parser makes have none and get that of the one around them."""
    waiting = [(tree, 1)]
    while waiting:
        node, line = waiting.pop()
        line = node.lineno or line
        yield node, line
        waiting.extend((inner, line) for inner in node.iter_child_nodes())


def _place(error: BaseException, name: str, files: Mapping[str, str]) -> str:
    """File and line of the template in which the error arose."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name or name}, line {error.lineno}"
    place, step = name, error.__traceback__
    while isinstance(step, TracebackType):
        file = step.tb_frame.f_code.co_filename
        if file in files:
            place = f"{file}, line {step.tb_lineno}"
        step = step.tb_next
    return place


def _said(error: TemplateError) -> str:
    if isinstance(error, TemplateNotFound):
        return f"no template {error.name}"
    return (error.message or type(error).__name__).rstrip(".")


def _not_allowed(fault: str) -> str:
    return f"prompts may not use {fault}. Plain variables, for, if and include are enough."


def _too_long(name: str) -> str:
    return f"{name} is longer than {LARGEST_TEMPLATE:,} characters. Shorten the template."


def form_of(reply: type[BaseModel]) -> str:
    """The shape of a reply in under half the characters of its JSON Schema: every key, what it holds, what is meant."""
    schema = reply.model_json_schema()
    return _form(schema, schema.get("$defs", {}))


def _form(node: dict[str, Any], parts: dict[str, Any]) -> str:
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        return "pointer" if name == "Pointer" else _form(parts[name], parts)  # the rules in the system text say what a pointer is
    if "anyOf" in node:
        return " or ".join(_form(arm, parts) for arm in node["anyOf"])
    if "enum" in node:
        return " or ".join(json.dumps(value) for value in node["enum"])
    if node["type"] == "array":
        return f"[{_form(node['items'], parts)}, ...]"
    if node["type"] != "object":
        return str(node["type"])
    keys = (f'"{key}": {_form(inner, parts)}' + (f" ({note})" if (note := inner.get("description")) else "") for key, inner in node["properties"].items())
    return "{" + ", ".join(keys) + "}"


def fence_of(text: str) -> str:
    """A tag that does not occur in `text`, made from its hash: 16 hex characters."""
    for count in range(1000):
        tag = hashlib.sha256(f"{count}:{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if tag not in text:
            return tag
    raise PromptError("The note defeats its own fence. Remove the long runs of hex digits from it.")


def brief_words(brief: Brief) -> dict[str, Any]:
    """What every template may use."""
    conversation, playbook, window = brief.conversation, brief.playbook, brief.window
    pieces = window.pieces if window else tuple(Piece(turn=turn.index, start=turn.start, end=turn.end) for turn in conversation.turns)
    people = people_in(conversation, window) if window else conversation.people
    return {
        "today": brief.today.isoformat(),
        "weekday": f"{brief.today:%A}",
        "kind": conversation.kind.value,
        "fence": fence_of(conversation.source),
        "part": {"name": window.name, "first": window.first, "last": window.last, "of": len(conversation.turns) - 1} if window else None,
        "lines": [_line(conversation, piece) for piece in pieces],
        "people": [_cleaned(person.model_dump(mode="json")) for person in people],
        "criteria": [_criterion(criterion) for criterion in playbook.criteria],
        "plays": [{"id": play.id, "reason": play.reason} for play in playbook.plays],
    }


def _line(conversation: Conversation, piece: Piece) -> dict[str, Any]:
    turn = conversation.turns[piece.turn]
    counts = turn.kind not in (Kind.PLAN, Kind.SUMMARY) and not conversation.is_planted(piece.start, piece.end)
    text = conversation.source[piece.start : piece.end]
    said = {"speaker": turn.speaker or "", "side": turn.side.value, "kind": turn.kind.value, "counts": counts, "text": text}
    return {"id": f"L{piece.turn}", **{key: _cleaned(value) for key, value in said.items()}}


UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e01ef]"
)


def visible(text: str) -> str:
    """The text without characters that nobody sees, such as Unicode tags, zero-width and direction marks, or that cannot be sent."""
    return UNSEEN.sub("", text)


def _cleaned(words: Any, fence: str = "") -> Any:
    """Words of the note or of a model: each text on one line, of visible characters only, and without the fence."""
    match words:
        case str():
            text = " ".join(visible(words).split())
            return text.replace(fence, "") if fence else text
        case dict():
            return {key: _cleaned(value, fence) for key, value in words.items()}
        case list() | tuple():
            return [_cleaned(value, fence) for value in words]
    return words


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "label": criterion.label,
        "good": criterion.good,
        "must_have": criterion.must_have,
        "supports": list(criterion.examples.supports[:SHOWN_EXAMPLES]),
        "undermines": list(criterion.examples.undermines[:SHOWN_EXAMPLES]),
        "questions": [question.ask for question in criterion.questions if "{" not in question.ask][:2],
    }
