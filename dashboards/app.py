"""The dashboard's frame: finds the snapshot once, then hands it to the view that is open."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from compressors.errors import ToinError
from compressors.home import Home
from dashboards import store
from dashboards.views import accuracy, savings

View = Callable[[store.Snapshot], None]


def page(view: View) -> Callable[[], None]:
    """``view`` on the snapshot that holds now, or a sentence that says what to do."""

    def show() -> None:
        home = Home.at()
        try:
            snapshot = store.current(home.snapshots)
            view(snapshot)
        except store.SnapshotMissing as error:
            st.info(str(error), icon=":material/hourglass_empty:")
        except ToinError as error:
            st.error(str(error), icon=":material/broken_image:")
        else:
            st.caption(f"Snapshot {snapshot.id} of the home {home.root}. Read only.")

    return show


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="TOIN", layout="wide")
    st.navigation(
        [
            st.Page(
                page(savings.view),
                title="Savings",
                url_path="savings",
                default=True,
            ),
            st.Page(
                page(accuracy.view),
                title="Accuracy",
                url_path="accuracy",
            ),
        ],
        position="top",
    ).run()


if __name__ == "__main__":
    main()
