"""`triage sandbox …`: the stand-ins on their own: a local Slack, the demo's mail world, language models."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.settings import ROOT

app = typer.Typer(no_args_is_help=True, help="Start a stand-in by itself. Example: triage sandbox slack --port 8900")

Port = Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)]
Knows = Literal["json_schema", "json_object", "text"]
DieWithParent = Annotated[bool, typer.Option("--die-with-parent", hidden=True)]


@app.command("slack")
def slack(
    port: Port = 8900,
    manifest: Annotated[Path, typer.Option(help="The Slack app whose commands, scopes and events it serves.")] = ROOT / "app_manifest.yml",
    data: Annotated[Path | None, typer.Option(help="A folder that keeps the workspace; without it, it lives in memory.")] = None,
    seed: Annotated[Path | None, typer.Option(help="People and channels as JSON; without it, those of the demo's company.")] = None,
    rate_limits: Annotated[bool, typer.Option("--rate-limits", help="Answer 429 as Slack does.")] = False,
    die_with_parent: DieWithParent = False,
) -> None:
    """Serve a local Slack: Web API, Socket Mode and a page. The first line on stdout is JSON: api_url, tokens, channel, user, page.

    Example: triage sandbox slack --manifest app_manifest.yml --port 8900
    """
    from sandbox.slack.serve import SlackSettings
    from sandbox.slack.serve import run as serve

    serve(SlackSettings(port=port, manifest=manifest, data=data, seed=seed, rate_limits=rate_limits, die_with_parent=die_with_parent))


@app.command("mail")
def mail(
    data: Annotated[Path, typer.Option(help="The folder with mail/ (the company's Maildirs) and customers/.")],
    port: Port = 8901,
    die_with_parent: DieWithParent = False,
) -> None:
    """Serve the demo's post office: it carries mail between Maildirs and shows the customers' mailboxes.

    The first line on stdout is JSON: page.

    Example: triage sandbox mail --data .triage/demo --port 8901
    """
    from sandbox.mail.office import OfficeSettings
    from sandbox.mail.office import run as serve

    serve(OfficeSettings(port=port, data=data, die_with_parent=die_with_parent))


@app.command("models")
def models(
    port: Port = 8903,
    latency: Annotated[float, typer.Option(min=0, help="The median of the answers' latency in seconds.")] = 0.0,
    sigma: Annotated[float, typer.Option(min=0, help="The σ of its logarithm.")] = 0.0,
    knows: Annotated[Knows, typer.Option(help="How much of structured output the OpenAI side knows.")] = "json_schema",
    die_with_parent: DieWithParent = False,
) -> None:
    """Serve stand-ins for OpenAI's and Anthropic's APIs. The first line on stdout is JSON: openai_url, anthropic_url, their keys, tokens.

    Example: triage sandbox models --port 8903 --latency 0.5 --sigma 0.5
    """
    from sandbox.models.serve import ModelsSettings
    from sandbox.models.serve import run as serve

    serve(ModelsSettings(port=port, latency=latency, sigma=sigma, knows=knows, die_with_parent=die_with_parent))
