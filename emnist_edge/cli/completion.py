"""What a shell completes where click cannot know it: names of models, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from emnist_edge.artifact import installed_names

if TYPE_CHECKING:
    import click


def complete_file(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Have the shell complete the path of a file."""
    return [CompletionItem(incomplete, type="file")]


def complete_model(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the installed models that may be meant, or else have a file completed."""
    names = [name for name in installed_names() if name.startswith(incomplete)]
    if names:
        return [CompletionItem(name) for name in names]
    return complete_file(context, parameter, incomplete)


def complete_models(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return what the last of several names, with commas between them, may be."""
    before, comma, last = incomplete.rpartition(",")
    taken = before.split(",")
    return [
        CompletionItem(before + comma + name)
        for name in installed_names()
        if name.startswith(last) and name not in taken
    ]
