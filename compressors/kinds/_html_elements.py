"""Elements that are no blocks: links, images, fields, scripts, metadata."""

from __future__ import annotations

from collections.abc import Callable

from compressors.kinds._html_fields import alternative, button, field_of, metadata
from compressors.kinds._html_flow import Flow
from compressors.kinds._html_tags import Tag, raw_content
from compressors.kinds._html_text import address, one_line, unescape


class Elements(Flow):
    """What is done where an element of a name in ``opens`` begins."""

    def __init__(self) -> None:
        super().__init__()
        self.opens: dict[str, Callable[[Tag, str], None]] = {
            "a": self._open_link, "br": self._break, "hr": self._break, "img": self._image,
            "input": self._field, "script": self._script, "style": self._style,
            "title": self._title, "textarea": self._raw_text, "xmp": self._raw_text,
            "iframe": self._frame, "video": self._frame, "audio": self._frame,
            "embed": self._frame, "object": self._frame, "meta": self._meta, "link": self._meta,
            "base": self._meta, "svg": self._svg, "noembed": self._ignore,
            "noframes": self._ignore, "button": self._button, "time": self._time,
            "abbr": self._abbr, "option": self._option, "select": self._select,
        }  # fmt: skip

    def _open_link(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        if self.link_from >= 0:
            self._close_link()
        self.link = address(tag.attributes.get("href", "")) if tag.attributes else ""
        label = tag.attributes.get("aria-label", "") if tag.attributes else ""
        self.link_from = len(self.buffer)
        if self.region == "nav":
            self.page.unseen["navigation link"] += 1
        if label and not self.pre:
            self.buffer.append("\x00" + unescape(label))

    def _break(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        table = self.tables[-1] if self.tables else None
        if self.pre:
            self.buffer.append("\n")
        elif self.heading or self.link_from >= 0 or (table and table.in_cell and not table.layout):
            self.buffer.append(" ")
        else:
            self._flush()

    def _image(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        text = alternative(tag)
        self.page.unseen["image"] += 1
        if text:
            self.buffer.append(f" ![{text}] ")

    def _field(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        text = field_of(tag)
        if text:
            self.buffer.append(f" {text} ")
        else:
            self.page.unseen["hidden field"] += 1

    def _button(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        self.buffer.append(button(tag))

    def _select(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        name = one_line(unescape(tag.attributes.get("name", ""))) if tag.attributes else ""
        self.buffer.append(f" [select {name}:" if name else " [select:")

    def _option(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        self.buffer.append(" * " if "selected" in tag.attributes else " ; ")

    def _time(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        moment = one_line(tag.attributes.get("datetime", "")) if tag.attributes else ""
        if moment:
            self.buffer.append(f"{moment} ")

    def _abbr(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        title = one_line(unescape(tag.attributes.get("title", ""))) if tag.attributes else ""
        if title:
            self.buffer.append(f"({title}) ")

    def _svg(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        self.page.unseen["drawing"] += 1
        if not tag.void:
            self.svg += 1

    def _script(self, tag: Tag, piece: str) -> None:
        self.page.unseen["script"] += 1
        if "json" not in tag.attributes.get("type", "").lower():
            return
        data = one_line(raw_content(piece))
        if "ld+json" in tag.attributes["type"].lower():
            if data:
                self._meta_block(f"JSON-LD: {data}")
        else:
            name = one_line(tag.attributes.get("id", ""))
            self.page.data.append(f"{'#' + name if name else 'unnamed'} {len(data):,} characters")

    def _style(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        self.page.unseen["style"] += 1

    def _ignore(self, tag: Tag, piece: str) -> None:
        """Content for readers of another age."""

    def _title(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        text = one_line(unescape(raw_content(piece)))
        if self.svg:
            self.buffer.append(f" {text} ")
        elif text:
            self._meta_block(f"title: {text}")

    def _raw_text(self, tag: Tag, piece: str) -> None:
        text = unescape(raw_content(piece))
        if tag.name == "xmp":
            self._flush()
            self.buffer.append(text)
            self._flush_code()
            return
        shown = field_of(tag) or "[textarea]"
        self.buffer.append(f" {shown} {one_line(text)} ")

    def _frame(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        source = address(tag.attributes.get("src") or tag.attributes.get("data", ""))
        if source:
            self.buffer.append(f" [{tag.name}: {source}] ")

    def _meta(self, tag: Tag, piece: str) -> None:  # noqa: ARG002
        text = metadata(tag)
        if text:
            self._meta_block(text)
