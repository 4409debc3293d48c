"""Numbers and addresses that lead to a person or an account, by their shape. In: a text. Out: stretches of it, each with its kind.

E-mail addresses, card numbers (Luhn), IBANs (length and mod 97), keys and passwords, phone numbers as many countries write
them. What a shape cannot tell from money, a date or an order number is left alone unless a word such as "call" stands before
it. Time grows with the length of the text and no faster. Never says that it found all there is.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["key", "email", "iban", "card", "phone", "person"]


class Shape(NamedTuple):
    """`text[start:end]` is of that kind."""

    start: int
    end: int
    kind: Kind


LOCAL, HOST = re.compile(r"[\w.+%'’-]*\Z"), re.compile(r"(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
LONGEST_LOCAL = 100  # characters before the @
SPOKEN = re.compile(
    r"\b[\w.-]{1,64}(?: dot [\w-]{1,32}){0,3} at [\w-]{1,63}(?: dot [\w-]{2,24}){0,3} dot (?:com|org|net|io|co|de|fr|es|it|nl|uk|eu|ai|edu|gov)\b",
    re.IGNORECASE,
)
KEY = re.compile(
    r"\b(?:sk|pk|rk|ghp|gho|ghs|glpat|hf|xox[abprs]|github_pat)[-_][A-Za-z0-9_-]{16,}|\bA(?:KIA|SIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
    r"|\bBearer [A-Za-z0-9._~+/-]{16,}|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,10000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
PASSWORD = re.compile(
    r"\b(?:password|passwort|passcode|pwd|mot de passe|contraseña|senha|wachtwoord)[ \t]{0,2}[:=][ \t]{0,2}(?P<secret>\S{4,200})", re.IGNORECASE
)
IBAN = re.compile(r"(?<![^\W_])([A-Za-z]{2})\d\d")
LENGTHS = {
    entry[:2]: int(entry[2:])
    for entry in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 "
        "GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 "
        "PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
    ).split()
}
"""Characters of an IBAN by country, as the registry of SWIFT has them."""
DIGITS = re.compile(r"\d(?:[ \u00a0\u2009.\-]?\d){12,}")
CARD = re.compile(r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|6\d{15,18}")
RUN = re.compile(r"(?:[+＋] ?)?\(?\d(?:[ \u00a0\u2009.\-–‐‑/()]{0,3}\d)*")
DATE = re.compile(r"(?<![\d./-])(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}([-./])\d{1,2}\1(?:19|20)?\d\d)(?![./-]?\d)")
MONEY_BEFORE = re.compile(r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf))\s?$", re.IGNORECASE)
MONEY_AFTER = re.compile(r"\s?(?:[kmb%€$£]|bn|mio|eur|euros?|usd|gbp|chf|kr|dollars?|pounds|units|pieces|seats|users)(?!\w)|,\d", re.IGNORECASE)
CALLED = re.compile(
    r"(?:\b(?:call|ring|text|dial|phone|mobile?|cell|handy|fax|whats ?app|signal|tel|telefon\w{0,6}|t[ée]l[ée]phone|tel[ée]fono?|m[óo]vil|celular|telefoon|тел\w{0,6}"
    r"|(?:my|his|her|their|your|direct) (?:number|line))|電話|电话|전화)(?:\W{1,3}(?:me|us|him|her|them|back|on|at|is|no|nr|number|unter)\b){0,3}\W{0,3}$",
    re.IGNORECASE,
)
NATIONAL = tuple(
    re.compile(form)
    for form in (
        r"(?:1 ?)?\(?[2-9]\d\d\)? ?[2-9]\d\d \d{4}|(?:1 ?)?\([2-9]\d\d\) ?\d{3} ?\d{4}",  # North America
        r"\(?0[1-9][\d ()]{7,14}",  # a trunk zero: most of Europe, Japan, Australia
        r"\(\d{2,5}\) ?\d[\d ]{5,11}",  # an area code in brackets
        r"[679]\d\d(?: \d{3}){2}|[679]\d\d(?: \d\d){3}",  # Spain, Poland, Portugal
        r"[6-9]\d{4} \d{5}",  # India
        r"1[3-9]\d \d{4} \d{4}",  # China
    )
)
"""Numbers without a country code, after every run of signs between digits became a blank. A number without any is no phone number by itself."""
PAIRS = re.compile(r"\d\d(?:[ \u00a0]\d\d){3}")
"""Denmark and Norway; with other signs than blanks it is a version or a range."""
MOST_GROUPS = 8
NUMBER = "zero|oh|o|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun"
SPELT = re.compile(rf"\b(?:(?:double|triple) )?(?:{NUMBER})(?:[ ,-]{{1,2}}(?:(?:double|triple) )?(?:{NUMBER})){{6,}}\b", re.IGNORECASE)


def shapes(text: str) -> Iterator[Shape]:
    """Every stretch that has one of the shapes, the surest kind first; they may overlap."""
    yield from (Shape(found.start(), found.end(), "key") for found in KEY.finditer(text))
    yield from (Shape(found.start("secret"), found.end("secret"), "key") for found in PASSWORD.finditer(text))
    yield from _emails(text)
    yield from _ibans(text)
    yield from _cards(text)
    yield from _phones(text)


def _emails(text: str) -> Iterator[Shape]:
    for sign in re.finditer("[@＠]", text):
        at = sign.start()
        before = LOCAL.search(text, max(0, at - LONGEST_LOCAL), at)
        host = HOST.match(text, at + 1)
        if before and before.group().strip(".'’-") and host:
            yield Shape(at - len(before.group().lstrip(".'’-")), host.end(), "email")
    yield from (Shape(found.start(), found.end(), "email") for found in SPOKEN.finditer(text))


def _ibans(text: str) -> Iterator[Shape]:
    for found in IBAN.finditer(text):
        wanted = LENGTHS.get(found[1].upper())
        taken: list[str] = []
        at = found.start()
        while wanted and at < len(text) and len(taken) < wanted:
            if text[at].isascii() and text[at].isalnum():
                taken.append(text[at].upper())
            elif text[at] not in " -\u00a0" or not text[at - 1].isalnum():
                break
            at += 1
        if wanted == len(taken) and not text[at : at + 1].isalnum() and int("".join(str(int(c, 36)) for c in (*taken[4:], *taken[:4]))) % 97 == 1:
            yield Shape(found.start(), at, "iban")


def _cards(text: str) -> Iterator[Shape]:
    for run in DIGITS.finditer(text):
        groups = list(re.finditer(r"\d+", run.group()))
        at = 0
        while at < len(groups):
            size = 0
            for stop in range(at, min(at + 19, len(groups))):
                size += len(groups[stop].group())
                number = "".join(str(int(char)) for group in groups[at : stop + 1] for char in group.group()) if 13 <= size <= 19 else ""
                if CARD.fullmatch(number) and len(set(number)) > 1 and _luhn(number):
                    yield Shape(run.start() + groups[at].start(), run.start() + groups[stop].end(), "card")
                    at = stop
                    break
                if size > 19:
                    break
            at += 1


def _luhn(number: str) -> bool:
    return sum(int(char) if at % 2 == 0 else sum(divmod(2 * int(char), 10)) for at, char in enumerate(reversed(number))) % 10 == 0


def _phones(text: str) -> Iterator[Shape]:
    for run in RUN.finditer(text):
        if sum(map(str.isdigit, run.group())) < 6 or text[run.start() - 1 : run.start()].isalpha():
            continue
        at = run.start()
        for stop, end in [*((date.start(), date.end()) for date in DATE.finditer(text, run.start(), run.end())), (run.end(), run.end())]:
            yield from _phones_within(text, at, stop)
            at = end
    yield from (Shape(found.start(), found.end(), "phone") for found in SPELT.finditer(text))


def _phones_within(text: str, start: int, end: int) -> Iterator[Shape]:
    """Phone numbers in a run of digits: other numbers may stand right beside them."""
    groups = [(found.start(), found.end()) for found in re.finditer(r"[^ \u00a0\u2009]+", text[start:end])]
    at = 0
    while at < len(groups):
        for stop in range(min(at + MOST_GROUPS, len(groups)), at, -1):
            first, last = start + groups[at][0], start + groups[stop - 1][1]
            while last > first and not text[last - 1].isdigit():
                last -= 1
            if _is_phone(text, first, last):
                yield Shape(first, last, "phone")
                at = stop - 1
                break
        at += 1


def _is_phone(text: str, start: int, end: int) -> bool:
    words = "".join(str(int(char)) if char.isdigit() else char for char in text[start:end])
    plain = re.sub(r"[ \u00a0\u2009.\-–‐‑/]+", " ", words)
    digits = re.sub(r"\D", "", plain)
    before = text[max(0, start - 40) : start]
    if not 6 <= len(digits) <= 15 or MONEY_BEFORE.search(before) or (not plain.startswith(("0", "(", "+")) and MONEY_AFTER.match(text, end)):
        return False
    if "000" in plain.split()[1:] and not CALLED.search(before):  # thousands
        return False
    if plain[0] in "+＋":
        return len(digits) >= 8
    if re.match(r"00[1-9]", digits) and len(digits) >= 11:
        return True
    if any(form.fullmatch(plain) for form in NATIONAL) and 8 <= len(digits) <= 12:
        return digits != plain or digits[0] == "0"
    return bool(PAIRS.fullmatch(words) or CALLED.search(before))
