"""``toin model``: what a language model answers with and without compression."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compressors.errors import ConfigurationError
from compressors.home import Home
from pipelines.commands._common import (
    PATH,
    examples,
    home_option,
    json_option,
    need,
    print_json,
    say,
)

if TYPE_CHECKING:
    from pipelines.replays.model import Bill, Comparison, Limits


def _amount(ctx: click.Context, option: click.Parameter, value: str | None) -> Decimal | None:
    """Money, exact to the last digit."""
    if value is None:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise click.BadParameter(f"{value!r} is no amount, such as 2.50", ctx, option)
    return amount


@click.group(
    "model",
    epilog=examples(
        "export MY_KEY=...",
        "toin model ask --model NAME --base-url https://host/v1 --key-env MY_KEY \\",
        "    --items 20 --budget-tokens 2000000 --dry-run",
        "toin model export answers.jsonl",
    ),
)
def command() -> None:
    """What a language model answers with and without compression: model accuracy.

    Answers are recorded in the home and replayed after that. It is another figure than
    answerability (`toin replay`), which asks no model.
    """


@command.command(
    "ask",
    epilog=examples(
        "toin model ask --model NAME --base-url http://127.0.0.1:8000/v1 --items 20",
        "toin model ask --model NAME --api anthropic --base-url https://host --key-env MY_KEY \\",
        "    --budget-money 5 --price-in 3 --price-out 15",
    ),
)
@click.option("--model", required=True, metavar="NAME", help="The model, as the endpoint calls it.")
@click.option(
    "--base-url",
    metavar="URL",
    help="The endpoint; nothing is sent anywhere else.  [only what is recorded]",
)
@click.option(
    "--api",
    type=click.Choice(["openai", "anthropic"]),
    default="openai",
    show_default=True,
    help="How the endpoint is spoken to.",
)
@click.option(
    "--key-env", metavar="VAR", help="The environment variable that holds the key.  [no key]"
)
@click.option(
    "--data",
    type=PATH,
    metavar="DIR",
    help="The folder with gsm8k/, truthfulqa/ and bfcl/.  [the bundled samples]",
)
@click.option(
    "--items",
    type=click.IntRange(min=1),
    metavar="N",
    help="Only N items of each data set, drawn by hash.  [all]",
)
@click.option(
    "--part",
    type=click.Choice(["learn", "certify"]),
    default="learn",
    show_default=True,
    help="The part of the data sets; no certificate comes of either.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME",
    help="Only this profile; may be given several times.  [every rung]",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(min=1),
    default=1024,
    show_default=True,
    help="The longest answer.",
)
@click.option(
    "--no-temperature",
    is_flag=True,
    help="Send no temperature, for models that refuse one.  [temperature 0 is sent]",
)
@click.option(
    "--budget-tokens",
    type=click.IntRange(min=0),
    metavar="N",
    help="Never take and give more tokens than this, in this run.  [no limit]",
)
@click.option(
    "--budget-money",
    callback=_amount,
    metavar="X",
    help="Never spend more than this, in this run; needs both prices.  [no limit]",
)
@click.option("--price-in", callback=_amount, metavar="P", help="Price of a million tokens sent.")
@click.option(
    "--price-out", callback=_amount, metavar="P", help="Price of a million tokens answered."
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Requests at a time.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=120.0,
    show_default=True,
    help="Seconds until a whole answer has to be there.",
)
@click.option(
    "--retries",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="How often a request that fails for now is made again.",
)
@click.option("--seed", default="toin", show_default=True, help="Of the pauses between retries.")
@click.option("--dry-run", is_flag=True, help="Ask nothing, and say what it would cost.")
@json_option
@home_option
@click.pass_context
def _ask(
    ctx: click.Context,
    model: str,
    base_url: str | None,
    api: str,
    key_env: str | None,
    data: Path | None,
    items: int | None,
    part: str,
    profiles: tuple[str, ...],
    max_tokens: int,
    no_temperature: bool,
    budget_tokens: int | None,
    budget_money: Decimal | None,
    price_in: Decimal | None,
    price_out: Decimal | None,
    concurrency: int,
    timeout: float,
    retries: int,
    seed: str,
    dry_run: bool,
    as_json: bool,
    home: Home,
) -> None:
    """Ask a model what the replays ask, and compare its answers.

    Every case uncompressed, once more uncompressed (which shows the noise), and under every
    profile of its kind. What is recorded already is not asked again; a run that ends early
    goes on where it stopped. The exit code is 1 where answers are missing in the end.
    """
    need("polars", "scipy", extra="pipelines")
    from msgspec.structs import asdict

    from pipelines.commands._progress import reporter
    from pipelines.replays.model import (
        Api,
        Choice,
        Manner,
        Parameters,
        Prepared,
        Recordings,
        Service,
        key_from,
        recordings_path,
    )

    limits = _limits(budget_tokens, budget_money, price_in, price_out)
    service = None
    if base_url is not None and not dry_run:
        service = Service(Api(api), model, base_url, key_from(key_env))
    choice = Choice(
        model=model,
        parameters=Parameters(None if no_temperature else 0.0, max_tokens),
        part="learn" if part == "learn" else "certify",
        items=items,
        profiles=profiles,
    )
    home.ensure()
    with Recordings(recordings_path(home)) as recordings, reporter() as told:
        prepared = Prepared(
            choice, data=data, recordings=recordings, limits=limits, progress=told.step
        )
        if dry_run:
            comparison = None
        else:
            if prepared.bill.requests:
                told.note(_bill(prepared.bill))
                if service is None:
                    told.note("no --base-url is given, so nothing is asked")
                else:
                    need("litellm", extra="model")
            comparison = prepared.compare(
                service,
                manner=Manner(concurrency=concurrency, retries=retries, seed=seed),
                timeout=timeout,
            )
    if comparison is None:
        if as_json:
            print_json({"bill": _plain(prepared.bill)})
        else:
            click.echo(_bill(prepared.bill))
        return
    rows = [asdict(row) for row in comparison.figures]
    if as_json:
        print_json(
            {"bill": _plain(prepared.bill), "asked": _asked(comparison), "model_accuracy": rows}
        )
    else:
        from pipelines.summary import model_tables, show

        show(*model_tables(rows))
    _report(comparison)
    if any(row.missing for row in comparison.figures):
        ctx.exit(1)


@command.command("export", epilog=examples("toin model export answers.jsonl"))
@click.argument("file", type=PATH)
@click.option("--model", metavar="NAME", help="Only the answers of this model.  [all]")
@home_option
def _export(file: Path, model: str | None, home: Home) -> None:
    """Write the recorded answers to FILE as JSON lines; no prompt and no key is in them."""
    from pipelines.replays.model import Recordings, recordings_path

    path = recordings_path(home)
    if not path.exists():
        raise ConfigurationError(
            f"no answers are recorded in {home.root}; ask with `toin model ask`"
        )
    with Recordings(path) as recordings:
        count = recordings.export(file, model=model)
    click.echo(f"{file}: {count:,} answers")


@command.command("import", epilog=examples("toin model import answers.jsonl --home .toin"))
@click.argument("file", type=PATH)
@home_option
def _import(file: Path, home: Home) -> None:
    """Take over the answers that FILE holds, all or none.

    Refused where a line is damaged, or where another answer is recorded under the same key.
    """
    from pipelines.replays.model import Recordings, recordings_path

    home.ensure()
    with Recordings(recordings_path(home)) as recordings:
        new, known = recordings.take_in(file)
    click.echo(f"{new:,} answers imported, {known:,} were recorded already")


def _limits(
    tokens: int | None, money: Decimal | None, price_in: Decimal | None, price_out: Decimal | None
) -> Limits:
    from pipelines.replays.model import Limits, Prices

    if (price_in is None) != (price_out is None) or (money is not None and price_in is None):
        raise click.UsageError("money is counted with both --price-in and --price-out")
    prices = Prices(price_in, price_out) if price_in is not None and price_out is not None else None
    return Limits(tokens=tokens, money=money, prices=prices)


def _bill(bill: Bill) -> str:
    money = ""
    if bill.usual_money is not None and bill.most_money is not None:
        money = f"; {bill.usual_money:,.2f} of money, {bill.most_money:,.2f} at most"
    return (
        f"{bill.requests:,} requests ({bill.recorded:,} of {bill.needed:,} answers are recorded): "
        f"about {bill.usual.input:,} tokens sent and {bill.usual.output:,} answered, "
        f"{bill.most.input:,} and {bill.most.output:,} at most{money}; retries come on top"
    )


def _plain(bill: Bill) -> dict[str, object]:
    return {
        "needed": bill.needed,
        "recorded": bill.recorded,
        "requests": bill.requests,
        "tokens_in": bill.usual.input,
        "tokens_out": bill.usual.output,
        "tokens_in_at_most": bill.most.input,
        "tokens_out_at_most": bill.most.output,
        "money": _text(bill.usual_money),
        "money_at_most": _text(bill.most_money),
    }


def _asked(comparison: Comparison) -> dict[str, object]:
    gathered = comparison.gathered
    if gathered is None:
        return {"requests": 0, "answered": 0, "failed": {}, "stopped": ""}
    return {
        "requests": gathered.requests,
        "answered": gathered.answered,
        "tokens_in": gathered.spent.input,
        "tokens_out": gathered.spent.output,
        "money": _text(gathered.money),
        "failed": gathered.failed,
        "stopped": gathered.stopped,
    }


def _report(comparison: Comparison) -> None:
    gathered = comparison.gathered
    if gathered is None:
        say("every answer shown was recorded before; no request was made")
        return
    money = f", {gathered.money:,.4f} of money" if gathered.money is not None else ""
    say(
        f"{gathered.requests:,} requests, {gathered.answered:,} answers recorded, "
        f"{gathered.spent.input:,} tokens sent and {gathered.spent.output:,} answered{money}"
    )
    for reason, count in gathered.failed.items():
        say(f"without an answer: {count:,} prompts: {reason}")
    if gathered.stopped:
        say(f"stopped early: {gathered.stopped}")


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.6f}"
