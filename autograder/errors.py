"""The one exception for everything that a user can mend."""

import click


class UserError(click.ClickException):
    """Something the user gave is wrong: one line that names the file and the fix, exit code 2."""

    exit_code = 2
