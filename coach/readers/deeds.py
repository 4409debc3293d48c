"""What only one who sells does on a call, and what only one who buys. In: what one speaker said. Out: a side with the words that show it.

A deed is a thing done in words: sending the contract, refunding, thanking for the order; asking what it costs, having it
signed, approving. Ways of talking (`voices`) mislead where buyers ask much; deeds seldom do, so they come first. Words
that could be either side's are no deed.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from coach.conversation import Side

PAPER = r"(?:contract|agreement|paperwork|order form|proposal|quote|quotation|offer|msa|invoice|pricing|price list|sow|docusign)"
SELLS = re.compile(
    r"\b(?:i(?:'|’)?ll|i will|i can|let me|we(?:'|’)?ll|i(?:'|’)?m going to) (?:get|send|email|have|resend|draft|prepare)(?: (?:you|that|this|over|the|a|an|it|out|our|your|revised|new|updated)){0,4} " + PAPER
    + r"|\b(?:once|when|if|as soon as) you(?:'ve| have)? sign(?:ed)?\b|\bthank(?:s| you) for (?:trusting us|choosing us|your (?:business|order|trust|purchase))|\bwelcome (?:aboard|on board)"
    r"|\bwe(?:'|’)?(?:ll| will| would|'d) (?:refund|credit you|kick off|onboard you|invoice you|bill you|install|start your)|\bour (?:customers|clients|other customers|standard (?:contract|terms|price|pricing)|list price|onboarding team|implementation team|price list)\b"
    r"|\bwe (?:typically|usually|normally|generally)(?: only)? (?:see|bill|charge|invoice|offer|include|don(?:'|’)t (?:do|offer|bill|discount))|\bwe (?:include|guarantee) (?:a|all|the|full|free|your)\b"
    r"|\bthe (?:projections|proposal|quote|pricing|numbers|deck) i (?:shared|sent|gave|showed)|\b(?:has|have) been walking you through|\bmy team will (?:reach out|be in touch|install|set)"
    r"|\bi(?:'|’)?(?:m| am) (?:the |your |an )?(?:account (?:exec(?:utive)?|manager)|sales (?:rep|engineer))|\bwhat would (?:it take|you need to see) (?:to|for you to)|\bcan i (?:count on|pencil) you",
    re.IGNORECASE,
)
NOT_I = "".join(rf"(?<!\b{words} )" for words in ("i", "we", "let me", "i'll", "i’ll", "i will", "i can", "we'll", "we’ll", "we will", "we can", "i'd", "i’d"))
BUYS = re.compile(
    NOT_I + r"\b(?:send|email|resend|get)(?: (?:me|us|over|across|through))* (?:the|your|a) (?:\w+ )?" + PAPER
    + r"|\byour (?:proposal|quote|quotation|pricing|prices?|contract|offer|product|platform|competitors?|sales (?:team|rep))\b|\bget it signed\b|\bi(?:'|’)?(?:m| am)? (?:comfortable |happy |fine )?(?:approving|signing (?:off|it|this)|going to sign)"
    r"|\b(?:i|we)(?:'|’)?(?:ll| will) (?:sign|take it|go (?:ahead )?with you|buy|order)\b|\bnot a small investment for (?:a company our size|us)|\bwhat(?:'|’)?s the (?:cancellation policy|payment structure|price|cost|discount|catch|lead time|damage)\b"
    r"|\bhow much (?:is|does|would|will|do) (?:it|this|that|you)\b|\bcan we (?:do|pay) (?:it )?(?:monthly|quarterly|annually|yearly|in instal)|\bif we want(?:ed)? to cancel\b|\bin (?:our|my) budget\b|\bour (?:cfo|ceo|procurement|legal team|board|current (?:vendor|supplier|system|tool|provider))\b"
    r"|\b(?:we|i|they|he|she|(?:the |our )(?:board|mt|committee|council|trustees|partners|directors|governors|management team))(?:'ve|’ve| have| has| had)?(?: just| now| already| formally| unanimously)? (?:resolved|voted|decided|agreed|chosen|chose|selected|picked)(?: to (?:award|go|buy|proceed|accept|appoint|order|take|move)| you| yours| on you)"
    r"|\b(?:is|are|was|it'?s|been) approved (?:from|on) (?:my|our) side|\byou(?:'|’)?re our (?:pick|choice|vendor|supplier|preferred)|\bplease (?:reserve|book|go ahead|proceed|put us down|send (?:me |us )?the (?:contract|paperwork|order form|invoice))|\b(?:award|order)(?:ed|ing)? (?:it |the \w+(?: \w+)? )?to (?:you|yourselves)|\bso you get the (?:order|job|contract|deal)"
    r"|\bwe(?:'|’)?re (?:already )?(?:losing|paying|spending) \w+ ?\$?\d|\b(?:convinced|sold) me\b|\bi(?:'|’)?ve reviewed (?:the|your) (?:proposal|quote|contract)",
    re.IGNORECASE,
)
CLEAR = 2  # deeds more than the other side's that settle it
SHARE = 3  # times as many


class Deeds(NamedTuple):
    """What a speaker did: how many turns sell and how many buy, and the first words of each."""

    sells: int
    buys: int
    sold: str
    bought: str

    def side(self, clear: int = CLEAR) -> Side:
        """The side that the deeds settle, if there are `clear` more of them than of the other side's; unknown if they are few or of both kinds."""
        for mine, other, side in ((self.sells, self.buys, Side.REP), (self.buys, self.sells, Side.PROSPECT)):
            if mine - other >= clear and mine >= SHARE * other:
                return side
        return Side.UNKNOWN


def deeds_of(texts: Iterable[str]) -> Deeds:
    """The deeds in what one speaker said."""
    texts = list(texts)
    sells = [found.group() for text in texts if (found := SELLS.search(text))]
    buys = [found.group() for text in texts if (found := BUYS.search(text))]
    return Deeds(len(sells), len(buys), " ".join("".join(sells[:1]).split()), " ".join("".join(buys[:1]).split()))
