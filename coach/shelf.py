"""Prompt sets, playbooks and examples on disk. In: two folders, the shipped one and one's own. Out: folders, Playbooks, texts.

What is shipped is only read, and its names cannot be taken. Never reads the environment: `coach.settings` names the folders.
"""

import os
from pathlib import Path

from coach.errors import PlaybookError, SettingsError
from coach.playbook import Playbook, parse


class Shelf:
    """What stands in `prompts`, which is shipped, and in `sets`, which is one's own, in the same form."""

    prompts: Path
    sets: Path

    def prompt_sets(self) -> tuple[str, ...]:
        """Names of the prompt sets: default first, the shipped ones, then one's own."""
        shipped, own = ({path.parent.name for path in home.glob("*/system.j2")} for home in (self.prompts, self.sets))
        return (*sorted(shipped, key=lambda name: (name != "default", name)), *sorted(own - shipped))

    def prompt_folder(self, name: str) -> Path:
        """The folder of that prompt set, shipped or one's own. A name with a slash is a folder itself."""
        if "/" in name or os.sep in name:
            return Path(name)
        return next((home / name for home in (self.prompts, self.sets) if _is_file(home / name / "system.j2")), self.prompts / name)

    def known_set(self, name: str) -> str:
        """The name of a prompt set, or its folder, if it is there. Raises SettingsError."""
        if not os.path.isfile(self.prompt_folder(name) / "system.j2"):  # noqa: PTH113 - unlike is_file() no error where nobody may look
            raise SettingsError(f"No prompt set {name}. `coach prompts list` lists those there are.")
        return name

    def playbooks(self) -> tuple[str, ...]:
        """Ids of the playbooks: default first, the shipped ones, then one's own."""
        shipped, own = ({path.stem for path in (home / "playbooks").glob("*.yaml")} for home in (self.prompts, self.sets))
        if not shipped:
            raise SettingsError(f"No playbooks in {self.prompts}. Set COACH_PROMPTS to a folder like prompts/, or unset it.")
        return (*sorted(shipped, key=lambda id: (id != "default", id)), *sorted(own - shipped))

    def playbook_file(self, id: str) -> Path:
        """Where the playbook of that id is written, shipped or one's own. An id that ends in .yaml is the file itself."""
        if id.endswith((".yaml", ".yml")):
            return Path(id)
        places = [home / "playbooks" / f"{id}.yaml" for home in (self.prompts, self.sets)]
        return next((path for path in places if _is_file(path)), places[0])

    def playbook(self, id: str) -> Playbook:
        """The playbook of that id, or in that file. Raises PlaybookError."""
        path = self.playbook_file(id)
        return parse(_merged(path, self.prompts / "playbooks"), path.name)

    def extended(self, data: dict[str, object], path: Path) -> dict[str, object]:
        """A playbook's data, which is or will be in the file `path`, with what it takes over from the one it extends. Raises PlaybookError."""
        return _extended(dict(data), path, self.prompts / "playbooks", ())

    def examples(self) -> tuple[tuple[str, str], ...]:
        """Title and text of the example notes."""
        rows = []
        for path in sorted((self.prompts / "examples").glob("*.txt")):
            title, _, text = path.read_text(encoding="utf-8").partition("\n")
            rows.append((title.lstrip("# "), text.strip()))
        return tuple(rows)


def _is_file(path: Path) -> bool:
    """Whether there is one; not an error, as of `Path.is_file`, where nobody may look or the name is too long."""
    return os.path.isfile(path)  # noqa: PTH113


def _yaml(path: Path) -> dict[str, object]:
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlaybookError(f"{path.name} cannot be read: {error.strerror}. Check that you may read it.") from None
    except UnicodeDecodeError:
        raise PlaybookError(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # also a day that no calendar has
        mark = getattr(error, "problem_mark", None)
        where, how = (f", line {mark.line + 1}", "Mend that line.") if mark else ("", "`coach playbook lint` says where.")
        raise PlaybookError(f"{path.name}{where}: not YAML. {how}") from None
    if not isinstance(data, dict):
        raise PlaybookError(f"{path.name}: not a playbook. prompts/README.md shows the form.")
    return data


def _merged(path: Path, shipped: Path, below: tuple[str, ...] = ()) -> dict[str, object]:
    """A playbook's data over that of the one it extends, which stands beside it or among the shipped ones."""
    if not _is_file(path):
        raise PlaybookError(f"No playbook {path.stem[:60]}. `coach playbook list` lists those there are.")
    if path.stem in below:
        raise PlaybookError(f"{path.name} extends itself: {' -> '.join((*below, path.stem))}. Break the circle.")
    return _extended(dict(_yaml(path)), path, shipped, below)


def _extended(data: dict[str, object], path: Path, shipped: Path, below: tuple[str, ...]) -> dict[str, object]:
    base = data.pop("extends", None)
    if base is None:
        return data
    beside = path.parent / f"{base}.yaml"
    return {**_merged(beside if _is_file(beside) else shipped / beside.name, shipped, (*below, path.stem)), **data}
