"""What the answerer says it found on the criteria. In: its reply. Out: Claims, not believed yet.

Never looks at the text: whether a claim stands is decided in `coach.grounding`.
"""

from typing import ClassVar, Literal

from pydantic import Field

from coach.ask import FEW_ITEMS, Request
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
    deals: tuple[ClaimedDeal, ...] = Field(json_schema_extra=FEW_ITEMS, description="more than one only if separate purchases are decided on")
    claims: tuple[Claim, ...] = Field(json_schema_extra=FEW_ITEMS)


class Extract(Request[ExtractReply]):
    """Find evidence for and against each criterion."""

    task: ClassVar[str] = "extract"
    reply: ClassVar[type[ExtractReply]] = ExtractReply
    comes_in: ClassVar[str | None] = "claims"


class Doubted(Claim):
    """A claim that a second answerer refused; `doubt` says so. It is shown among what was thrown out."""

    doubt: str


class Weighed(Value):
    """Which way words speak."""

    speaks: Literal["for", "against"]


class Weigh(Request[Weighed]):
    """Ask of one claim which way its words speak, without the rest of the text and without saying what was claimed."""

    task: ClassVar[str] = "weigh"
    reply: ClassVar[type[Weighed]] = Weighed
    shows_text: ClassVar[bool] = False
    quote: str

    def words(self) -> dict[str, object]:
        return {"quote": self.quote}


class Moment(Value):
    """Words of the buying side on buying itself: `yes`, a decision to buy; `no`, a refusal or a delay; `back`, a yes taken back."""

    line: int
    quote: str
    what: Literal["yes", "no", "back"]


class PartReply(ExtractReply):
    """Everything found in one part of a long text. What was said on buying is kept for the judge, who sees only the end."""

    moments: tuple[Moment, ...] = Field(json_schema_extra=FEW_ITEMS, description="what the buying side said on buying itself, in order; at most six")


class ExtractPart(Request[PartReply]):
    """Find evidence and words on buying in one part of a long text."""

    task: ClassVar[str] = "part"
    reply: ClassVar[type[PartReply]] = PartReply
    comes_in: ClassVar[str | None] = "claims"


class LookReply(Value):
    """What a second look found."""

    claims: tuple[Claim, ...] = Field(json_schema_extra=FEW_ITEMS)


class Supported(Value):
    """The last words that speak for a criterion, and on which line they stand."""

    criterion: str
    line: int
    quote: str


class LookAgain(Request[LookReply]):
    """Read once more, only for what nobody seems to have talked about, and for what takes back what is supported."""

    task: ClassVar[str] = "look"
    reply: ClassVar[type[LookReply]] = LookReply
    missing: tuple[str, ...]
    supported: tuple[Supported, ...]

    def words(self) -> dict[str, object]:
        return {"missing": list(self.missing), "supported": [item.model_dump() for item in self.supported]}
