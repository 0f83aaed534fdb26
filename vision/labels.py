"""The closed vocabulary of things that detectors may name.

A model card maps the rows of its network to these; checks know only these. No label names a
person, a gender, a face or a feeling, and none may be added (docs/standard.md, P-01 to P-03).
"""

from enum import IntEnum


class Label(IntEnum):
    """What a box encloses. The number is only for arrays; files and answers use `Label.word`."""

    # people and what they wear
    PERSON = 0
    HEAD = 1
    TORSO = 2  # front of the chest, both shoulders towards the camera
    ID_CARD = 3  # front, or side unknown
    ID_CARD_BACK = 4  # turned over
    LANYARD = 5
    NAME_TAG = 6
    # furniture and equipment
    CHAIR = 20
    MONITOR = 21
    LAPTOP = 22
    KEYBOARD = 23
    MOUSE = 24
    CALCULATOR = 25
    MONEY_COUNTER = 26
    PENS = 27
    PRINTER = 28
    TELEPHONE = 29
    # personal items of the standard
    CUP = 40
    GLASS = 41
    BOTTLE = 42
    BOWL = 43
    PLATE = 44
    CUTLERY = 45
    FOOD = 46
    DOLL = 47
    PHOTO_FRAME = 48
    NEWSPAPER = 49
    BOOK = 50
    MAKE_UP = 51
    BAG = 52
    PHONE = 53
    UMBRELLA = 54
    HELMET = 55
    # official things that look like personal ones
    DOCUMENT = 70
    TISSUE = 71
    SANITISER = 72
    STAMP = 73
    NAMEPLATE = 74
    PLANT = 75

    @property
    def word(self) -> str:
        """The label as files and answers write it: `id_card`."""
        return self.name.lower()


def label_of(word: str) -> Label:
    """The label written as `word`. Errors: KeyError with the known words."""
    try:
        return Label[word.upper()]
    except KeyError:
        known = ", ".join(label.word for label in Label)
        raise KeyError(f"unknown label {word!r}; known: {known}") from None


TAGS = frozenset({Label.ID_CARD, Label.ID_CARD_BACK, Label.NAME_TAG})
"""What counts as an identity tag. A lanyard without a card does not."""

PERSONAL_ITEMS = frozenset(label for label in Label if 40 <= label < 70)
LOOK_ALIKES = frozenset(
    {Label.DOCUMENT, Label.TISSUE, Label.SANITISER, Label.STAMP, Label.NAMEPLATE}
    | {Label.CALCULATOR, Label.MONEY_COUNTER, Label.PENS}
)
"""Things of the office that a detector takes for personal ones: a sanitiser for a bottle."""

EQUIPMENT = frozenset(
    {Label.MONITOR, Label.LAPTOP, Label.KEYBOARD, Label.CALCULATOR, Label.MONEY_COUNTER, Label.PENS}
)
