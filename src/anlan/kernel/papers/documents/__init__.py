"""Documents from outside, as text: .txt, .html, .docx, .doc and .pdf.

``read`` is the one way in. Whatever a parser has to be trusted with runs in a limited child.
"""

from anlan.kernel.papers.documents.document import Document, Mark, Repeat
from anlan.kernel.papers.documents.reading import of_text, read

__all__ = ["Document", "Mark", "Repeat", "of_text", "read"]
