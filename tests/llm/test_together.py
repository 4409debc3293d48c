"""A small model and the offline analyst together: who answers what, what a check throws out, and what a built-in model's server is held to."""

import json
from pathlib import Path

from coach.answering import CHECKED, OFFLINE, SMALL_REPLIES
from coach.ask import Brief
from coach.evidence import Claim, Extract
from coach.llm.analyst import Analyst
from coach.llm.asker import Asker, Reach
from coach.llm.schema import strict_schema
from coach.llm.scripted import Scripted
from coach.llm.together import REFUSED, ModelChecks, ModelReads
from coach.models.known import known
from coach.playbook import Playbook
from coach.prompting import PromptSet
from coach.readers import read
from coach.review import Watch, review
from coach.settings import Settings
from tests.llm.conftest import TODAY

SMALL = Path(__file__).parents[2] / "prompts" / "small"
NOTE = """Call with Dana (ops lead, Northgate)
Dana said they lose two orders a week because nobody picks up the phone, about 40 grand a quarter.
No money is set aside this year, it would have to come out of somebody else's budget.
CFO Marcus signs anything over 25k and has not heard of us."""
FOR, AGAINST = '{"speaks": "for"}', '{"speaks": "against"}'
NOTHING = json.dumps({"selling": "A phone service.", "sales": True, "deals": [], "claims": []})
NO_YES = json.dumps({"reason": "Nobody said yes.", "commitments": [], "refusal": None, "opinion": "stage_1"})


def asker(chat: Scripted) -> Asker:
    return Asker(chat, PromptSet(SMALL), SMALL_REPLIES, Reach(reply=900, limits=True))


def nominated(playbook: Playbook) -> list[Claim]:
    """What the analyst claims on the note, hope left out: one question each."""
    heard: list[Claim] = []
    chat = Scripted([FOR] * 50)
    brief = Brief(conversation=read(NOTE), playbook=playbook, today=TODAY)
    ModelChecks(asker(chat), Analyst())(Extract(brief=brief, hear=heard.append))
    return [claim for claim in Analyst()(Extract(brief=brief)).reply.claims if not claim.hope]


def test_the_playbook_words_the_coaching_of_a_model_that_reads(playbook: Playbook) -> None:
    chat = Scripted([NOTHING, NO_YES])
    made = review(read(NOTE), playbook, ModelReads(asker(chat), Analyst()), TODAY)
    chat.finished()
    assert [sent.task for sent in chat.sent] == ["extract", "judge"]
    assert made.provenance.model == "scripted"
    assert made.advice.first


def test_what_a_check_hears_the_other_way_is_thrown_out_and_shown(playbook: Playbook) -> None:
    claims = nominated(playbook)
    assert {claim.polarity for claim in claims} == {"supports", "undermines"}
    chat = Scripted([FOR] * len(claims))
    made = review(read(NOTE), playbook, ModelChecks(asker(chat), Analyst()), TODAY)
    chat.finished()
    against = [claim.quote for claim in claims if claim.polarity == "undermines"]
    assert sorted(item.quote for item in made.rejected if item.reason == REFUSED) == sorted(against)
    assert all(item.polarity == "supports" for item in made.evidence if item.basis != "hope")
    assert made.provenance.quotes_thrown_out == len(made.rejected)


def test_a_check_that_agrees_leaves_the_offline_review_as_it_is(playbook: Playbook) -> None:
    ways = {"supports": FOR, "undermines": AGAINST}
    chat = Scripted([ways[claim.polarity] for claim in nominated(playbook)])
    heard: list[str] = []
    made = review(read(NOTE), playbook, ModelChecks(asker(chat), Analyst()), TODAY, Watch(lambda _: None, lambda item: heard.append(item.quote.text)))
    alone = review(read(NOTE), playbook, Analyst(), TODAY)
    assert (made.evidence, made.verdict, made.advice) == (alone.evidence, alone.verdict, alone.advice)
    assert set(heard) == {item.quote.text for item in made.evidence if item.basis != "hope"}
    assert made.provenance.model == "offline analyst, checked by scripted"


def test_a_claim_on_which_the_check_cannot_be_used_stands_and_the_others_are_checked(playbook: Playbook) -> None:
    claims = nominated(playbook)
    at = next(at for at, claim in enumerate(claims) if claim.polarity == "undermines")
    says = [FOR] * len(claims)
    says[at] = "Well,"
    chat = Scripted(says)
    made = review(read(NOTE), playbook, ModelChecks(asker(chat), Analyst()), TODAY)
    chat.finished()
    against = [claim.quote for claim in claims if claim.polarity == "undermines" and claim is not claims[at]]
    assert sorted(item.quote for item in made.rejected if item.reason == REFUSED) == sorted(against)
    assert claims[at].quote in [item.quote.text for item in made.evidence]


def test_a_check_is_not_shown_the_text_nor_what_was_claimed(playbook: Playbook) -> None:
    claims = nominated(playbook)
    chat = Scripted([FOR] * len(claims))
    review(read(NOTE), playbook, ModelChecks(asker(chat), Analyst()), TODAY)
    for sent, claim in zip(chat.sent, claims, strict=True):
        said = sent.messages[-1].content
        assert claim.quote in said
        assert not any(other.quote in said for other in claims if other.line != claim.line)
    first, second = (sent.messages for sent in chat.sent[:2])
    assert first[0] == second[0]
    assert first[1].content.split(claims[0].quote)[0][:-40] in second[1].content, "all that comes before the words is read once"


def test_lengths_are_in_the_schema_of_a_server_that_keeps_them_and_in_no_other() -> None:
    loose, strict = strict_schema(Extract.reply), strict_schema(Extract.reply, limits=True)
    assert "maxItems" not in json.dumps(loose)
    assert strict["properties"]["claims"]["maxItems"] == 6


def test_a_longer_list_than_the_schema_allows_is_still_read() -> None:
    words = "they lose two orders a week"
    claim = {"line": 1, "quote": words, "criterion": "need", "polarity": "supports", "hope": False}
    assert Extract.reply.model_validate({"selling": words, "sales": True, "deals": [], "claims": [claim] * 9}).claims[8].quote == words


def test_a_built_in_model_gets_the_small_prompts_a_short_reply_and_lengths() -> None:
    chat = Scripted([NOTHING, NO_YES], known()[0].name)
    settings = Settings()
    review(read(NOTE), settings.playbook("default"), settings.asker(chat), TODAY)
    assert [sent.max_tokens for sent in chat.sent] == [900, 900]
    assert "maxItems" in json.dumps(chat.sent[0].schema_)
    assert chat.sent[0].messages[0].content.startswith("You read what a B2B sales rep brings back from a call and copy out")


def test_what_is_checked_is_offered_only_for_models_that_are_here(tmp_path: Path) -> None:
    nothing_here = Settings().model_copy(update={"cache": tmp_path})
    assert nothing_here.models() == (OFFLINE,)
    entry = known()[0]
    path = nothing_here.weights.path(entry)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(entry.bytes)
    assert nothing_here.models() == (OFFLINE, entry.id, entry.id + CHECKED)
