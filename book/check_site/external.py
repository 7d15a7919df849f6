"""Ask whether the addresses outside the site still answer: `python -m book.check_site.external`.

Run on a schedule, never as part of the tests: other people's servers come and go.
"""

import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from .__main__ import SITE, pages_of
from .document import outside_links

# The site's own address, and what exists only once it is published.
OWN = ("https://graded-transformer.github.io/", "https://colab.research.google.com/")
TIMEOUT = 30
# What servers say that do not like to be asked by programs; the page may well be there.
SHY = {401, 403, 405, 406, 418, 429, 503}


def trouble(address: str) -> str:
    """What is wrong with an address; empty when it answers."""
    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (link check)"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return "" if error.code in SHY else f"{error.code} {error.reason}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))


@click.command()
@click.option("--site", type=click.Path(path_type=Path), default=SITE, help="The built book.")
def main(site: Path) -> None:
    """Ask every address outside the site whether it still answers."""
    pages = pages_of(site)
    if not pages:
        click.echo(f"{site}: no book there; run `make book` first", err=True)
        sys.exit(2)
    links = {a: p for a, p in outside_links(site, pages).items() if not a.startswith(OWN)}
    with ThreadPoolExecutor(8) as pool:
        answers = dict(zip(links, pool.map(trouble, links), strict=True))
    lost = {address: wrong for address, wrong in answers.items() if wrong}
    for address, wrong in lost.items():
        click.echo(f"{address}: {wrong} (on {', '.join(dict.fromkeys(links[address]))})")
    click.echo(f"{len(links) - len(lost)} of {len(links)} addresses answer.")
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
