"""Settings to try: no option, each option by itself, and as many as go together.

Neither the last look nor the risk of burned-in text gets in the way.
"""

from oracle import OPTIONS

from cordon.settings import Settings

ALONE = {"sweep": "off", "burned_in": "ignore"}
SWITCHES = {one.setting: True for one in OPTIONS.values() if one.value is True}
SETTINGS = {
    "none": Settings(**ALONE),
    **{
        column: Settings(**ALONE, **{option.setting: option.value})
        for column, option in OPTIONS.items()
    },
    "all-full": Settings(**ALONE, **SWITCHES, retain_longitudinal="full"),
    "all-modified": Settings(**ALONE, **SWITCHES, retain_longitudinal="modified"),
}
