"""Names that a template uses, held against what it is given. In: a template's tree and the shapes of its words. Out: findings.

A shape is a sample value: a dict of shapes, a list of one shape, or anything plain. The tree is walked as it would be
rendered, through loops and includes, so that `line.txt` is found without a note in which that line is reached. Where a
shape cannot be known the walk says nothing. Never renders.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from jinja2 import TemplateError, nodes

from coach.lab.finding import Finding, meant
from coach.prompting import PromptSet

UNKNOWN: Any = object()
LOOP = dict.fromkeys(("index", "index0", "revindex", "revindex0", "length"), 0) | {"first": True, "last": True, "previtem": UNKNOWN, "nextitem": UNKNOWN}
FORGIVING = frozenset({"default", "d"})
MOST = 300  # templates on one walk, includes counted each time: pieces that include each other twice have no end


class Walk:
    """A walk through one template and all it includes. `used` are the given words that were named, `found` what is wrong."""

    def __init__(self, prompts: PromptSet, words: Mapping[str, Any]) -> None:
        self.prompts = prompts
        self.words = words
        self.used: set[str] = set()
        self.files: set[str] = set()
        self.found: list[Finding] = []
        self._file = ""
        self._left = MOST
        self._faulty: dict[str, bool] = {}

    def template(self, name: str, scope: Mapping[str, Any] | None = None) -> None:
        """Walks a template with the names of `scope` over the given words."""
        before, self._file = self._file, name
        self.files.add(name)
        self._left -= 1
        if name not in self._faulty:
            self._faulty[name] = bool(self.prompts.faults(name))
        if self._left > 0 and not self._faulty[name]:
            with suppress(TemplateError, RecursionError):  # faults of its own, told elsewhere
                self._body(self.prompts.tree(name).body, dict(scope or {}))
        self._file = before

    def _say(self, node: nodes.Node, says: str) -> None:
        self.found.append(Finding(file=self._file, line=node.lineno or 1, kind="error", says=says))

    def _body(self, body: list[Any], scope: dict[str, Any]) -> None:
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: Any, scope: dict[str, Any]) -> None:
        match node:
            case nodes.Output():
                for part in node.nodes:
                    self._shape(part, scope)
            case nodes.For():
                self._loop(node, scope)
            case nodes.If():
                self._shape(node.test, scope)
                for body in (node.body, node.elif_, node.else_):
                    inner = dict(scope)
                    self._body(body, inner)
                    scope.update({name: shape for name, shape in inner.items() if name not in scope})
            case nodes.Assign():
                scope.update({name.name: self._shape(node.node, scope) for name in node.find_all(nodes.Name) if name is node.target})
            case nodes.Include():
                self._include(node, scope)

    def _loop(self, node: nodes.For, scope: dict[str, Any]) -> None:
        over = self._shape(node.iter, scope)
        inside = over[0] if isinstance(over, list) and over else UNKNOWN
        names = [node.target] if isinstance(node.target, nodes.Name) else list(node.target.find_all(nodes.Name))
        inner = {**scope, "loop": dict(LOOP), **{name.name: inside if len(names) == 1 else UNKNOWN for name in names}}
        if node.test is not None:
            self._shape(node.test, inner)
        self._body(node.body, inner)
        self._body(node.else_, dict(scope))

    def _include(self, node: nodes.Include, scope: dict[str, Any]) -> None:
        name = str(node.template.value) if isinstance(node.template, nodes.Const) else ""
        if name in self.prompts.files:
            self.template(name, scope)
        elif not node.ignore_missing:
            self._say(node, f"there is no file {name} in this set.{meant(name, self.prompts.files)}")

    def _shape(self, node: Any, scope: Mapping[str, Any], forgiving: bool = False) -> Any:
        match node:
            case nodes.Name():
                return self._name(node, scope, forgiving)
            case nodes.Const():
                return node.value
            case nodes.Getattr() | nodes.Getitem():
                return self._part(node, scope, forgiving)
            case nodes.Filter():
                inner = self._shape(node.node, scope, node.name in FORGIVING) if node.node is not None else UNKNOWN
                self._all((*node.args, *node.kwargs), scope)
                return inner if node.name in FORGIVING else ""
            case nodes.Test():
                self._shape(node.node, scope, node.name in ("defined", "undefined"))
                self._all((*node.args, *node.kwargs), scope)
                return True
            case nodes.CondExpr():
                shapes = list(self._all((node.test, node.expr1, *([node.expr2] if node.expr2 else [])), scope))
                return shapes[1]
        self._all(node.iter_child_nodes(), scope)
        return UNKNOWN

    def _all(self, parts: Any, scope: Mapping[str, Any]) -> list[Any]:
        return [self._shape(part, scope) for part in parts]

    def _name(self, node: nodes.Name, scope: Mapping[str, Any], forgiving: bool) -> Any:
        if node.name in scope:
            return scope[node.name]
        if node.name in self.words:
            self.used.add(node.name)
            return self.words[node.name]
        if not forgiving:
            self._say(node, f"nothing here is called {node.name}.{meant(node.name, (*scope, *self.words)) or ' The list of words says what there is.'}")
        return UNKNOWN

    def _part(self, node: Any, scope: Mapping[str, Any], forgiving: bool) -> Any:
        held = self._shape(node.node, scope)
        if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
            self._all((node.arg,), scope)
            return held if isinstance(held, list | str) else UNKNOWN
        key = node.attr if isinstance(node, nodes.Getattr) else node.arg.value
        if held is UNKNOWN or forgiving:
            return UNKNOWN
        if isinstance(held, dict):
            if key in held:
                return held[key]
            self._say(node, f"{_named(node.node)} has no {key}.{meant(str(key), held)}{_among(held)}")
        elif isinstance(held, list) and isinstance(key, int):
            return held[0] if held else UNKNOWN
        elif not isinstance(held, str) or not isinstance(key, int):
            what = "a list: go through it with for" if isinstance(held, list) else "a plain word"
            self._say(node, f"{_named(node.node)} is {what}, and has no {key}.")
        return UNKNOWN


def shape(values: list[Any]) -> Any:
    """What values of one place look like: of dicts every key, of lists every item; the first that is not None of anything else."""
    known = [value for value in values if value is not None]
    if not known:
        return UNKNOWN
    if all(isinstance(value, dict) for value in known):
        keys = {key: None for value in known for key in value}
        return {key: shape([value[key] for value in known if key in value]) for key in keys}
    if all(isinstance(value, list) for value in known):
        items = [item for value in known for item in value]
        return [shape(items)] if items else [UNKNOWN]
    return known[0]


def _named(node: Any) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    return f"{_named(node.node)}.{node.attr}" if isinstance(node, nodes.Getattr) else "this"


def _among(held: dict[str, Any]) -> str:
    return f" It has {', '.join(sorted(map(str, held)))}."


def lines_using(prompts: PromptSet, file: str, names: set[str]) -> Iterator[int]:
    """Lines of a template on which one of these names stands."""
    if not prompts.faults(file):
        yield from sorted({node.lineno for node in prompts.tree(file).find_all(nodes.Name) if node.name in names})
