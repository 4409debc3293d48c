"""YAML that remembers its lines. In: a file. Out: its data, and the line of every place in it, or a CaseError that names file and line.

A key that stands twice is an error: YAML would quietly take the last. Knows nothing of cases.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from coach.errors import CaseError

Place = tuple[int | str, ...]
"""Where something stands: keys and positions, from the outside in."""

MOST_PLACES = 100_000  # keys and values of a document; a case has hundreds


class Located(NamedTuple):
    """Plain data, and the document that it was made of."""

    data: Any
    node: Any

    def line_of(self, place: Place) -> int:
        """Line, from 1, of a place, or of the nearest thing around it."""
        node, line = self.node, self.node.start_mark.line + 1 if self.node is not None else 1
        for part in place:
            node = next(_below(node, part), None) if node is not None else None
            if node is None:
                return line
            line = node.start_mark.line + 1
        return line


def read_located(path: Path) -> Located:
    """The YAML document in a file. Raises CaseError."""
    try:
        return located(path.read_bytes(), path.name)
    except OSError as error:
        raise CaseError(f"{path.name}:1: cannot be read: {error.strerror}. Check the file.") from None


def located(data: bytes, name: str) -> Located:
    """The YAML document in `data`. `name` names its source in errors. Raises CaseError."""
    import yaml

    node: Any = None
    text = ""
    try:
        text = data.decode("utf-8")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)  # a safe loader, the compiled one where there is one
        node = loader.get_single_node()
        if _is_endless(node):
            raise CaseError(f"{name}:1: holds far more than a file like this does, perhaps by aliases of aliases. Write it out.")
        if twice := next(_twice(node), None):
            raise CaseError(f"{name}:{twice.start_mark.line + 1}: {twice.value} stands twice. Keep one.")
        return Located(loader.construct_document(node) if node is not None else None, node)
    except UnicodeDecodeError as error:
        raise CaseError(f"{name}:{error.object.count(10, 0, error.start) + 1}: not UTF-8 text. Save it as UTF-8.") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark, at = getattr(error, "problem_mark", None), getattr(error, "position", None)
        line = mark.line if mark else text.count("\n", 0, at) if at is not None else 0
        raise CaseError(f"{name}:{line + 1}: not YAML. Mend that line.") from None
    except ValueError:  # such as a day that no calendar has; PyYAML lets these through as they are
        line = next((scalar.start_mark.line for scalar in _scalars(node) if not _has_value(scalar)), 0)
        raise CaseError(f"{name}:{line + 1}: not a value. Mend that line.") from None


def _parts(node: Any) -> Iterator[tuple[Any, Any]]:
    """What a node holds, each with its key, None in a list."""
    for item in node.value if node is not None and isinstance(node.value, list) else ():
        yield item if isinstance(item, tuple) else (None, item)


def _below(node: Any, part: int | str) -> Iterator[Any]:
    for at, (key, value) in enumerate(_parts(node)):
        if key.value == str(part) if key is not None else at == part:
            yield value


def _is_endless(node: Any) -> bool:
    """Whether a document has more places than a case could: a few aliases make a tree without end of a small file."""
    places, waiting = 0, [node]
    while waiting and places <= MOST_PLACES:
        places += 1
        waiting += [part for pair in _parts(waiting.pop()) for part in pair if part is not None]
    return places > MOST_PLACES


def _twice(node: Any) -> Iterator[Any]:
    """Keys that stand before in their mapping."""
    known: set[str] = set()
    for key, value in _parts(node):
        if key is not None and isinstance(key.value, str):
            if key.value in known:
                yield key
            known.add(key.value)
        yield from _twice(value)


def _scalars(node: Any) -> Iterator[Any]:
    for _, value in _parts(node):
        yield from _scalars(value)
    if isinstance(node.value, str):
        yield node


def _has_value(scalar: Any) -> bool:
    import yaml

    try:
        yaml.constructor.SafeConstructor().construct_object(scalar)
    except ValueError:
        return False
    return True
