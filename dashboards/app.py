"""The dashboard's frame: finds the snapshot once, then hands it to the view that is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from compressors.errors import ToinError
from compressors.home import Home
from dashboards import numbers, store
from dashboards.content.health import late
from dashboards.ledger import Ledger, default_scope, options
from dashboards.views import (
    accuracy,
    health,
    learning,
    overview,
    recommendations,
    savings,
    slices,
)

View = Callable[[store.Snapshot], None]

# By their place in the address, the first one first. No docstring: Streamlit would show it.
VIEWS: dict[str, tuple[View, str]] = {
    "overview": (overview.view, ":material/insights:"),
    "savings": (savings.view, ":material/savings:"),
    "accuracy": (accuracy.view, ":material/verified:"),
    "slices": (slices.view, ":material/dataset:"),
    "recommendations": (recommendations.view, ":material/description:"),
    "learning": (learning.view, ":material/model_training:"),
    "health": (health.view, ":material/monitor_heart:"),
}


def page(view: View, title: str = "") -> Callable[[], None]:
    """``view`` on the snapshot that holds now, or a sentence that says what to do."""

    def show() -> None:
        numbers.use(st.context.locale)
        home = Home.at()
        if title:
            st.title(title)
        try:
            snapshot = _drawn(view, home)
        except store.SnapshotMissing as error:
            st.info(str(error), icon=":material/hourglass_empty:")
        except ToinError as error:
            st.error(str(error), icon=":material/broken_image:")
        else:
            st.caption(
                f"Snapshot {snapshot.id} of the home {home.root}, confirmed "
                f"{snapshot.published:%Y-%m-%d %H:%M} UTC. Read only."
            )

    return show


def _drawn(view: View, home: Home) -> store.Snapshot:
    """Draw ``view``; a second time where its snapshot was removed for newer ones meanwhile."""
    place = st.empty()
    snapshot = store.current(home.snapshots)
    try:
        with place.container():
            _draw(view, snapshot)
    except store.SnapshotDamaged:
        newer = store.current(home.snapshots)
        if newer.directory == snapshot.directory:
            place.empty()
            raise
        with place.container():
            _draw(view, newer)
        return newer
    return snapshot


def _draw(view: View, snapshot: store.Snapshot) -> None:
    said = late(Ledger(snapshot, default_scope(options(snapshot))), now=datetime.now(UTC))
    if said:
        st.warning(said, icon=":material/schedule:")
    view(snapshot)


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="TOIN", page_icon="🗜️", layout="wide")
    st.navigation(
        [
            st.Page(
                page(view, name.capitalize()),
                title=name.capitalize(),
                icon=icon,
                url_path=name,
                default=not number,
            )
            for number, (name, (view, icon)) in enumerate(VIEWS.items())
        ],
        position="top",
    ).run()


if __name__ == "__main__":
    main()
