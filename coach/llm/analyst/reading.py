"""One reading of a text. In: a Conversation. Out: its units with the classifier's probabilities, computed once.

Never decides anything; `claims` and `yes` do.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from coach.conversation import Conversation
from coach.cues import takes_back
from coach.llm.analyst.units import Unit, said, units_of
from coach.llm.analyst.whole import real_yes
from coach.textmodel import HEADS, both, log_odds, selling
from coach.textmodel.encoder import OPINIONS, Seen, see
from coach.textmodel.families import COMMERCE, families
from coach.textmodel.features import features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REFUSED = 0.6  # probability from which a unit is a refusal
HINT = 0.15  # and from which it is one if it also has words that take something back
COLUMNS = {head: at for at, head in enumerate(HEADS)}
NOT_SELLING = -1.0  # log odds of a text without words
WINDOW = 120  # words that are judged together on whether they are about selling


class Reading:
    """Units and their scores."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.units: list[Unit] = units_of(conversation)

    @cached_property
    def seen(self) -> Seen:
        """What the encoder makes of the units, read in their order."""
        return see(said(self.conversation, self.units))

    @cached_property
    def odds(self) -> "NDArray[np.float32]":
        """Log odds of each head for each unit, of the linear model and the encoder together: shape (units, heads)."""
        return both(self.linear, self.seen.passages)

    @cached_property
    def linear(self) -> "NDArray[np.float32]":
        """The same of the linear model alone, which knows words and not their order."""
        return log_odds([(unit.text, unit.before) for unit in self.units])

    @cached_property
    def _probabilities(self) -> list[list[float]]:
        import numpy as np

        chances: list[list[float]] = (1 / (1 + np.exp(-self.odds))).astype(np.float32).T.tolist()
        return chances

    @cached_property
    def hashed(self) -> list[frozenset[int]]:
        """Feature numbers of each unit on its own."""
        return [frozenset(features(unit.text)) for unit in self.units]

    @cached_property
    def real_yes(self) -> float:
        """Probability that the text ends in a yes that counts, 0 to 1: an opinion, not a verdict."""
        import math

        return 1 / (1 + math.exp(-real_yes(self)))

    def score(self, at: int, head: str) -> float:
        """Probability of a head for the unit at that place."""
        return self._probabilities[COLUMNS[head]][at]

    @cached_property
    def last_back(self) -> int:
        """The last unit of theirs that refuses, or takes back what was agreed; -1 if there is none. Looked for once, however many said yes."""
        refused = self._probabilities[COLUMNS["=refused"]] if self.units else []
        for at in range(len(self.units) - 1, -1, -1):
            unit = self.units[at]
            if not unit.rep and (refused[at] >= REFUSED or (refused[at] >= HINT and takes_back(unit.text))):
                return at
        return -1

    @cached_property
    def windows(self) -> list[str]:
        """The text in stretches of about `WINDOW` words; a short rest is left out unless it is all there is."""
        windows: list[str] = []
        words: list[str] = []
        size = 0
        for unit in self.units:
            words.append(unit.text)
            size += unit.text.count(" ") + 1
            if size >= WINDOW:
                windows.append(" ".join(words))
                words, size = [], 0
        if words and (not windows or size > WINDOW // 3):
            windows.append(" ".join(words))
        return windows

    @cached_property
    def trade(self) -> int:
        """How many different ways of talking trade the text uses: money, suppliers, orders, who decides and so on."""
        return len({name for unit in self.units for name in families(unit.text)} & COMMERCE)

    @cached_property
    def sales(self) -> float:
        """Log odds that the text is about selling, of the linear model and the encoder together; `claims.is_sales` says what is enough."""
        return selling(self.of_windows, float(self.seen.stretches[:, OPINIONS.index("sales")].mean())) if self.units else NOT_SELLING

    @property
    def of_windows(self) -> float:
        """Mean log odds of the windows by the linear model alone."""
        return float(log_odds([(window, "") for window in self.windows])[:, HEADS.index("sales")].mean()) if self.windows else NOT_SELLING
