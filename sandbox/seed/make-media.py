"""Draws the base media files of the seed (sandbox/seed/media).

Needs Pillow, numpy and an ffmpeg binary (argument 1, default "ffmpeg"). Run once; the files it makes are committed.
Every picture is drawn, every sound computed: nothing here is anybody's work but this script's.
"""

import math
import pathlib
import subprocess
import sys
import wave

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

OUT = pathlib.Path(__file__).parent / "media"
FFMPEG = sys.argv[1] if len(sys.argv) > 1 else "ffmpeg"
rng = np.random.default_rng(20261116)


def sky(width, height, top, bottom):
    """A vertical gradient with a little grain, as a photograph has."""
    ramp = np.linspace(0, 1, height)[:, None, None]
    picture = np.array(top)[None, None, :] * (1 - ramp) + np.array(bottom)[None, None, :] * ramp
    picture = np.repeat(picture, width, axis=1) + rng.normal(0, 2.0, (height, width, 1))
    return Image.fromarray(np.clip(picture, 0, 255).astype("uint8"), "RGB")


def flower(draw, x, y, r, petal, heart):
    for n in range(6):
        a = n * math.pi / 3
        px, py = x + math.cos(a) * r, y + math.sin(a) * r
        draw.ellipse([px - r * 0.7, py - r * 0.7, px + r * 0.7, py + r * 0.7], fill=petal)
    draw.ellipse([x - r * 0.55, y - r * 0.55, x + r * 0.55, y + r * 0.55], fill=heart)


def meadow(width, height, petal, top=(150, 200, 240), bottom=(90, 160, 80)):
    image = sky(width, height, top, bottom)
    draw = ImageDraw.Draw(image)
    for _ in range(26):
        r = int(rng.integers(6, 22))
        flower(draw, int(rng.integers(0, width)), int(rng.integers(height // 2, height)), r, petal, (250, 210, 60))
    return image.filter(ImageFilter.SMOOTH)


def beach(width, height, shade):
    image = sky(width, height, (40, 130, 210), (250, 220, 160))
    draw = ImageDraw.Draw(image)
    draw.ellipse([width * 0.62, height * 0.12, width * 0.8, height * 0.12 + width * 0.18], fill=(255, 245, 190))
    for n in range(5):
        x = width * (0.1 + n * 0.18)
        draw.pieslice([x, height * 0.62, x + 80, height * 0.62 + 80], 180, 360, fill=shade)
        draw.line([x + 40, height * 0.7, x + 40, height * 0.92], fill=(120, 90, 60), width=3)
    return image


def night(width, height, glow):
    image = sky(width, height, (10, 14, 40), (50, 50, 90))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, r = int(rng.integers(0, width)), int(rng.integers(0, height)), int(rng.integers(1, 5))
        draw.ellipse([x - r, y - r, x + r, y + r], fill=glow)
    return image.filter(ImageFilter.SMOOTH_MORE)


def lamp(width, height, shade):
    image = sky(width, height, (244, 244, 240), (214, 210, 204))
    draw = ImageDraw.Draw(image)
    cx = width // 2
    draw.polygon([(cx - 60, 60), (cx + 60, 60), (cx + 110, 170), (cx - 110, 170)], fill=shade)
    draw.rectangle([cx - 8, 170, cx + 8, height - 70], fill=(90, 90, 96))
    draw.ellipse([cx - 80, height - 90, cx + 80, height - 50], fill=(70, 70, 76))
    return image


def plate(width, height, hut):
    """A glass plate: grey, scratched, dark at the rim."""
    image = sky(width, height, (190, 190, 190), (110, 110, 110)).convert("L")
    draw = ImageDraw.Draw(image)
    draw.polygon([(hut, height * 0.75), (hut + 60, height * 0.4), (hut + 120, height * 0.75)], fill=60)
    draw.rectangle([hut + 10, height * 0.75, hut + 110, height * 0.95], fill=80)
    for _ in range(14):
        x = int(rng.integers(0, width))
        draw.line([x, 0, x + int(rng.integers(-20, 20)), height], fill=int(rng.integers(140, 230)))
    draw.rectangle([0, 0, width - 1, height - 1], outline=10, width=6)
    return image


def keep(image, name, **options):
    """Saves a base picture and its preview and thumbnail."""
    image.save(OUT / name, **options)
    stem = name.replace(".", "-")
    for kind, side, quality in (("preview", 320, 78), ("thumbnail", 96, 70)):
        small = image.convert("RGB")
        small.thumbnail((side, side))
        small.save(OUT / f"{stem}.{kind}.jpg", quality=quality)


def film(name, source, seconds, tone):
    sound = f"sine=frequency={tone}:duration={seconds}:sample_rate=22050"
    common = ["-y", "-loglevel", "error", "-fflags", "+bitexact"]
    video = ["-c:v", "libx264", "-preset", "slow", "-crf", "30", "-pix_fmt", "yuv420p"]
    tail = ["-c:a", "aac", "-b:a", "32k", "-shortest", "-movflags", "+faststart", "-flags:v", "+bitexact"]
    stem = name.replace(".", "-")
    master, preview, still = OUT / name, OUT / f"{stem}.preview.mp4", OUT / f"{stem}.thumbnail.jpg"
    subprocess.run([FFMPEG, *common, "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", sound, *video, *tail, master], check=True)
    subprocess.run([FFMPEG, *common, "-i", master, "-vf", "scale=160:-2", *video, *tail, preview], check=True)
    subprocess.run([FFMPEG, *common, "-ss", "1", "-i", master, "-frames:v", "1", "-vf", "scale=96:-2", still], check=True)


def speech(name, seconds=3, rate=16000):
    """A murmur: three formant-like tones under a slow envelope."""
    t = np.arange(seconds * rate) / rate
    wobble = 1 + 0.02 * np.sin(2 * math.pi * 3 * t)
    signal = sum(a * np.sin(2 * math.pi * f * t * wobble) for f, a in ((140, 0.5), (620, 0.25), (1180, 0.12)))
    signal *= 0.5 * (1 - np.cos(2 * math.pi * t * 1.7)) * 0.6
    with wave.open(str(OUT / name), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((signal * 30000).astype("<i2").tobytes())


def page(name, picture, lines):
    sheet = Image.new("RGB", (595, 842), "white")
    sheet.paste(picture.resize((475, 316)), (60, 60))
    draw = ImageDraw.Draw(sheet)
    for n, line in enumerate(lines):
        draw.text((60, 420 + n * 26), line, fill=(30, 30, 30))
    keep(sheet, name, **({"resolution": 72.0} if name.endswith(".pdf") else {}))


OUT.mkdir(exist_ok=True)
for n, petal in enumerate([(240, 150, 190), (250, 240, 250), (200, 120, 230)], 1):
    keep(meadow(600, 400, petal), f"spring-{n}.jpg", quality=84)
keep(meadow(420, 280, (245, 120, 150)), "spring-4.tif", compression="tiff_lzw")
keep(meadow(420, 280, (255, 200, 120)), "spring-5.tif", compression="tiff_adobe_deflate")
keep(meadow(360, 240, (255, 170, 210)), "spring-6.png", optimize=True)
for n, shade in enumerate([(220, 60, 60), (60, 90, 200)], 1):
    keep(beach(600, 400, shade), f"ete-{n}.jpg", quality=84)
keep(beach(420, 280, (240, 190, 60)), "ete-3.tif", compression="tiff_lzw")
keep(beach(468, 120, (230, 80, 120)), "ete-4.png", optimize=True)
keep(night(600, 400, (255, 230, 150)), "winter-1.jpg", quality=84)
keep(night(468, 120, (200, 220, 255)), "winter-2.png", optimize=True)
keep(lamp(480, 480, (200, 80, 60)), "lamp-1.jpg", quality=86)
keep(lamp(480, 480, (60, 130, 150)), "lamp-2.jpg", quality=86)
keep(lamp(360, 360, (150, 150, 60)), "carton-1.png", optimize=True)
keep(plate(520, 380, 160), "plate-1.tif", compression="tiff_lzw")
keep(plate(520, 380, 300), "plate-2.tif", compression="tiff_lzw")
page("layout-1.pdf", meadow(600, 400, (240, 150, 190)), ["Spring Bloom 2021", "Poster, layout with three placed images"])
page("manual-1.pdf", lamp(480, 480, (200, 80, 60)), ["Instructions for use", "Keep dry. Do not open."])
film("film-1.mp4", "mandelbrot=size=320x180:rate=12", 4, 330)
film("film-2.mp4", "testsrc2=size=320x180:rate=12:duration=4", 4, 220)
speech("oral-1.wav")
