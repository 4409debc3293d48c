"""A review as it is shown, on whichever page. In: a Done. Out: the sheet on the page."""

from coach.pages.exports import copied
from coach.pages.picture import picture
from coach.pages.session import Done
from coach.pages.sheet import draw


def show(done: Done) -> None:
    """Draws a review with its note."""
    draw(picture(done, copied(done)))
