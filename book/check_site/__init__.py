"""Open every page of the built book in a real browser: `python -m book.check_site`.

Every page is opened light and dark, on a wide and on a narrow screen, and once from the disk. It
must not ask for anything outside the site, print an error, miss a file, leave a formula unrendered,
be wider than the screen, or shut anybody out. What can be operated is operated, with the mouse and
with the keys alone.

1. `browser`: a browser without a network, and a server for the site.
2. `document`: valid HTML and working links, without a browser.
3. `page`: open one page and collect its problems.
4. `operation`: operate what a page offers, with the mouse or the keys.
5. `figure_checks`: what each interactive figure must show.
6. `translator_checks`: the same for the translator.
7. `budgets`: sizes, loading times and layout shifts.
8. `translator_speed`: what the live translator costs a reader.
9. `rebuild_time`: seconds until an edited chapter is built again.

The same browser records what the page "Translate" says of broken models:

10. `record_translator`: translations and BLEU of the exported model, whole and broken.
11. `compare_translator`: whether it writes in the browser what it writes in PyTorch.

Links to other sites are left to Sphinx's linkcheck builder.
"""
