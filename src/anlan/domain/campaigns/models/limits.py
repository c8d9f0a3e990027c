"""How long the records' short texts may be, in characters."""

TITLE_CHARS_MAX, NAME_CHARS_MAX, NUMBER_CHARS_MAX = 200, 120, 80
