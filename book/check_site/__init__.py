"""Open every page of the built book in a real browser: `python -m book.check_site`.

Every page is opened light and dark, on a wide and on a narrow screen, and once from the disk. It
must not ask for anything outside the site, print an error, miss a file, leave a formula unrendered,
be wider than the screen, or shut anybody out. What can be operated is operated, with the mouse and
with the keys alone. In reading order: `browser`, `document`, `page`, `figures`, `operate`,
`budgets`; `external` asks about addresses elsewhere.
"""
