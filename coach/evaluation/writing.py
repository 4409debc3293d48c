"""A case as a file. In: an EvalCase. Out: its YAML in the one form that all cases have. Never changes what it says."""

from pathlib import Path
from typing import Any

from coach.errors import CaseError
from coach.evaluation.cases import EvalCase

WIDTH = 150
ODD_BREAKS = frozenset("\x85\u2028\u2029")  # a YAML block would make plain line ends of them


def save_case(case: EvalCase, folder: Path) -> Path:
    """Writes a new case into a folder of cases. Raises CaseError if one of that name is there."""
    path = folder / f"{case.id}.yaml"
    text = case_yaml(case)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CaseError(f"{path.name} is there already. Give the case another id.") from None
    except OSError as error:
        raise CaseError(f"{path.name} cannot be written: {error.strerror}. Check that {folder} may be written to, or set COACH_EVALS.") from None
    return path


def case_yaml(case: EvalCase) -> str:
    """The text of the case's file: the note as it reads, leaves on one line, what is not set left out."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """A dumper that writes the note as a block."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - lists stand in from their key
            super().increase_indent(flow, False)

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if ODD_BREAKS & set(value) else "|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    data = case.model_dump(mode="json", exclude_none=True, exclude_defaults=False)
    data["as_of"] = case.as_of
    data = {key: value for key, value in data.items() if value not in ([], ()) or key in ("tags",)}
    if data["family"] == "base":
        del data["family"]
    if data["gate"] == "scored":
        del data["gate"]
    for criterion in data["gold"]["criteria"].values():
        if not criterion["accept"]:
            del criterion["accept"]
    data["gold"]["commitment"].setdefault("by", None)
    made = str(yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=None))
    if EvalCase.model_validate(yaml.safe_load(made)) != case:
        raise CaseError(f"{case.id} cannot be written as YAML without a change. Look for odd characters in the note.")
    return made
