"""What the parts of the manual are written with."""

from collections.abc import Iterable


def table(heads: str, rows: Iterable[str], *, id_: str = "") -> str:
    """Make a table, in a part of the page that scrolls if it is too wide."""
    name = f' id="{id_}"' if id_ else ""
    body = "".join(rows)
    return (
        (
            '<div class="wide" role="group" aria-label="Table" tabindex="0">\n'
            f"<table{name}>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n"
            "</table>\n</div>\n"
        )
        .replace("scope=col", 'scope="col"')
        .replace("scope=row", 'scope="row"')
    )
