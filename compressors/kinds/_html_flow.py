"""A page while it is read: the block that is open, and the lists, tables and links around it."""

from __future__ import annotations

from compressors.kinds._html_blocks import Block, Page
from compressors.kinds._html_tables import Table
from compressors.kinds._html_tags import Tag
from compressors.kinds._html_text import one_line

# Signs by which a heading is linked to itself.
_ANCHORS = frozenset({"¶", "§", "#", "🔗"})


class Flow:
    """What has been read of a page, and where in it the reader is.

    ``buffer`` holds the pieces of the block that is open, ``region``, ``hidden`` and
    ``alert`` what holds for it, ``fresh`` the sign of a list item that has no text yet,
    ``link_from`` where in the buffer an open link begins, or -1.
    """

    def __init__(self) -> None:
        self.page = Page()
        self.buffer: list[str] = []
        self.region, self.hidden, self.alert = "body", False, False
        self.lists: list[list[int]] = []
        self.tables: list[Table] = []
        self.groups = 0
        self.fresh = ""
        self.heading = self.pre = self.code = self.svg = self.drawn = 0
        self.link = ""
        self.link_from = -1
        self.linked = 0
        self.at = 0
        self.language = ""
        self.quotes = 0

    def _item_sign(self, tag: Tag) -> str:
        if not self.lists:
            return "- "
        current = self.lists[-1]
        value = tag.attributes.get("value", "") if tag.attributes else ""
        if current[1] < 0:
            return "- "
        if value.isdecimal() and len(value) < 9:
            current[1] = int(value)
        current[1] += 1
        return f"{current[1] - 1}. "

    def _between(self) -> bool:
        """Whether no block is open, so that white space says nothing."""
        return not self.buffer and not self.pre and self.link_from < 0

    def _flush(self) -> None:
        """End the block that is open, if it holds anything."""
        if not self.buffer:
            return
        if self.link_from >= 0:
            self._wrap_link()
        text = one_line("".join(self.buffer))
        self.buffer.clear()
        if self.link_from >= 0:
            self.link_from = 0
        linked, self.linked = self.linked, 0
        if not text or text == "``":
            return
        inset = "  " * (len(self.lists) - 1) if self.lists else ""
        group = self.lists[-1][0] if self.lists else 0
        if self.heading:
            kind, lead = "heading", "#" * self.heading + " "
        elif self.fresh:
            kind, lead, self.fresh = "item", inset + self.fresh, ""
        elif self.lists:
            kind, lead = "item", inset + "  "
        else:
            kind, lead = "paragraph", "> " * min(self.quotes, 4)
        self._add(kind, text, lead, group=group, linked=linked)

    def _add(
        self,
        kind: str,
        text: str,
        lead: str = "",
        *,
        group: int = 0,
        linked: int = 0,
        cells: tuple[str, ...] = (),
    ) -> None:
        region = "main" if kind == "code" and self.region == "body" else self.region
        self.page.blocks.append(
            Block(
                kind, text, lead, region, self.at, self.heading, group,
                self.hidden, self.alert, linked, cells,
            )
        )  # fmt: skip

    def _flush_code(self) -> None:
        """A code block, verbatim but for the line end that HTML ignores."""
        self.pre = max(0, self.pre - 1)
        if self.link_from >= 0:
            self._wrap_link()
            self.link_from = 0
        text = "".join(self.buffer).removeprefix("\n").rstrip()
        self.buffer.clear()
        self.linked = 0
        if text.strip():
            fence = "```" if "```" not in text else "~~~~"
            self._add("code", f"{fence}{self.language}\n{text}\n{fence}")
        self.language = ""

    def _open_cell(self, tag: Tag) -> None:
        if not self.tables:
            self._flush()
            return
        table = self.tables[-1]
        if table.layout:
            self._flush()
            return
        if table.in_cell:
            self._close_cell()
        self.buffer.clear()
        table.open_cell(tag.attributes, head=tag.name == "th")

    def _close_cell(self) -> None:
        table = self.tables[-1] if self.tables else None
        if table is None or table.layout or not table.in_cell:
            self._flush()
            return
        if self.link_from >= 0:
            self._wrap_link()
            self.link_from = 0
        text = "" if self.hidden else one_line("".join(self.buffer))
        self.buffer.clear()
        table.alert = table.alert or self.alert
        table.linked += self.linked
        self.linked = 0
        table.close_cell(text)

    def _end_row(self) -> None:
        if not self.tables:
            self._flush()
            return
        table = self.tables[-1]
        if table.in_cell and not table.layout:
            self._close_cell()
        else:
            self._flush()
        cells, heading = table.end_row()
        if any(cells):
            text = " | ".join(cells).rstrip(" |") if len(cells) > 1 else cells[0]
            alert, self.alert = self.alert, self.alert or table.alert
            kind = "header" if heading else "row"
            self._add(
                kind,
                text + "\n---" if heading and len(cells) > 1 else text,
                group=table.number,
                linked=table.linked,
                cells=tuple(cells),
            )
            self.alert = alert
        table.alert, table.linked = False, 0

    def _lay_out(self) -> None:
        """What stands in this cell needs lines of its own: the table is no table of values."""
        table = self.tables[-1]
        table.layout, table.in_cell = True, False
        before = [cell for cell in table.cells if cell]
        table.cells, table.heads = [], 0
        rest = self.buffer[:]
        self.buffer.clear()
        for cell in before:
            self._add("paragraph", cell)
        self.buffer.extend(rest)

    def _close_link(self) -> None:
        if self.link_from >= 0:
            self._wrap_link()
        self.link_from, self.link = -1, ""

    def _wrap_link(self) -> None:
        """Write what the link holds so far as a link, its address once."""
        inside = self.buffer[self.link_from :]
        label = ""
        if inside and inside[0][:1] == "\x00":
            label = inside[0][1:]
            inside = inside[1:]
            del self.buffer[self.link_from]
        raw = "".join(inside)
        text = one_line(raw) or one_line(label)
        if self.pre or not text:
            return
        self.linked += len(text)
        if not self.link and text in _ANCHORS:
            del self.buffer[self.link_from :]
            return
        if not self.link:
            if not inside:
                self.buffer.append(text)
            return
        before = " " if raw[:1].isspace() else ""
        after = " " if raw[-1:].isspace() else ""
        same = self.link.rstrip("/") == text.rstrip("/")
        shown = self.link if same else f"[{text}]({self.link})"
        self.buffer[self.link_from :] = [f"{before}{shown}{after}"]
        self.link = ""

    def _meta_block(self, text: str) -> None:
        if any(block.text == text for block in self.page.blocks[-12:]):
            return
        region, self.region = self.region, "meta"
        heading, self.heading = self.heading, 0
        self._add("meta", text)
        self.region, self.heading = region, heading
