"""Files of containers in one line. In: words. Out: the bytes of a Word file, PDF, mail or zip, as other programs write them."""

import io
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path
from xml.sax.saxutils import escape

FORMATS = Path(__file__).parent / "data" / "formats"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(parts: dict[str, bytes | str]) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx_of(body: str, before: str = "", **parts: bytes | str) -> bytes:
    """A Word file with this XML in its body."""
    document = f'<?xml version="1.0"?>{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": TYPES, "_rels/.rels": RELS, "word/document.xml": document, **parts})


def lying(data: bytes, name: str, size: int) -> bytes:
    """A zip whose directory says that the member `name` unpacks to `size` bytes."""
    held = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
        crc = zlib.crc32(archive.read(name)[:size])
    at = data.index(name.encode(), start) - 46
    held[at + 16 : at + 20], held[at + 24 : at + 28] = crc.to_bytes(4, "little"), size.to_bytes(4, "little")
    return bytes(held)


def run(words: str, marks: str = "") -> str:
    """A run of a Word paragraph, with marks such as `<w:vanish/>`."""
    return f'<w:r>{f"<w:rPr>{marks}</w:rPr>" if marks else ""}<w:t xml:space="preserve">{escape(words)}</w:t></w:r>'


def docx(*lines: str) -> bytes:
    """A Word file with a paragraph for each line."""
    return docx_of("".join(f"<w:p>{run(line)}</w:p>" for line in lines))


LINES = 55  # on a page


def pdf(*lines: str, more: str = "", each: int = LINES) -> bytes:
    """A PDF with these lines, `each` on a page; `more` goes into its trailer."""
    pages = [lines[at : at + each] for at in range(0, len(lines), each)] or [()]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, page in enumerate(pages):
        shown = "\n".join("({}) Tj T*".format(line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")) for line in page)
        stream = f"BT /F1 11 Tf 14 TL 50 780 Td\n{shown}\nET"
        held = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * n} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        objects += [held, f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"]
    parts = ["%PDF-1.4\n"]
    size, places = len(parts[0]), []
    for number, held in enumerate(objects, 1):
        places.append(size)
        parts.append(f"{number} 0 obj\n{held}\nendobj\n")
        size += len(parts[-1])
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(places) + 1
    parts.append(f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R {more} >>\nstartxref\n{size}\n%%EOF\n")
    return "".join(parts).encode("latin-1")


def eml(text: str = "", html: str = "", **headers: str) -> bytes:
    """A mail file as a mail program saves it."""
    message = EmailMessage()
    for name, value in {"From": "Dana Lee <dana@acme.example>", "To": "Maria <maria@seller.example>", "Subject": "Your offer", **headers}.items():
        message[name] = value
    message["Message-ID"] = "<1@acme.example>"
    message["MIME-Version"] = "1.0"
    if text or not html:
        message.set_content(text)
    if html and text:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return message.as_bytes()
