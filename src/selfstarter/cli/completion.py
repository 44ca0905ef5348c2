"""`selfstarter completion`."""

import click

WHERE = {
    "bash": 'eval "$(selfstarter completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(selfstarter completion zsh)"    # in ~/.zshrc',
    "fish": "selfstarter completion fish > ~/.config/fish/completions/selfstarter.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(WHERE)))
def command(shell: str) -> None:
    """Print the script by which SHELL completes commands and options at the TAB key.

    \b
      eval "$(selfstarter completion bash)"                                # in ~/.bashrc
      eval "$(selfstarter completion zsh)"                                 # in ~/.zshrc
      selfstarter completion fish > ~/.config/fish/completions/selfstarter.fish
    """
    from click.shell_completion import get_completion_class

    from selfstarter.cli import cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "selfstarter", "_SELFSTARTER_COMPLETE").source())
