"""The sheet as a PDF of one A4 page, large enough to be read aloud from.

The fonts are those that every viewer has; a letter they lack is printed as a question mark.
"""

from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from service.sheet import Line, Sheet
from service.texts import Lang, text, word
from vision.briefing import Leader, TickItem

MARGIN_MM = 16.0
NUMBER_MM = 7.0
LARGEST_PT, SMALLEST_PT, STEP_PT = 13.0, 6.0, 0.5
"""The size of the text shrinks until the sheet fits on its page."""

INK, MUTED, NAVY, GOLD = (22, 32, 46), (74, 87, 104), (18, 50, 92), (227, 179, 65)
LEADING = 1.32
PT_MM = 25.4 / 72

LIKE = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2026": "...",
        "\u00a0": " ",
    }
)
"""Letters that the standard fonts lack, and those that stand for them."""


def pdf_of(sheet: Sheet, lang: Lang) -> bytes:
    """The sheet as a PDF of exactly one page."""
    size = LARGEST_PT
    while True:
        made = _draw(sheet, lang, size)
        if made.pages_count == 1 or size <= SMALLEST_PT:
            return bytes(made.output())
        size -= STEP_PT


class _Page(FPDF):
    """A4 with the letters of the standard fonts."""

    def __init__(self, size: float) -> None:
        super().__init__(format="A4")
        self.size = size
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)

    def write_line(
        self,
        words: str,
        *,
        scale: float = 1.0,
        bold: bool = False,
        ink: tuple[int, int, int] = INK,
        indent: float = 0.0,
    ) -> None:
        """A paragraph, broken where the page ends."""
        self.set_font("helvetica", "B" if bold else "", self.size * scale)
        self.set_text_color(*ink)
        self.set_x(MARGIN_MM + indent)
        height = self.size * scale * PT_MM * LEADING
        self.multi_cell(0, height, plain(words), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def write_number(self, n: int) -> None:
        """A number in the margin of the paragraph that follows."""
        self.set_font("helvetica", "", self.size)
        self.set_text_color(*INK)
        top = self.get_y()
        self.cell(NUMBER_MM, self.size * PT_MM * LEADING, f"{n}.")
        self.set_y(top)

    def gap(self, lines: float) -> None:
        """Empty room, in lines of text."""
        self.set_y(self.get_y() + lines * self.size * PT_MM * LEADING)


def plain(words: str) -> str:
    """The words in letters that the standard fonts have."""
    return words.translate(LIKE).encode("latin-1", "replace").decode("latin-1")


def _draw(sheet: Sheet, lang: Lang, size: float) -> _Page:
    page = _Page(size)
    page.set_title(plain(f"{sheet.title} - {sheet.office} - {sheet.when}"))
    page.set_lang(lang.value)
    page.set_creator("Siaga")
    page.add_page()
    page.write_line(f"{sheet.title} - {sheet.office}", scale=1.35, bold=True, ink=NAVY)
    page.write_line(sheet.when, scale=1.05, bold=True)
    page.set_draw_color(*GOLD)
    page.set_line_width(0.8)
    page.line(MARGIN_MM, page.get_y() + 1, page.w - MARGIN_MM, page.get_y() + 1)
    page.gap(0.35)
    for line in sheet.lead:
        page.write_line(line, scale=0.78, ink=MUTED)
    if sheet.opening is not None:
        _part(page, text("briefing.opening", lang), [sheet.opening], numbered=False)
    _part(page, text("briefing.evaluation", lang), sheet.evaluation)
    if not sheet.evaluation:
        page.write_line(text("briefing.no_evaluation", lang))
    if sheet.more:
        page.write_line(sheet.more, scale=0.78, ink=MUTED)
    _part(page, text("briefing.appreciation", lang), sheet.appreciation)
    if not sheet.appreciation:
        page.write_line(text("briefing.no_appreciation", lang))
    _head(page, text("briefing.motivation", lang))
    page.write_line(sheet.motivation)
    _head(page, text("briefing.today", lang))
    for line in sheet.today:
        page.write_line(line)
    page.gap(0.5)
    page.write_line(text("briefing.then_prayer", lang))
    _ticks(page, lang)
    page.gap(0.4)
    page.write_line(sheet.rule, scale=0.72, ink=MUTED)
    return page


def _head(page: _Page, words: str) -> None:
    page.gap(0.55)
    page.write_line(words.upper(), scale=0.92, bold=True, ink=NAVY)


def _part(page: _Page, title: str, lines: Sequence[Line], *, numbered: bool = True) -> None:
    _head(page, title)
    for n, line in enumerate(lines, 1):
        beside = f" ({line.beside})" if line.beside else ""
        if numbered:
            page.write_number(n)
        page.write_line(f"{line.sentence}{beside}", indent=NUMBER_MM if numbered else 0.0)


def _ticks(page: _Page, lang: Lang) -> None:
    """Empty boxes for a pen: what was told, and who led."""
    items = (
        TickItem.EVALUATION,
        TickItem.APPRECIATION,
        TickItem.MOTIVATION,
        TickItem.PRAYER,
        TickItem.IN_TURN,
    )
    page.gap(0.3)
    told = "   ".join(f"[  ] {word(item, lang)}" for item in items)
    led = "   ".join(f"[  ] {word(leader, lang)}" for leader in Leader)
    page.write_line(told, scale=0.86)
    page.write_line(f"{word(TickItem.LED_BY, lang)}:   {led}", scale=0.86)
