"""`doorlight completion`: what a shell needs to complete the command's words."""

import click
from click.shell_completion import get_completion_class

from device.cli.main import PROGRAM, commands


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print what makes your shell complete doorlight's commands and options.

    \b
    bash:  doorlight completion bash > ~/.local/share/bash-completion/completions/doorlight
    zsh:   doorlight completion zsh > "${fpath[1]}/_doorlight"
    fish:  doorlight completion fish > ~/.config/fish/completions/doorlight.fish

    Exit codes: 0 fine, 2 usage.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(completion(commands, {}, PROGRAM, "_DOORLIGHT_COMPLETE").source())
