"""A review as it is shown, on whichever page. In: a Done. Out: the sheet on the page."""

from coach.pages.exports import copied
from coach.pages.picture import picture
from coach.pages.session import Done
from coach.pages.sheet import Selected, draw


def show(done: Done, corrects: bool = False) -> Selected | None:
    """Draws a review with its note. `corrects`: the rep can select words that were missed; they are given back."""
    return draw({**picture(done, copied(done)), "corrects": corrects})
