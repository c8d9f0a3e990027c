"""Every list, loop, upload and batch has a named limit; those that rooms share stand here."""

#: Rows on a list page.
PAGE_ROWS = 50
#: Rows that one transaction of a bulk command carries.
BATCH_ROWS = 2_000
#: Characters of a free text that a person types.
TEXT_CHARS_MAX = 4_000
#: The widest IN list handed to a database in one statement.
IN_LIST_MAX = 900
