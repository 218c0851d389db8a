"""What READMEs and other documents say."""

from .node import ROOT


def document(path):
    """The text of a document, whose path begins at the root of the repository."""
    return (ROOT / path).read_text()


def section(path, title):
    """What stands below a heading of the second level that begins so, up to the next."""
    return document(path).split(f"\n## {title}", 1)[1].split("\n## ")[0]
