"""PDF -> text. In: the bytes of a PDF with text. Out: its words page by page, or an InputError for scans, locks and broken files.

Nothing in the file is run and nothing outside it is fetched. How many pages are read and how far a stream may unpack is
limited. Colours are not looked at: white words of a PDF are read like others (SECURITY.md says so).
"""

import io
import logging
from typing import TYPE_CHECKING, Any

from coach.errors import InputError
from coach.readers.limits import PAGES, PDF_CONTENT, PDF_STREAM, PDF_WORK, check_length
from coach.readers.markup import Text

if TYPE_CHECKING:
    from pypdf import PdfReader

FILTERS = ("zlib", "lzw", "run_length", "array_based_stream", "brotli", "jbig2")
BOUNDS: dict[str, Any] = {
    **{f"{one}_maximum_output_length": PDF_STREAM for one in FILTERS},
    "stream_decoding_work_maximum_length": 3 * PDF_STREAM,
    "stream_parsing_work_maximum_count": PDF_WORK,
    "xform_maximum_invocations_per_extraction": 200,
    "jbig2dec_binary": None,  # no program is started
    "disable_legacy_handling": True,
}


def open_pdf(data: bytes, name: str) -> Text:
    """The text of a PDF. Raises InputError if it has none, is locked, too long or broken."""
    import pypdf
    from pypdf import errors

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each fault of a broken file, with words of the note
    try:
        with pypdf.apply_configuration(**BOUNDS):
            text = _text(pypdf.PdfReader(io.BytesIO(data)), name)
    except InputError:
        raise
    except (errors.DependencyError, errors.FileNotDecryptedError, NotImplementedError):
        raise InputError(f"{name} is protected with a password. Save it without one, or copy the text and paste that.") from None
    except errors.LimitReachedError:
        raise InputError(_much(name)) from None
    except Exception:  # noqa: BLE001 (pypdf raises anything for a broken file)
        raise InputError(f"{name} is a damaged PDF. Open it, print it to a new PDF, or copy the text and paste that.") from None
    if not text.strip():
        raise InputError(f"{name} is a PDF without text: a scan or a picture. Run text recognition over it, or type what matters.")
    return Text(text)


def _much(name: str) -> str:
    return f"{name} holds far more on its pages than text needs. Copy the text and paste that."


def _text(reader: "PdfReader", name: str) -> str:
    if reader.is_encrypted and not reader.decrypt(""):
        raise InputError(f"{name} is protected with a password. Save it without one, or copy the text and paste that.")
    if len(reader.pages) > PAGES:
        raise InputError(f"{name} has {len(reader.pages):,} pages; the most that is read is {PAGES:,}. Bring the pages of one call.")
    lines: list[str] = []
    size = content = 0
    for page in reader.pages:
        held = page.get_contents()
        content += len(held.get_data()) if held is not None else 0
        if content > PDF_CONTENT:
            raise InputError(_much(name))
        lines.append(page.extract_text())
        size += len(lines[-1])
        check_length(size, name)
    return "\n".join(lines)
