"""What the answerer says it found on the criteria. In: its reply. Out: Claims, not believed yet.

Never looks at the text: whether a claim stands is decided in `coach.grounding`.
"""

from typing import ClassVar, Literal

from pydantic import Field

from coach.ask import Request
from coach.conversation import Value

Polarity = Literal["supports", "undermines"]


class Claim(Value):
    """A claim that a line speaks for or against a criterion. `line` is the number shown before the line, L12 is 12."""

    line: int
    quote: str
    criterion: str
    polarity: Polarity
    hope: bool = Field(description="true if this is only the rep's own optimism or opinion, not a fact or their words")


class ClaimedDeal(Value):
    """One deal that the text is about, under the name of the account or the thing sold."""

    name: str
    line: int = Field(description="the line where it is first spoken of")
    apart: bool = Field(default=False, description="true if from this line to the next deal's line the text is about this deal only")


class ExtractReply(Value):
    """Everything found in one reading of the text. The reason comes before the answer it is for."""

    selling: str = Field(description="one sentence: who sells what to whom here, or why nobody sells anything")
    sales: bool
    deals: tuple[ClaimedDeal, ...] = Field(description="more than one only if separate purchases are decided on")
    claims: tuple[Claim, ...]


class Extract(Request[ExtractReply]):
    """Find evidence for and against each criterion."""

    task: ClassVar[str] = "extract"
    reply: ClassVar[type[ExtractReply]] = ExtractReply
