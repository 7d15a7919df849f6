"""Small helpers for games that are played on a rectangular grid."""

NEIGHBOURS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]


def parse(text):
    """Turn a drawing into a list of lists of single characters."""
    return [list(line.strip()) for line in text.strip().splitlines()]


def draw(grid):
    """Turn a grid back into text, one line for each row."""
    return "\n".join("".join(row) for row in grid)


def find(grid, mark):
    """Return the first place (row, column) of a mark, or None."""
    for y, row in enumerate(grid):
        for x, cell in enumerate(row):
            if cell == mark:
                return y, x
    return None


class IllegalMove(Exception):
    """Raised when a player tries something that the rules forbid."""
