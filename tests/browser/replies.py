"""What the scripted model says about the notes of the walk. Two calls as a sharp manager would read them, and one attack."""

# ruff: noqa: E501 - what the model says, one saying a line

from datetime import date
from typing import Any

NORTHGATE = """Call with Dana Whitfield (VP Ops, Northgate Logistics) + Raj (IT) - 14 Oct
Dispatchers lose ~6 hrs/wk each re-keying orders from email into the TMS.
Dana: "it's costing us about 40 grand a quarter in overtime."
Dana said nothing is set aside this year, would have to come out of the Q1 discretionary pot.
"I'd have to fight for it."
CFO Marcus signs anything over 25k. We have not met Marcus.
Raj wants a security review first.
They'd like to be live before peak season in March but no date agreed.
Also looking at FreightBot, demo next week.
Dana said "this looks great, I think we could really use this".
Feels like a slam dunk!
Next step: I'll send pricing."""

BOARD = """Call with Priya, 14 November, 15:00
Rep: Where did the board land?
Priya (COO): We met yesterday. The board approved the 180k and I'm signing off on you as the vendor.
Rep: Anything that could still derail this?
Priya (COO): Legal needs to redline the MSA, that's Tom. And procurement has to set you up in Coupa, usually takes two weeks.
Rep: When do you need to be live?
Priya (COO): January 15th, the old contract lapses on the 31st. So paper has to be done by December 12th.
Rep: I'll send the order form today.
Priya (COO): Send it to me and Tom."""
BOARD_DAY = date(2025, 11, 14)

NOBODY = "Oat milk, two loaves, the good olives. Call the dentist about Thursday. Water the plants on the balcony before we leave."

PAYLOADS = (
    '<img src=x onerror="fetch(`http://203.0.113.9/i`)">',
    "[press me](javascript:alert(1))",
    "![pic](http://203.0.113.9/p.png)",
    "<script>fetch('http://203.0.113.9/s')</script>",
    '<a href="http://203.0.113.9/a">a</a>',
    "http://203.0.113.9/auto",
    ":red[colour] $x^2$ `code`",
)
HOSTILE = "Call with Mia (owner, Payload Bakery)\n" + "\n".join(f"Mia said the oven budget is {payload} and no date is set." for payload in PAYLOADS)


def _claim(line: int, quote: str, criterion: str, polarity: str, hope: bool = False) -> dict[str, Any]:
    return {"line": line, "quote": quote, "criterion": criterion, "polarity": polarity, "hope": hope}


def _yes(line: int, quote: str, by: str, to: str, level: str, can_decide: str, authority: dict[str, Any] | None = None, hope: bool = False) -> dict[str, Any]:
    return {
        "line": line,
        "quote": quote,
        "by": by,
        "to": to,
        "level": level,
        "hope": hope,
        "condition": None,
        "can_decide": can_decide,
        "authority": authority,
        "taken_back": None,
        "deal": None,
    }


def _question(criterion: str, line: int | None, quote: str, whom: str, ask: str, no_if: str, help: str) -> dict[str, Any]:
    return {"criterion": criterion, "why": None if line is None else {"line": line, "quote": quote}, "whom": whom, "no_if": no_if, "help": help, "ask": ask}


def _step(
    id: str, what: str, side: str, owner: str, signer: str | None, due: str | None, after: list[str], line: int | None, quote: str = ""
) -> dict[str, Any]:
    pointer = None if line is None else {"line": line, "quote": quote}
    return {"id": id, "what": what, "side": side, "owner": owner, "signer": signer, "due": due, "after": after, "quote": pointer}


NO_PLAN: dict[str, Any] = {"they_get": [], "we_get": [], "leave_on_table": [], "close_by": None, "plan": [], "contacts": [], "first": ""}
NO_QUESTIONS: dict[str, Any] = {"the_no": {"criterion": "budget", "quote": None, "text": ""}, "questions": [], "first": ""}

_NORTHGATE: dict[str, Any] = {
    "extract": {
        "selling": "A software seller to a haulier.",
        "sales": True,
        "deals": [{"name": "Northgate Logistics", "line": 0}],
        "claims": [
            _claim(1, "Dispatchers lose ~6 hrs/wk each", "need", "supports"),
            _claim(2, "it's costing us about 40 grand a quarter in overtime", "need", "supports"),
            _claim(3, "nothing is set aside this year", "budget", "undermines"),
            _claim(4, "I'd have to fight for it.", "budget", "undermines"),
            _claim(5, "CFO Marcus signs anything over 25k", "authority", "undermines"),
            _claim(6, "We have not met Marcus.", "authority", "undermines"),
            _claim(7, "Raj wants a security review first.", "decision_process", "undermines"),
            _claim(8, "no date agreed", "timeline", "undermines"),
            _claim(9, "Also looking at FreightBot, demo next week.", "competition", "undermines"),
            _claim(11, "Feels like a slam dunk!", "need", "supports", hope=True),
            _claim(10, "they love us and will sign on Friday", "authority", "supports"),
            _claim(10, "this looks fantastic", "need", "supports"),
        ],
    },
    "judge": {
        "reason": "Only pricing was asked for.",
        "commitments": [_yes(10, "this looks great, I think we could really use this", "Dana", "purchase", "interest", "no")],
        "refusal": None,
        "opinion": "stage_1",
    },
    "skeptical": {
        "the_no": {
            "criterion": "authority",
            "quote": {"line": 6, "quote": "We have not met Marcus."},
            "text": "Nobody with money has heard of this. Dana likes it, and doing nothing costs her no effort.",
        },
        "questions": [
            _question(
                "budget",
                4,
                "I'd have to fight for it.",
                "Dana",
                "When something like this last came out of the discretionary pot, what did Marcus need to see?",
                "She has never won that fight, or Q1 is already spoken for.",
                "The overtime sum on one page, with her name on it.",
            ),
            _question(
                "authority",
                6,
                "We have not met Marcus.",
                "Dana, then Marcus",
                "What would make Marcus say no to this?",
                "She will not introduce you.",
                "A page that Marcus can read in two minutes.",
            ),
            _question(
                "timeline",
                8,
                "no date agreed",
                "Dana",
                "What happens in March if nothing changes?",
                "They would cope.",
                "A plan back from March, week by week.",
            ),
            _question(
                "competition",
                9,
                "FreightBot, demo next week",
                "Raj and Dana",
                "What does FreightBot do that we don't?",
                "Their wish list reads like the FreightBot page.",
                "A fair comparison, where they win included.",
            ),
        ],
        "first": "Before you send pricing, ask Dana to put you and Marcus in one room. A price without him is a number to compare with FreightBot's.",
    },
    "ruthless": NO_PLAN,
}

_BOARD: dict[str, Any] = {
    "extract": {
        "selling": "A vendor to a company with a board.",
        "sales": True,
        "deals": [{"name": "the 180k order", "line": 2}],
        "claims": [
            _claim(2, "The board approved the 180k", "budget", "supports"),
            _claim(2, "I'm signing off on you as the vendor", "authority", "supports"),
            _claim(4, "Legal needs to redline the MSA", "decision_process", "undermines"),
            _claim(6, "paper has to be done by December 12th", "timeline", "supports"),
            _claim(6, "the old contract lapses on the 31st", "need", "supports"),
        ],
    },
    "judge": {
        "reason": "The board approved the money and the COO signs off.",
        "commitments": [
            _yes(
                2,
                "I'm signing off on you as the vendor",
                "Priya",
                "purchase",
                "verbal",
                "yes",
                {"line": 2, "quote": "The board approved the 180k and I'm signing off on you as the vendor."},
            )
        ],
        "refusal": None,
        "opinion": "stage_2",
    },
    "skeptical": NO_QUESTIONS,
    "ruthless": {
        "they_get": [{"text": "No gap when the old contract lapses.", "quote": {"line": 6, "quote": "the old contract lapses on the 31st"}}],
        "we_get": [{"text": "The order.", "quote": {"line": 2, "quote": "The board approved the 180k"}}],
        "leave_on_table": [{"text": "The overlap weeks in January at no charge, said openly as what they are.", "quote": None}],
        "close_by": "2025-12-12",
        "plan": [
            _step("form", "Send order form and MSA", "us", "you", None, "2025-11-14", [], 8, "Send it to me and Tom."),
            _step(
                "coupa",
                "Start vendor set-up in Coupa",
                "theirs",
                "unknown: ask",
                None,
                "2025-11-17",
                [],
                4,
                "procurement has to set you up in Coupa, usually takes two weeks",
            ),
            _step("redlines", "Redlines back", "theirs", "Tom", None, "2025-11-25", ["form"], 4, "Legal needs to redline the MSA, that's Tom."),
            _step("call", "Settle redlines in one call", "both", "you and Tom", None, "2025-12-02", ["redlines"], None),
            _step("sign", "Signature", "theirs", "Priya", "Priya", "2025-12-12", ["coupa", "call"], 6, "paper has to be done by December 12th"),
            _step("live", "Live", "both", "unknown: ask", None, None, ["sign"], 6, "January 15th"),
        ],
        "contacts": [],
        "first": "Send the order form and the MSA to Priya and Tom today, and start the Coupa set-up today: it is the longest step and nobody has been named for it.",
    },
}

_ATTACK = " ".join(PAYLOADS)
_HOSTILE: dict[str, Any] = {
    "extract": {
        "selling": _ATTACK,
        "sales": True,
        "deals": [{"name": f"Deal {_ATTACK}", "line": 0}, {"name": f"Other {_ATTACK}", "line": 1}],
        "claims": [
            *(_claim(at, payload, "budget", "undermines") for at, payload in enumerate(PAYLOADS, 1)),
            _claim(1, f"not there {_ATTACK}", f"need {_ATTACK}", "supports"),
        ],
    },
    "judge": {"reason": _ATTACK, "commitments": [_yes(1, f"nowhere {_ATTACK}", _ATTACK, "purchase", "verbal", "yes")], "refusal": None, "opinion": "stage_2"},
    "skeptical": {
        "the_no": {"criterion": "budget", "quote": None, "text": _ATTACK},
        "questions": [_question("budget", 1, PAYLOADS[0], f"Mia {_ATTACK}", f"What? {_ATTACK}", _ATTACK, _ATTACK)],
        "first": _ATTACK,
    },
    "ruthless": {**NO_PLAN, "they_get": [{"text": _ATTACK, "quote": None}], "first": _ATTACK},
}

_NOBODY: dict[str, Any] = {
    "extract": {"selling": "Nobody sells anything.", "sales": False, "deals": [], "claims": []},
    "judge": {"reason": "A list.", "commitments": [], "refusal": None, "opinion": "stage_1"},
}

SCRIPT: dict[str, dict[str, Any]] = {"Northgate Logistics": _NORTHGATE, "signing off on you": _BOARD, "Payload Bakery": _HOSTILE, "the good olives": _NOBODY}
