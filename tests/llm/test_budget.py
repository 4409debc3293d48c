"""Limits at the wire: what the server was sent, counted there, with one thread and with eight."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coach.answering import CHECKED, REPLIES
from coach.errors import OverBudget, SettingsError
from coach.evidence import Extract
from coach.llm.asker import Asker
from coach.llm.budget import NOTHING, Limits, Purse, Rate, Spent, most_of, read_rates
from coach.llm.live import openai_chat
from coach.models.known import known
from coach.prompting import PromptSet
from coach.settings import Settings, load
from tests.core.builders import row
from tests.llm.conftest import GOOD, KEY, PROMPTS, Model, completion, fault

USED = {"prompt_tokens": 3_000, "completion_tokens": 100, "total_tokens": 3_100}
RATE = Rate.model_validate({"in": 1.0, "out": 10.0})


def paid(model: Model, purse: Purse, rate: Rate | None = RATE) -> Asker:
    """An asker that pays from the purse, as settings wire it."""
    return Asker(purse.over(openai_chat("m", KEY, model.url, 5, False, purse.on_request), rate), PromptSet(PROMPTS), REPLIES)


def asked(asker: Asker, extract: Extract, threads: int, times: int) -> list[OverBudget]:
    """Asks again and again from several threads; gives what was refused."""

    def one(_: int) -> OverBudget | None:
        try:
            asker(extract)
        except OverBudget as refused:
            return refused
        return None

    with ThreadPoolExecutor(threads) as pool:
        return [refused for refused in pool.map(one, range(times)) if refused]


@pytest.mark.parametrize("threads", [1, 8])
def test_no_request_above_the_calls_is_ever_sent(model: Model, extract: Extract, threads: int) -> None:
    model.says(completion(GOOD, usage=USED))
    refused = asked(paid(model, Purse(Limits(calls=5))), extract, threads, 20)
    assert len(model.bodies) == 5
    assert len(refused) == 15
    assert "5 calls were made and 5 are allowed, so the next was not sent. Raise --max-calls" in str(refused[-1])


@pytest.mark.parametrize("threads", [1, 8])
def test_no_request_that_could_cross_the_tokens_is_ever_sent(model: Model, extract: Extract, threads: int) -> None:
    model.says(completion(GOOD, usage=USED))
    purse = Purse(Limits(tokens=30_000))
    refused = asked(paid(model, purse), extract, threads, 20)
    assert refused
    assert purse.spent.tokens == 3_100 * len(model.bodies)
    assert 3_100 * (len(model.bodies) - 1) + _most(model, extract) <= 30_000  # even if the last had taken all that it might
    assert 3_100 * len(model.bodies) + _most(model, extract) > 30_000  # and one more could have crossed it


def _most(model: Model, extract: Extract) -> int:
    """What one request may take, as it is estimated."""
    seen: list[Spent] = []

    class Seen:
        model, abreast = "m", 1

        def __call__(self, sent: object, on_text: object = None) -> object:
            seen.append(most_of(sent))  # type: ignore[arg-type]
            raise OverBudget("seen")

    with pytest.raises(OverBudget):
        Asker(Seen(), PromptSet(PROMPTS), REPLIES)(extract)  # type: ignore[arg-type]
    return seen[0].tokens


@pytest.mark.parametrize("threads", [1, 8])
def test_no_request_that_could_cross_the_dollars_is_ever_sent(model: Model, extract: Extract, threads: int) -> None:
    model.says(completion(GOOD, usage=USED))
    purse = Purse(Limits(usd=0.1))
    refused = asked(paid(model, purse), extract, threads, 40)
    each = RATE.usd(3_000, 100)
    assert refused
    assert len(model.bodies) > 1
    assert purse.usd == pytest.approx(each * len(model.bodies))
    assert purse.usd is not None
    assert purse.usd <= 0.1
    assert "of" not in str(refused[0]).split("$")[0]
    assert "could cost $" in str(refused[0])


def test_the_tries_that_the_sdk_makes_by_itself_are_counted_and_refused(model: Model, extract: Extract) -> None:
    model.says(fault(500, headers={"retry-after-ms": "1"}))
    purse = Purse(Limits(calls=2))
    with pytest.raises(OverBudget):
        paid(model, purse)(extract)
    assert len(model.bodies) == 2  # without the limit there would be three
    assert purse.spent.calls == 2


def test_a_reply_that_is_asked_for_again_is_paid_twice(model: Model, extract: Extract) -> None:
    model.says(completion("no JSON", usage=USED), completion(GOOD, usage=USED))
    purse = Purse(Limits(calls=2))
    paid(model, purse)(extract)
    assert purse.spent[:3] == (2, 6_000, 200)


def test_where_the_server_does_not_say_what_it_used_the_estimate_stands(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD))
    purse = Purse(Limits(tokens=100_000))
    paid(model, purse)(extract)
    assert 0 < purse.spent.tokens_out < 8_000
    assert purse.spent.tokens_in > 1_000


@pytest.mark.parametrize(
    ("status", "tokens"),
    [row("a key that is refused costs a call", 401, 0), row("a failing server may have begun a reply", 418, 8_000)],
)
def test_what_failed_is_counted_for_what_it_may_have_cost(model: Model, extract: Extract, status: int, tokens: int) -> None:
    model.says(fault(status))
    purse = Purse(Limits(calls=3))
    with pytest.raises(Exception, match=r"refused|failed"):
        paid(model, purse)(extract)
    assert (purse.spent.calls, purse.spent.tokens_out) == (1, tokens)


def test_one_that_would_cross_only_because_of_requests_under_way_waits_for_them(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD, usage=USED))
    purse = Purse(Limits(tokens=_most(model, extract) + 3_100 * 3))  # room for one at a time
    assert asked(paid(model, purse), extract, 8, 4) == []
    assert len(model.bodies) == 4


def test_a_limit_in_dollars_without_a_price_is_refused_before_anything_is_sent(model: Model) -> None:
    with pytest.raises(SettingsError, match=r"No price of m is known.*prices\.yaml.*m: \{in: 0\.25, out: 2\.00\}"):
        paid(model, Purse(Limits(usd=1.0)), rate=None)
    assert model.bodies == []


def test_without_a_price_there_is_no_cost(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD, usage=USED))
    purse = Purse(Limits(calls=9))
    paid(model, purse, rate=None)(extract)
    assert purse.usd is None


def test_settings_wire_the_limits_into_every_chat(model: Model, extract: Extract, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model.says(completion(GOOD, usage=USED))
    (tmp_path / "prices.yaml").write_text("m: {in: 1, out: 10}\n")
    wanted = {"OPENAI_BASE_URL": model.url, "COACH_MAX_CALLS": "2", "COACH_MAX_USD": "1", "COACH_CACHE_REPLIES": "off"}
    for name, value in (wanted | {"COACH_PRICES": str(tmp_path / "prices.yaml")}).items():
        monkeypatch.setenv(name, value)
    ask = load().ask("m")
    ask(extract)
    ask(extract)
    with pytest.raises(OverBudget, match="2 calls were made and 2 are allowed"):
        ask(extract)
    assert len(model.bodies) == 2


def test_a_price_holds_under_the_name_that_the_message_says_whatever_a_page_calls_the_model(model: Model, extract: Extract, tmp_path: Path) -> None:
    model.says(completion(GOOD, usage=USED))
    prices = tmp_path / "prices.yaml"
    prices.write_text("other: {in: 1, out: 10}\n")
    told = {"COACH_SERVERS": f"ollama={model.url.removesuffix('/v1')}", "COACH_MAX_USD": 1, "COACH_PRICES": prices, "COACH_CACHE_REPLIES": "off"}
    settings = Settings.model_validate(told)
    with pytest.raises(SettingsError, match=r"No price of llama3\.2 is known.*as llama3\.2: \{in"):
        settings.ask("ollama: llama3.2")
    prices.write_text(f"llama3.2: {{in: 1, out: 10}}\n{known()[0].name}: {{in: 2, out: 3}}\n")
    assert settings.ask("ollama: llama3.2")(extract).reply.sales
    assert settings.rate("ollama: llama3.2") == RATE
    built_in = known()[0]
    assert [settings.rate(name) for name in (built_in.id, built_in.id + CHECKED, built_in.name)] == [Rate.model_validate({"in": 2, "out": 3})] * 3


@pytest.mark.parametrize(
    "text", [row("a list", "- m\n"), row("a word", "m: cheap\n"), row("no price for words", "m: {in: 1}\n"), row("below nought", "m: {in: -1, out: 1}\n")]
)
def test_what_is_no_table_of_prices_says_how_one_looks(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"prices\.yaml is no table of prices.*NAME: \{in: 0\.25, out: 2\.00\}"):
        read_rates(tmp_path / "prices.yaml")


def test_a_file_of_prices_that_is_named_has_to_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read_rates(tmp_path / "prices.yaml") == {}
    monkeypatch.setenv("COACH_PRICES", str(tmp_path / "prices.yaml"))
    with pytest.raises(SettingsError, match="COACH_PRICES"):
        load().rate("m")


def test_room_is_what_the_scarcest_limit_leaves() -> None:
    purse = Purse(Limits(calls=10, tokens=1_000), Spent(1, 300, 100))
    assert purse.room(Spent(3)) == 3
    assert purse.room(Spent(3, 200, 100)) == 2
    assert Purse(Limits()).room(Spent(3)) > 10**6
    assert Purse(Limits(calls=3), NOTHING).room(Spent(4)) == 0
