"""Communiqué: sources of a statistical press release in, a static bilingual site out."""

__version__ = "0.1.0"
