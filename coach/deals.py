"""Several deals in one text. In: the deals that the answerer saw, grounded evidence and commitments. Out: those of one deal.

The deal with the strongest commitment is reviewed, the others are named. Where each has a part of the text of its own,
words from another's part do not count. Pure: no model, no clock.
"""

from collections.abc import Iterable

from coach.commitment import Commitment
from coach.conversation import Conversation, Value
from coach.evidence import ClaimedDeal
from coach.grounding import Evidence

LONGEST = 80  # characters of a deal's name


class OneDeal(Value):
    """What belongs to the deal under review. `names` are all deals, that one first; empty if the text is about one only."""

    names: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    commitments: tuple[Commitment, ...]


def one_deal(claimed: Iterable[ClaimedDeal], conversation: Conversation, evidence: list[Evidence], commitments: list[Commitment]) -> OneDeal:
    """Picks the deal with the strongest commitment, or with the most evidence where nobody committed to anything."""
    known = [d for d in claimed if 0 <= d.line < len(conversation.turns) and d.name.strip() and d.name.casefold() in conversation.source.casefold()]
    deals = sorted({deal.name: deal for deal in known if len(deal.name) <= LONGEST}.values(), key=lambda deal: deal.line)
    if len(deals) < 2:
        return OneDeal(names=(), evidence=tuple(evidence), commitments=tuple(commitments))
    apart = all(deal.apart for deal in deals)

    def of(turn: int, named: str | None = None) -> str | None:
        if named in {deal.name for deal in deals}:
            return named
        before = [deal.name for deal in deals if deal.line <= turn]
        return before[-1] if apart and before else None

    strongest = {deal.name: max((c.rank for c in commitments if of(c.quote.turn, c.deal) == deal.name), default=0) for deal in deals}
    spoken = {deal.name: sum(of(e.quote.turn) == deal.name for e in evidence) for deal in deals}
    chosen = max(deals, key=lambda deal: (strongest[deal.name], spoken[deal.name])).name
    return OneDeal(
        names=(chosen, *(deal.name for deal in deals if deal.name != chosen)),
        evidence=tuple(e for e in evidence if of(e.quote.turn) in (None, chosen)),
        commitments=tuple(c for c in commitments if of(c.quote.turn, c.deal) in (None, chosen)),
    )
