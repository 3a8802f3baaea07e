"""A target's questions about what became of a release → answers, each one recorded."""

from __future__ import annotations

from datetime import datetime

from ..amending import Correction, EditionOf, Withdrawal
from ..definitions import ReleaseHead
from .asking import Asking
from .edition import AMENDED_UNIT, SITE_UNIT


class Amended(Asking):
    """Eyes that see a release among its editions."""

    def corrections(self, release: str) -> tuple[Correction, ...]:
        """The corrections of a release up to now, the earliest first."""
        return self._amendments(release).corrections

    def withdrawal(self, release: str) -> Withdrawal | None:
        """The withdrawal of a release that is withdrawn by now."""
        return self._amendments(release).withdrawal

    def modified(self, release: str) -> datetime:
        """The instant since which a release is as it is."""
        self._note(self._site().release_file(release), ("head", release))
        return self._amendments(release).modified

    def edition(self, release: str) -> EditionOf | None:
        """Which release it is an earlier edition of; None for a release itself."""
        self._note(self._site().release_file(release), ("head", release))
        return self._site().heads[release].edition

    def superseded(self, release: str) -> datetime | None:
        """Of an earlier edition, when a correction took its place."""
        return self._amendments(release).superseded

    def shows(self, release: str, lang: str) -> bool:
        """Whether the site shows a release in a language, now."""
        self._note(SITE_UNIT, ("public", release, lang))
        head = self._site().heads.get(release)
        return head is not None and lang in head.texts and release in self._edition.visible

    def compared(self, release: str) -> str:
        """The release whose data a release revises: the edition before its last correction, else the one that it says;
        empty when there is none, or the site does not show it."""
        own = self._amendments(release)
        other = own.compared_with
        if not other:
            return ""
        self._note(SITE_UNIT, ("shown", other))
        shown = other in self._edition.visible
        return other if shown and self.withdrawal(other) is None else ""

    def _amendments(self, release: str) -> ReleaseHead:
        self._note(f"{AMENDED_UNIT}{release}", ("amendments", release))
        return self._site().heads[release]
