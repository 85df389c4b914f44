"""Rules for overlays, curves and annotations (PS3.15 E.3.3)."""

from typing import Final

from cordon.core.profile import DESCEND, DROP, Rule
from cordon.rules import overlays
from cordon.rules.actions import RULES, TEXT, cleaning_rule
from cordon.rules.dictionary import expand, planes, public_vrs
from cordon.settings import Settings

GRAPHIC_ANNOTATION_SEQUENCE: Final = 0x00700001
UNFORMATTED_TEXT_VALUE: Final = 0x00700006
OVERLAY_DATA: Final = frozenset(expand("60xx3000"))

_AUDIO: Final = range(0x2000, 0x2010)
"""Elements of a curve that hold speech."""


def rules_for(settings: Settings) -> dict[int, Rule | None]:
    """List the rules for what may show text."""
    if not settings.clean_graphics:
        # what is left without their data is no module; and an annotation that was
        # invented would be shown
        gone = dict.fromkeys(planes(), DROP)
        hidden = dict.fromkeys((*OVERLAY_DATA, *overlays.BIT_POSITIONS), RULES["X"])
        return {**gone, **hidden, GRAPHIC_ANNOTATION_SEQUENCE: DROP}
    found: dict[int, Rule | None] = {GRAPHIC_ANNOTATION_SEQUENCE: DESCEND}
    for tag in (*planes(), UNFORMATTED_TEXT_VALUE):
        vr = public_vrs()[tag]
        if tag >> 24 == 0x50 and tag & 0xFFFF in _AUDIO:
            found[tag] = DROP
        elif vr in TEXT - {"CS"}:
            basic = "D" if tag == UNFORMATTED_TEXT_VALUE else "X"
            found[tag] = cleaning_rule(tag, vr, basic, "")
    return found
