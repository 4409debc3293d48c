"""Reports: in order, inert wherever they land, and silent on which holdout cases went wrong."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from coach.evaluation.bench import write_reports
from coach.evaluation.dumb import DUMB, Agreement
from coach.evaluation.gate import Baseline, Blessed, bless, exit_code, judge
from coach.evaluation.report import Dossier, annotations, contents, flips_csv, junit, markdown, page
from coach.evaluation.report.blocks import Bar, Bars, Block, Grid, Heading, Items, Line
from coach.evaluation.report.markdown import LARGEST
from coach.evaluation.results import Result, Run
from coach.evaluation.thresholds import Thresholds
from tests.core.builders import row
from tests.evaluation.builders import NOTHING_ASKED, result, run_of

PAYLOADS = {
    "inline link": "[x](https://evil.test/a)",
    "reference link": "[x][1]\n\n[1]: https://evil.test/b",
    "autolink": "<https://evil.test/c>",
    "bare link": "https://evil.test/d www.evil.test evil.test",
    "picture": "![x](//evil.test/p.png)",
    "tag": '<img src=//evil.test/q onerror="x()"> </td></table><script src="//evil.test/s"></script>',
    "scripted link": '<a href="javascript:x()">x</a>',
    "style": "</style><style>@import url(//evil.test/c.css)</style>",
    "entities": "&lt;img src=x&gt; &#60;b&#62; &#x3c;i&#x3e;",
    "table": "a | b |\n| - | - |",
    "heading": "# x\n\n## y",
    "code": "```\ncode\n```  `x` ~~~",
    "attribute": '" onmouseover="x()" x=\'y\'',
    "workflow command": "x\n::error::y\r\n::add-mask::z %0A",
    "control characters": "bell\x07 nul\x00 escape\x1b[31m vt\x0b ff\x0c \ufffe \x9b",
    "bidi": "\u202egnp.exe\u202c \u2066x\u2069",
    "formula": "=HYPERLINK(\"//evil.test\",\"x\")",
    "CDATA": "]]> <![CDATA[ x ]]> <!-- y -->",
}  # fmt: skip
HIDDEN = "hidden-holdout-case"


def dossier(
    *results: Result, suite: str = "offline", source: str = "offline", baseline: Baseline | None = None, thresholds: Thresholds = NOTHING_ASKED
) -> Dossier:
    """Everything on a run of these results; the dumb answerers say stage 1."""
    run = run_of(*results, suite=suite, source=source)
    said = {name: run_of(*(_dumb(one) for one in results), suite=name) for name in DUMB}
    return Dossier(run, judge(run, thresholds, baseline), thresholds, baseline, said, Agreement(3, 0.9, 0.8, 3, 17, 18))


def _dumb(one: Result) -> Result:
    about = one.about
    return result(about.id, 1, about.gold, split=about.split, family=about.family, of=about.of, digest=about.digest)


def before(*results: Result, path: Path) -> Baseline:
    """A baseline of these results."""
    return bless(run_of(*results), path / "b.json")


@cache
def hostile(words: str) -> Dossier:
    """A run in which everything a note or a model words is those words; it fails, flips and lacks an answer."""
    blessed = {id: Blessed(digest="d", label=1, passed=True) for id in ("flips", "quiet")}
    baseline = Baseline(suite="x", model="m", prompts=None, weights="w", cases=blessed, figures={})
    results = [
        result("flips", 2, 1, why=words, quote=words),
        result("quiet", None, error=words),
        result("broken", 1, 1, why=words, quote=words, x_inert=(0.0, 1.0)),
        result("must", 2, 1, why=words, quote=words, gate="must_pass"),
    ]
    made = dossier(*results, baseline=baseline)
    worded = dict.fromkeys(("model", "started", "playbook", "weights"), words)
    worded["suite"] = re.sub(r"[/\\:\x00-\x1f]|\.$", "_", words)  # a run refuses a suite whose name leads elsewhere
    return made._replace(run=Run.model_validate({name: getattr(made.run, name) for name in Run.model_fields} | worded))


@cache
def laid_out(words: str) -> list[Block]:
    """The report on it."""
    return list(contents([hostile(words)]))


class Page(HTMLParser):
    """Tags and attributes of a page, and what of it would be fetched or run."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.acts: list[str] = []
        self.csp = ""
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "data", "style", "poster", "background", "xlink:href") or name.startswith("on"):
                self.acts.append(f"{tag} {name}={value}")
            if name == "content" and value and "default-src" in value:
                self.csp = value

    def handle_data(self, data: str) -> None:
        self.words.append(data)


TAGS = set("html head meta title style body h1 h2 h3 p ul li div table thead tbody tr th td svg text line circle".split())


@pytest.mark.parametrize("words", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_nothing_in_the_page_acts_and_all_of_it_is_there(words: str) -> None:
    text = page(laid_out(words))
    found = Page(text)
    assert set(found.tags) <= TAGS
    assert not found.acts
    assert found.csp == "default-src 'none'; style-src 'unsafe-inline'"
    assert text.count("<style") == 1
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("words", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_nothing_in_the_markdown_is_a_link_or_a_tag(words: str) -> None:
    text = markdown(laid_out(words))
    options = {"linkify": False, "html": True}
    for dialect in (MarkdownIt("commonmark"), MarkdownIt("gfm-like", options), MarkdownIt("js-default", options)):
        kinds = {token.type for token in _tokens(dialect.parse(text))}
        assert not kinds & {"link_open", "image", "html_block", "html_inline", "fence", "code_block", "code_inline"}, kinds
    assert not re.search(r"(?:https?|ftp):/{2}\S|www\.|\S@\S", text)  # GitHub looks for bare ones


def _tokens(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])


@pytest.mark.parametrize("words", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_every_table_of_the_markdown_has_the_same_cells_in_each_row(words: str) -> None:
    made = laid_out(words)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown(made))
    grids = [block for block in made if isinstance(block, Grid | Bars)]
    tables = re.findall(r"<table>.*?</table>", html, re.DOTALL)
    assert len(tables) == len(grids)
    for block, table in zip(grids, tables, strict=True):
        rows = block.rows if isinstance(block, Grid) else block.bars
        assert table.count("<tr>") == len(rows) + 1


@pytest.mark.parametrize("words", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_junit_is_well_formed_whatever_is_said(words: str) -> None:
    suite = ElementTree.fromstring(junit([hostile(words)]))[0]
    cases = {case.attrib["name"]: [child.tag for child in case] for case in suite}
    assert cases == {"flips": ["failure"], "quiet": ["error"], "broken": ["failure"], "must": ["failure"], "gate": ["failure"]}
    assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["errors"], suite.attrib["skipped"]) == ("5", "4", "1", "0")


@pytest.mark.parametrize("words", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_annotations_are_one_command_each_and_say_what_was_said(words: str) -> None:
    made = hostile(words)
    lines = list(annotations([made], Path("evals/cases")))
    assert len(lines) == len([one for one in made.findings if one.fails])
    for line in lines:
        assert "\n" not in line
        assert "\r" not in line
        command, _, data = line[2:].partition("::")  # as the runner takes it apart
        assert re.fullmatch(r"error(?: file=evals/cases/[a-z]+\.yaml,line=1)?", command)
        assert "%" not in data.replace("%25", "").replace("%0D", "").replace("%0A", "")


@pytest.mark.parametrize("words", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_no_cell_of_the_flips_is_a_formula(words: str) -> None:
    rows = list(csv.reader(io.StringIO(flips_csv([hostile(words)]))))
    assert {len(cells) for cells in rows} == {11}
    assert [cells[1] for cells in rows[1:]] == ["flips"]
    assert not any(cell[:1] in tuple("=+-@\t\r") for cells in rows for cell in cells if cell)


def test_a_failing_case_is_a_failure_what_was_wrong_before_is_skipped_and_a_passing_one_is_neither(tmp_path: Path) -> None:
    baseline = before(result("old", 2, 1), result("new"), result("fine"), path=tmp_path)
    suite = ElementTree.fromstring(junit([dossier(result("old", 2, 1), result("new", 2, 1), result("fine"), baseline=baseline)]))[0]
    assert [(case.attrib["name"], [child.tag for child in case]) for case in suite] == [
        ("old", ["skipped"]),
        ("new", ["failure"]),
        ("fine", []),
        ("gate", ["failure"]),
    ]


def test_junit_fails_wherever_the_gate_fails(tmp_path: Path) -> None:
    for broken in (
        dossier(result("a"), result(HIDDEN, split="holdout", x_inert=(0, 1))),
        dossier(result("a"), result(HIDDEN, 2, 1, split="holdout", gate="must_pass")),
        dossier(result("a"), result(HIDDEN, 2, 1, split="holdout"), baseline=before(result(HIDDEN, split="holdout"), path=tmp_path)),
        dossier(result("a"), result(HIDDEN, None, split="holdout")),
        dossier(result("a"), thresholds=Thresholds.model_validate({"floor": [{"suite": "offline", "split": "dev", "metric": "missed_yes", "at_most": 0.1}]})),
    ):
        assert exit_code(broken.findings)
        assert ElementTree.fromstring(junit([broken]))[0].attrib["failures"] == "1"


def test_annotations_are_nine_at_the_most_worst_first_and_one_that_counts_the_rest() -> None:
    made = dossier(*(result(f"c{at:02}", 2, 1, gate="must_pass") for at in range(12)), result("silent", None))
    lines = list(annotations([made], Path("evals/cases")))
    assert len(lines) == 10
    assert lines[0].startswith("::error::offline: 1 of 13 cases got no answer")
    assert lines[1].startswith("::error file=evals/cases/c00.yaml,line=1::")
    assert lines[-1] == "::notice::4 more findings are in the report"


def test_the_file_of_an_annotation_cannot_end_its_properties() -> None:
    made = dossier(result("a", 2, 1, gate="must_pass"))
    (line,) = annotations([made], Path("C:/odd,line=9::x/100%\n"))
    assert line.startswith("::error file=C%3A/odd%2Cline=9%3A%3Ax/100%25%0A/a.yaml,line=1::")


def test_what_a_run_says_of_a_holdout_case_stands_in_no_report(tmp_path: Path) -> None:
    held_out = result(HIDDEN, 2, 1, split="holdout", gate="must_pass", why="HUSH", quote="HUSH", x_inert=(0, 1))
    silent = result(f"{HIDDEN}-2", None, split="holdout")
    baseline = before(result(HIDDEN, split="holdout"), result(f"{HIDDEN}-2", split="holdout"), result("a"), path=tmp_path / "b")
    made = dossier(held_out, silent, result("a", 2, 1), baseline=baseline)
    other = dossier(result(HIDDEN, split="holdout"), result("a"), suite="gpt", source="live")
    write_reports([made, other], tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        text = path.read_text()
        assert HIDDEN not in text, path.name
        assert "HUSH" not in text, path.name
    assert not any(HIDDEN in line or "HUSH" in line for line in annotations([made], Path("cases")))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.md", "report.html", "junit.xml", "flips.csv"}
    assert "2 holdout cases flipped" in text_of(made) or "1 holdout cases flipped" in text_of(made)


def text_of(*dossiers: Dossier) -> str:
    """All words of a report."""
    return "\n".join(_words(block) for block in contents(list(dossiers)))


def _words(block: Block) -> str:
    match block:
        case Heading(_, text) | Line(text, _):
            return text
        case Items(lines):
            return "\n".join(lines)
        case Grid(head, rows):
            return "\n".join(" ; ".join(cells) for cells in (head, *rows))
        case Bars(bars):
            return "\n".join(bar.name for bar in bars)


def test_the_report_says_first_whether_the_run_passes(tmp_path: Path) -> None:
    blocks = list(contents([dossier(result("a"))]))
    assert blocks[1] == Line("offline: passed. 1 cases.", "good")
    blocks = list(contents([dossier(result("a", 2, 1, gate="must_pass"))]))
    assert blocks[1] == Line("offline: failed. a has to pass and does not: said 2, gold 1", "bad")
    blocks = list(contents([dossier(result("a", None))]))
    assert blocks[1].text.startswith("offline: not judged, too many cases without an answer.")  # type: ignore[union-attr]


def test_false_yeses_come_with_their_bound_and_missed_yeses_beside_them() -> None:
    text = text_of(dossier(*(result(f"n{at}", 1, 1) for at in range(59)), result("y", 1, 2)))
    assert "False yes 0 of 59 (0.0%; with 95% certainty under 5.0%). Missed yes 1 of 1 (100.0%)." in text


def test_false_yeses_are_told_also_where_no_yes_could_be_missed() -> None:
    assert "False yes 1 of 2 (50.0%" in text_of(dossier(result("a", 2, 1), result("b")))
    assert "Missed yes 1 of 2 (50.0%)" in text_of(dossier(result("a", 1, 2), result("b", 2, 2)))


def test_flips_come_with_the_quote_and_the_reason(tmp_path: Path) -> None:
    baseline = before(result("a"), result("b", 2, 1), result("same"), path=tmp_path)
    text = text_of(dossier(result("a", 2, 1, quote="we will take it", why="said 2"), result("b"), result("same"), baseline=baseline))
    assert "a ; broken ; stage 1 ; stage 2 ; stage 1 ; yes ; “we will take it” ; said 2" in text
    assert "b ; mended ; stage 2 ; stage 1 ; stage 1 ; yes" in text
    assert "same ;" not in text


def test_authored_replies_are_not_shown_as_what_a_model_can_do() -> None:
    text = text_of(dossier(result("a", status=(5, 6), evidence_recall=(1, 2)), suite="authored", source="authored"), dossier(result("a")))
    assert "authored replies: they prove the machinery and say nothing of any model" in text
    assert "Left out, because authored replies say nothing of a model: authored." in text
    authored = text[text.index("\nauthored\n") : text.index("\noffline\n")]
    assert "Against answerers" not in authored
    assert "status right" not in authored


def test_what_a_run_cannot_tell_stands_at_its_end() -> None:
    text = text_of(dossier(result("a")))
    assert "Two readers who did not see each other's answers: kappa 0.90 on the stage (3 of 3 the same)" in text
    assert text.rstrip().endswith("Whether a rep who reads the coaching wins more deals.")


def test_markdown_that_is_too_long_is_cut_at_a_whole_piece_and_says_so() -> None:
    blocks: list[Block] = [Line("x" * 1000) for _ in range(2000)]
    text = markdown(blocks)
    assert len(text.encode()) <= LARGEST + 200
    left = int(text.rstrip().rsplit("\n", 1)[-1].split(" ")[0])
    assert text.endswith(f"{left} more pieces are left out here; report.html has them.\n")
    assert text.count("x" * 1000) + left == 2000
    assert "left out" not in markdown(blocks[:10])


@pytest.mark.parametrize(
    ("bar", "held"),
    [row("with a floor", Bar("x", 0.5, 0.4, 0.6, 0.7, False), "70%"), row("without one", Bar("x", 0.5, 0.4, 0.6, None, True), "-")],
)
def test_bars_are_a_picture_on_the_page_and_a_table_in_markdown(bar: Bar, held: str) -> None:
    assert f"| x | 50.0% | 40% to 60% | {held} |" in markdown([Bars((bar,))]).replace("\\", "")
    html = page([Bars((bar,))])
    assert html.count("<circle") == 1
    assert ('class="limit"' in html) == (bar.limit is not None)
    assert ("dot bad" in html) == (not bar.good)


def test_a_report_on_nothing_but_copies_or_without_any_answer_is_a_report(tmp_path: Path) -> None:
    for results in ([result("p", family="perturbed", of="a"), result("i", family="injected", of="a")], [result("a", None), result("h", None, split="holdout")]):
        one, other = dossier(*results), dossier(*results, suite="gpt", source="live")
        write_reports([one, other], tmp_path)
        assert (tmp_path / "report.md").read_text().startswith("# Eval report")


def test_answerers_are_held_side_by_side_on_the_cases_that_all_have_answered() -> None:
    first = dossier(result("a", 1, 1), result("b", 2, 1), result("only-here", 2, 1))
    second = dossier(result("a", 1, 1), result("b", 1, 1), result("changed", None), suite="other", source="live")
    third = dossier(result("a", 2, 1), suite="gold", source="authored")
    blocks = list(contents([first, second, third]))
    at = blocks.index(Heading(2, "Who answers, on the same cases"))
    line, grid = blocks[at + 1 : at + 3]
    assert isinstance(line, Line)
    assert isinstance(grid, Grid)
    assert line.text.startswith("2 cases")
    assert [row[:4] for row in grid.rows] == [("dev", "offline", "50.0%, 1 of 2", "50.0%, 1 of 2"), ("dev", "other", "100.0%, 2 of 2", "0.0%, 0 of 2")]


def test_nothing_is_held_side_by_side_where_no_case_has_two_answers() -> None:
    alone = [dossier(result("a", 1, 1)), dossier(result("b", 1, 1), suite="other", source="live")]
    assert Heading(2, "Who answers, on the same cases") not in list(contents(alone))
