"""Names of speakers. In: what stands before an utterance. Out: whether it can be a name, and the name without role and firm.

Never makes a name up: what is given in another order ("Rodriguez, James") is put in the order in which people are called.
"""

import re

from coach.conversation import Person
from coach.cues import is_machine

# Words before a colon that head a field of a note, not a speaker.
FIELDS = frozenset(
    """
    account action actions agenda amount attendees attending authority background blockers bottom line budget call call id call notes champion
    close closing comments company competition competitor competitors concerns contact context goal goals cost current date deal
    decision decision criteria decision process decision maker dm duration economic email fwd from goals impact industry interest issue
    issues key points last call location meeting metrics money my read my take need needs next next step next steps note notes objection
    objections objective pre-call opportunity other outcome owner pain pain points paper process participants phone plan present price pricing
    priority problem process product project ps purpose question questions re red flags reference result risk risks rivals size situation
    solution source stage stakeholders status subject summary tech stack temp temperature time timeline timing title to to do todo topic topics
    update use case value verdict what who why when where when's where's with win probability probability forecast p.s wants want history cc bcc
    sent http https warning important ask asks also oh btw fyi nb update vibe gut feel mood plus minus pros cons good bad
    """.split()
) | frozenset(
    phrase.strip()
    for phrase in """
    action items, after call, also there, before call, bottom line, call id, call notes, call type, call with, close date, current state, date
    of call, deal size, decision maker, decision process, economic buyer, follow up, gut feel, key points, lead source, my read, my take, next
    call, next step, next steps, on the call, pain points, paper process, post call, pre call, price quoted, red flags, site visit, tech stack,
    to do, use case, visit to, where it stands, who was there, win probability
    """.split(",")
)
UNHEARD = re.compile(r"^(?:(?:speaker|voice|unknown|person)\s*\?+|unknown(?: (?:speaker|participant|caller|user))?|unidentified(?: speaker)?|)$", re.IGNORECASE)
"""What programs and people write where they do not know who speaks: nobody's name."""
BRACKETS = re.compile(r"\s*[(\[](?P<inside>[^()\[\]]{1,80})[)\]]\s*$")
TURNED = re.compile(r"^(?P<last>[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){0,2}), (?P<first>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,2})$")
NOT_FIRST = frozenset("inc ltd llc llp plc corp co gmbh ag sa bv nv kg jr sr ii iii phd md esq".split())
GUEST = re.compile(r"^(?:guest|external|unverified|gast|extern|invité|invitado|convidado|ospite)$", re.IGNORECASE)
TITLE = re.compile(
    r"\b(?:c[efiomtrps]o|ciso|vp|svp|evp|president|director|manager|head|lead|chief|owner|founder|partner|engineer|architect|analyst|consultant|buyer|exec(?:utive)?|officer|"
    r"ae|sdr|bdr|csm|rep(?:resentative)?|sales|procurement|purchasing|legal|counsel|finance|it|ops|operations|leiter(?:in)?|geschäftsführer(?:in)?|einkauf|directeur|directrice|gerente)\b",
    re.IGNORECASE,
)


def is_name(name: str) -> bool:
    """Whether a label can be somebody's name and is no field of a form."""
    if is_machine(name):
        return False
    words = name.strip().casefold().split()
    return bool(words) and len(words) <= 5 and " ".join(words) not in FIELDS and not (words[0] in FIELDS and len(words) == 1)


def split_name(label: str) -> Person | None:
    """The person that a label names, with role and company where it gives them. None for a label that stands for nobody known."""
    roles: list[str] = []
    name = label.strip()
    while (found := BRACKETS.search(name)) and found.start():
        roles[:0] = [part.strip() for part in re.split(r"\||,| at | @ | - | – ", found["inside"]) if part.strip()]
        name = name[: found.start()]
    if (turned := TURNED.match(name)) and turned["first"].casefold().rstrip(".") not in NOT_FIRST:
        name = f"{turned['first']} {turned['last']}"
    if UNHEARD.match(name):
        return None
    role = next((part for part in roles if TITLE.search(part)), next((part for part in roles if GUEST.match(part)), None))
    company = next((part for part in roles if part != role and not GUEST.match(part)), None)
    return Person(name=name, role=role, company=company)
