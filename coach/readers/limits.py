"""Every limit on what is read, in one place. In: sizes. Out: nothing, or an InputError that names the limit.

All are checked in Python before anything is unpacked or parsed. Sizes are in bytes unless they say characters.
"""

from coach.errors import InputError

LARGEST_FILE = 25_000_000
LARGEST = 5_000_000  # characters of one conversation; a day of talk is under half a million
UNPACKED = 60_000_000  # of all members of an Office file together
MEMBERS = 2_000  # in an Office file
ELEMENTS = 1_000_000  # tags of all parts of an Office file: what each takes in memory is far more than its letters
RATIO = 200  # unpacked to packed, of one member above SWOLLEN: text of a talk packs about ten to one
SWOLLEN = 10_000_000
PAGES = 500  # of a PDF
PDF_STREAM = 20_000_000  # one unpacked stream of a PDF
PDF_WORK = 60_000  # operators and operands of one page: time grows faster than these
PDF_CONTENT = 10_000_000  # unpacked, of all pages together
CONVERSATIONS = 5_000  # in one file
ROW_CELLS = 500  # columns of a table
MAIL_PARTS = 200  # of one message
MAIL_TEXTS = 20  # attached to one message: each becomes a review of its own
MAIL_HEADER = 20_000  # characters of a header of a mail
MAIL_CONTENT_HEADER = 1_000  # of one that says what a part is
LONGEST_NAME = 120  # characters of a file name or a speaker that are shown


def check_size(size: int, name: str) -> None:
    """Raises InputError for a file that is too large to be opened."""
    if size > LARGEST_FILE:
        raise InputError(f"{name} has {size / 1e6:,.0f} MB; the most that is read is {LARGEST_FILE / 1e6:,.0f} MB. Export the transcript without the recording.")


def check_length(characters: int, name: str) -> None:
    """Raises InputError for a text that is too long for one conversation."""
    if characters > LARGEST:
        raise InputError(f"{name} has {characters:,} characters; the most that is read at once is {LARGEST:,}. Split it by call.")


def check_count(conversations: int, name: str) -> None:
    """Raises InputError for a file of too many conversations."""
    if conversations > CONVERSATIONS:
        raise InputError(f"{name} holds {conversations:,} conversations; the most that is read at once is {CONVERSATIONS:,}. Split the export.")
