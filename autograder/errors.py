"""The one exception for all problems that a user can fix."""

import click


class UserError(click.ClickException):
    """A wrong argument or file: one line that names it and the fix, exit code 2."""

    exit_code = 2
