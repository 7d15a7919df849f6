"""The map of the text adventure: room -> direction -> room."""

ROOMS = {
    "hall": {"north": "library", "east": "kitchen"},
    "library": {"south": "hall"},
    "kitchen": {"west": "hall", "down": "cellar"},
    "cellar": {"up": "kitchen", "east": "treasury"},
    "treasury": {"west": "cellar"},
}
