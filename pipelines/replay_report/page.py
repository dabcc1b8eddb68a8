"""The report as one HTML file that asks for nothing else."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.replay_report import wording
from pipelines.replay_report.chart import front
from pipelines.replay_report.contents import Contents, Kind


def page(report: Contents) -> str:
    """The report as HTML, the same bytes for the same contents."""
    environment = Environment(
        loader=PackageLoader("pipelines.replay_report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(
        report=report, wording=wording, fronts=_fronts
    )


def _fronts(kind: Kind) -> list[tuple[str, Markup]]:
    """A chart for every data set that has cases in this kind."""
    datasets = list(dict.fromkeys(point.dataset for rung in kind.rungs for point in rung.points))
    return [
        (
            dataset,
            Markup(  # noqa: S704 - made of numbers and escaped names
                front(
                    dataset,
                    [p for rung in kind.rungs for p in rung.points if p.dataset == dataset],
                    [
                        p
                        for p in [*(p for rung in kind.rungs for p in rung.controls), *kind.peer]
                        if p.dataset == dataset
                    ],
                )
            ),
        )
        for dataset in datasets
    ]
