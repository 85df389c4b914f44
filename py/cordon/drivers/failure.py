"""What may be told of an exception: its type and place.

Messages quote their arguments, and these may be values of an instance.
"""


class ClusterError(Exception):
    """A cluster cannot be used; the message says why, in words.

    Who tells it needs not have loaded what uses clusters.
    """


def place(error: BaseException) -> str:
    """Tell the innermost function and line."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_qualname}:{at.tb_lineno}" if at else ""
