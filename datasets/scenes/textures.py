"""Painted textures: cards, batik and plain shirts, pages, covers, screens, signs, labels.

Everything is drawn by this code with Pillow and numpy; names on the cards are invented. Each
function writes one picture to path `p`, draws its choices from `rng` and returns the path.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from datasets.scenes import paths


def font(size, bold=True):
    path = paths.font(bold)
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


NAMES = [
    "Siti Rahma",
    "Budi Santoso",
    "Dewi Lestari",
    "Agus Wijaya",
    "Rina Kartika",
    "Andi Pratama",
    "Nur Aini",
    "Hendra Gunawan",
]


def words(rng, n):
    return " ".join(
        "".join(rng.choice("aeioubdgklmnprst") for _ in range(rng.randint(2, 9))) for _ in range(n)
    )


def card(p, rng, back=False, landscape=False):
    """An identity card, 340 x 540 or 540 x 340 pixels: front with photo, or back with bar code."""
    w, h = (540, 340) if landscape else (340, 540)
    head = rng.choice(
        [
            (20, 70, 150),
            (150, 20, 30),
            (10, 110, 70),
            (230, 140, 20),
            (60, 60, 70),
            (90, 40, 120),
            (20, 130, 160),
        ]
    )
    ground = rng.choice(
        [(245, 245, 242), (245, 245, 242), (225, 235, 245), (250, 240, 215), (235, 225, 240)]
    )
    im = Image.new("RGB", (w, h), ground)
    d = ImageDraw.Draw(im)
    if back:
        kind = rng.choice(("bank", "plain", "text", "full"))
        if kind == "bank":
            d.rectangle((0, 50, w, 115), fill=(40, 40, 42))
        if kind == "full":
            d.rectangle((0, 0, w, h), fill=rng.choice([head, (238, 238, 235), (200, 205, 210)]))
        if kind in ("bank", "text"):
            for i in range(9 if not landscape else 4):
                y = 160 + 26 * i
                d.rectangle((30, y, w - 30 - rng.randint(0, 90), y + 8), fill=(150, 150, 150))
        if kind != "full" or rng.random() < 0.5:
            d.rectangle((40, h - 90, w - 40, h - 30), fill=(255, 255, 255))
            for x in range(0, w - 110, 5):
                d.line(
                    (50 + x, h - 85, 50 + x, h - 35), fill=(0, 0, 0), width=rng.choice((1, 2, 3))
                )
        im.save(p)
        return p
    bg = rng.choice([(190, 30, 40), (40, 80, 180), (200, 200, 205), (230, 230, 230)])
    sk = rng.choice([(205, 160, 125), (180, 130, 95), (225, 185, 155), (150, 105, 75)])
    cl = rng.choice([(255, 255, 255), (70, 110, 170), (140, 90, 40), (40, 40, 45)])
    scarf = rng.choice([None, None, (40, 45, 70), (230, 228, 220), (120, 60, 70)])

    def picture(x, y, pw, ph):
        t = Image.new("RGB", (160, 210), bg)
        e = ImageDraw.Draw(t)
        e.ellipse((10, 155, 150, 290), fill=cl)
        if scarf:
            e.ellipse((30, 25, 130, 190), fill=scarf)
            e.ellipse((48, 48, 112, 148), fill=sk)
        else:
            e.ellipse((40, 45, 120, 160), fill=sk)
            e.pieslice((36, 30, 124, 140), 180, 360, fill=(25, 20, 20))
        im.paste(t.resize((pw, ph)), (x, y))

    nm = rng.choice(NAMES)
    sub = "Petugas Loket"
    nip = f"NIP 19{rng.randint(0, 999999):06d}"
    if landscape:
        d.rectangle((0, 0, w, 80), fill=head)
        d.ellipse((15, 8, 79, 72), fill=(250, 220, 90))
        d.text((95, 12), "DINAS PELAYANAN", font=font(32), fill=(255, 255, 255))
        picture(25, 100, 150, 200)
        d.text((200, 130), nm, font=font(34), fill=(20, 20, 20))
        d.text((200, 185), sub, font=font(26, False), fill=(60, 60, 60))
        d.text((200, 225), nip, font=font(26, False), fill=(60, 60, 60))
        d.rectangle((0, h - 28, w, h), fill=head)
    else:
        kind = rng.choice(("classic", "classic", "large", "side"))
        if kind == "side":
            d.rectangle((0, 0, 70, h), fill=head)
            picture(100, 60, 200, 260)
            x0 = 70
        else:
            d.rectangle((0, 0, w, 110 if kind == "classic" else 70), fill=head)
            if kind == "classic":
                d.ellipse((20, 20, 90, 90), fill=(250, 220, 90))
                d.text((105, 22), "DINAS\nPELAYANAN", font=font(28), fill=(255, 255, 255))
                picture(90, 130, 160, 210)
            else:
                picture(60, 85, 220, 265)
            d.rectangle((0, h - 60, w, h), fill=head)
            x0 = 0
        for y, text, f, c in (
            (360, nm, font(30), (20, 20, 20)),
            (402, sub, font(22, False), (60, 60, 60)),
            (435, nip, font(22, False), (60, 60, 60)),
        ):
            tw = d.textlength(text, font=f)
            d.text((x0 + (w - x0 - tw) / 2, y), text, font=f, fill=c)
    im.save(p)
    return p


def name_tag(p, rng):
    """An engraved name tag, 360 x 110 pixels."""
    ground, ink = rng.choice(
        [
            ((205, 170, 90), (30, 25, 15)),
            ((235, 235, 235), (20, 20, 20)),
            ((25, 25, 28), (235, 235, 230)),
            ((190, 195, 200), (20, 20, 30)),
            ((20, 50, 110), (245, 245, 245)),
        ]
    )
    im = Image.new("RGB", (360, 110), ground)
    d = ImageDraw.Draw(im)
    f = font(48)
    nm = rng.choice(NAMES).upper()
    nm = nm if d.textlength(nm, font=f) < 340 else nm.split()[0]
    d.text(((360 - d.textlength(nm, font=f)) / 2, 24), nm, font=f, fill=ink)
    d.rectangle((3, 3, 356, 106), outline=ink, width=3)
    im.save(p)
    return p


def batik(p, rng, size=768):
    pal = rng.choice(
        [
            ((92, 52, 24), (214, 170, 105), (40, 22, 12)),
            ((28, 48, 92), (206, 190, 150), (14, 24, 46)),
            ((120, 26, 30), (226, 190, 120), (60, 10, 14)),
            ((30, 84, 66), (220, 200, 140), (12, 40, 32)),
            ((90, 60, 110), (230, 205, 170), (45, 28, 58)),
        ]
    )
    a = np.zeros((size, size, 3), np.uint8)
    y, x = np.mgrid[:size, :size] / size * 2 * np.pi
    k = rng.choice([5, 6, 7])
    s1 = np.sin(k * x) * np.sin(k * y)
    s2 = np.sin(k * x + np.pi / 2) * np.sin(k * y + np.pi / 2)
    r = np.abs(s1) + np.abs(s2)
    z = np.sin(3 * k * (x + y) / 2 + 2 * np.sin(k * x)) + np.sin(
        3 * k * (x - y) / 2 + 2 * np.sin(k * y)
    )
    a[:] = pal[0]
    a[(r > 0.9) & (r < 1.05)] = pal[1]
    a[np.abs(s1) > 0.75] = pal[1]
    a[np.abs(s1) > 0.86] = pal[2]
    a[(np.abs(z) < 0.12)] = pal[1]
    a[np.abs(s2) > 0.9] = pal[2]
    a[np.abs(s2) > 0.96] = pal[1]
    Image.fromarray(a).filter(ImageFilter.GaussianBlur(0.8)).save(p)
    return p


def plainshirt(p, col, rng, size=512, stripe=False):
    a = np.ones((size, size, 3)) * np.array(col)
    a += np.random.RandomState(rng.randint(0, 9999)).normal(0, 3, (size, size, 1))
    if stripe:
        a[:, ::16] *= 0.8
        a[:, 1::16] *= 0.8
    Image.fromarray(a.clip(0, 255).astype(np.uint8)).save(p)
    return p


def page(p, rng, w=600, h=800, news=False):
    im = Image.new("RGB", (w, h), (238, 236, 226) if not news else (222, 220, 210))
    d = ImageDraw.Draw(im)
    if news:
        d.text(
            (30, 20),
            rng.choice(["HARIAN KOTA", "KORAN PAGI", "WARTA KITA"]),
            font=font(64),
            fill=(15, 15, 15),
        )
        d.line((30, 100, w - 30, 100), fill=0, width=4)
        d.rectangle((30, 180, w // 2 + 60, 430), fill=tuple(rng.randint(60, 190) for _ in range(3)))
        d.text((30, 115), words(rng, 4).title(), font=font(36), fill=(20, 20, 20))
        for c in range(4):
            for i in range(14 if c < 2 else 30):
                d.line(
                    (
                        30 + c * 140,
                        450 + i * 12 if c < 2 else 190 + i * 18,
                        30 + c * 140 + rng.randint(90, 125),
                        450 + i * 12 if c < 2 else 190 + i * 18,
                    ),
                    fill=(90, 90, 90),
                    width=4,
                )
    else:
        f = font(16, False)
        [
            d.text((50, 50 + 24 * i), words(rng, 9)[:58], font=f, fill=(60, 60, 60))
            for i in range(28)
        ]
    im.save(p)
    return p


def cover(p, rng):
    c = tuple(rng.randint(20, 220) for _ in range(3))
    im = Image.new("RGB", (400, 560), c)
    d = ImageDraw.Draw(im)
    c2 = tuple(255 - x for x in c)
    d.rectangle((30, 30, 370, 530), outline=c2, width=4)
    d.text((50, 80), words(rng, 2).title().replace(" ", "\n"), font=font(52), fill=c2)
    d.ellipse((110, 260, 290, 440), fill=tuple(rng.randint(0, 255) for _ in range(3)))
    d.text((60, 480), rng.choice(NAMES), font=font(24), fill=c2)
    im.save(p)
    return p


def photo(p, rng):
    im = Image.new("RGB", (400, 300), (120, 170, 220))
    d = ImageDraw.Draw(im)
    d.rectangle((0, 180, 400, 300), fill=(70, 130, 60))
    d.polygon([(50, 200), (160, 60), (270, 200)], fill=(110, 120, 140))
    for x in (150, 210, 265):
        hh = rng.randint(90, 130)
        d.ellipse((x - 20, 300 - hh - 60, x + 20, 300 - hh - 20), fill=(205, 160, 125))
        d.rectangle(
            (x - 26, 300 - hh - 20, x + 26, 300), fill=tuple(rng.randint(40, 230) for _ in range(3))
        )
    im.filter(ImageFilter.GaussianBlur(1)).save(p)
    return p


def screen(p, rng):
    im = Image.new("RGB", (960, 540), (235, 240, 245))
    d = ImageDraw.Draw(im)
    d.rectangle((0, 0, 960, 40), fill=(25, 80, 150))
    d.rectangle((0, 40, 180, 540), fill=(225, 230, 238))
    d.text((14, 6), "Sistem Antrian  -  Loket 2", font=font(24), fill=(255, 255, 255))
    for i in range(9):
        d.rectangle(
            (200, 70 + 50 * i, 940, 108 + 50 * i),
            fill=(255, 255, 255) if i % 2 else (240, 244, 250),
        )
        d.text((215, 78 + 50 * i), words(rng, 5), font=font(18, False), fill=(60, 60, 60))
    im.save(p)
    return p


def sign(p, text, sub, bg, fg=(255, 255, 255), w=900, h=300):
    im = Image.new("RGB", (w, h), bg)
    d = ImageDraw.Draw(im)
    f = font(int(h * 0.46))
    tw = d.textlength(text, font=f)
    d.text(((w - tw) / 2, h * 0.1), text, font=f, fill=fg)
    f = font(int(h * 0.16), False)
    tw = d.textlength(sub, font=f)
    d.text(((w - tw) / 2, h * 0.7), sub, font=f, fill=fg)
    im.save(p)
    return p


def screen_led(p, text):
    im = Image.new("RGB", (400, 160), (10, 10, 12))
    d = ImageDraw.Draw(im)
    f = font(110)
    tw = d.textlength(text, font=f)
    d.text(((400 - tw) / 2, 14), text, font=f, fill=(255, 40, 30))
    im.save(p)
    return p


def label(p, rng):
    c = rng.choice([(30, 110, 200), (20, 140, 90), (200, 40, 40)])
    im = Image.new("RGB", (600, 200), c)
    d = ImageDraw.Draw(im)
    for x in (30, 330):
        d.text(
            (x, 60),
            rng.choice(["AIR", "BIRU", "TIRTA", "SEGAR"]),
            font=font(64),
            fill=(255, 255, 255),
        )
        d.ellipse((x + 180, 70, x + 240, 130), fill=(250, 240, 120))
    im.save(p)
    return p


def emblem(p, rng):
    """An invented emblem for the chest, 240 pixels wide: (path, height / width)."""
    kind = rng.choice(("round", "shield", "word"))
    ground = rng.choice(
        [(20, 50, 120), (140, 20, 30), (15, 90, 60), (200, 150, 30), (235, 235, 230)]
    )
    ink = (245, 245, 240) if sum(ground) < 450 else (30, 30, 60)
    h = {"round": 240, "shield": 280, "word": 90}[kind]
    im = Image.new("RGBA", (240, h), (0, 0, 0, 0))
    d = ImageDraw.Draw(im)
    if kind == "round":
        d.ellipse((4, 4, 236, 236), fill=ground, outline=ink, width=8)
        d.polygon([(120, 40), (150, 130), (200, 190), (40, 190), (90, 130)], fill=(250, 220, 90))
    elif kind == "shield":
        d.polygon([(8, 8), (232, 8), (232, 150), (120, 274), (8, 150)], fill=ground, outline=ink)
        d.rectangle((40, 60, 200, 90), fill=ink)
        d.ellipse((80, 110, 160, 190), fill=(250, 220, 90))
    else:
        d.rectangle((0, 0, 240, h), fill=ground)
        d.text(
            (14, 18), rng.choice(["PELAYANAN", "LOKET", "SIGAP", "RAMAH"]), font=font(40), fill=ink
        )
    im.save(p)
    return p, h / 240


def magazine(p, rng):
    """A glossy cover with a title and a figure."""
    w, h = 420, 560
    a, b = (np.array([rng.randint(30, 230) for _ in range(3)], float) for _ in range(2))
    k = np.linspace(0, 1, h)[:, None, None]
    im = Image.fromarray((a * (1 - k) + b * k + np.zeros((h, w, 3))).astype(np.uint8))
    d = ImageDraw.Draw(im)
    sk = rng.choice([(205, 160, 125), (180, 130, 95), (225, 185, 155)])
    x = rng.randint(140, 280)
    d.ellipse((x - 120, 330, x + 120, 700), fill=tuple(rng.randint(20, 230) for _ in range(3)))
    d.ellipse((x - 62, 190, x + 62, 350), fill=sk)
    d.pieslice((x - 70, 170, x + 70, 330), 180, 360, fill=(30, 22, 20))
    ink = rng.choice([(255, 255, 255), (250, 220, 40), (200, 20, 40)])
    d.text(
        (18, 10), rng.choice(["GAYA", "KITA", "WANITA", "BOLA", "RUMAH"]), font=font(96), fill=ink
    )
    for y in range(150, 520, 70):
        d.text((14 if y % 140 else 250, y), words(rng, 2)[:14], font=font(24), fill=(255, 255, 255))
    im.save(p)
    return p


def phone_screen(p, rng):
    """What a lit phone shows: a chat, a feed or a game."""
    w, h = 270, 560
    dark = rng.random() < 0.3
    im = Image.new("RGB", (w, h), (24, 26, 30) if dark else (245, 245, 246))
    d = ImageDraw.Draw(im)
    kind = rng.choice(("chat", "feed", "home"))
    top = tuple(rng.randint(20, 200) for _ in range(3))
    if kind == "chat":
        d.rectangle((0, 0, w, 52), fill=top)
        for i in range(8):
            x, length = rng.choice((10, 80)), rng.randint(70, 170)
            c = (215, 245, 205) if x > 50 else (255, 255, 255)
            d.rounded_rectangle((x, 66 + 58 * i, x + length, 108 + 58 * i), 10, fill=c)
    elif kind == "feed":
        for i in range(3):
            c = tuple(rng.randint(40, 230) for _ in range(3))
            d.rectangle((8, 40 + 180 * i, w - 8, 170 + 180 * i), fill=c)
            d.ellipse((60, 70 + 180 * i, 140, 150 + 180 * i), fill=tuple(255 - v for v in c))
    else:
        im.paste(top, (0, 0, w, h))
        for i in range(4):
            for j in range(6):
                c = tuple(rng.randint(40, 250) for _ in range(3))
                d.rounded_rectangle(
                    (16 + 62 * i, 30 + 84 * j, 60 + 62 * i, 74 + 84 * j), 10, fill=c
                )
    im.save(p)
    return p
