"""What may be told of an exception: its type and place.

Messages quote their arguments, and these may be values of an instance.
"""

from traceback import walk_tb


def place(error: BaseException) -> str:
    """Tell the innermost function and line."""
    *_, (frame, line) = walk_tb(error.__traceback__)
    return f"{frame.f_code.co_qualname}:{line}"
