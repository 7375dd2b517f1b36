#!/usr/bin/env python3
"""Measures Filmgate side by side with its yardsticks and writes the table of docs/benchmarks.md.

Each comparison interleaves both sides in one run, pinned to one core each (server on the first, load on the second),
and quotes the median of the rounds as a ratio: machines differ and drift, ratios stay. Needs nginx, wrk, ffmpeg and
curl (`make bench` installs them) and a release build. Everything runs on the loopback, bounded in time, in a folder
that is removed afterwards.

    bench/run.py [--quick] [--only poll,create,money,crowd,download,render,memory,start,calm,engines] [--base BINARY]

`--base` names a Filmgate from before, which `money` then takes as its yardstick.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time

from engines import engines
from kit import CAT, FILM, OPEN, ROOT, Filmgate, Load, Nginx, cli, median, request, rows, say, timed


def poll(folder: pathlib.Path, rounds: int, seconds: int) -> None:
    say("poll: GET /v1/result/{id} against a static file of the same size")
    static = folder / "static"
    static.mkdir()
    with Filmgate(folder / "poll", renders="0") as ours, Nginx(static) as nginx:
        task = ours.create()
        path = f"{ours.url}/v1/result/{task}"
        body = json.dumps(request(path), separators=(",", ":"))
        (static / "task.json").write_text(body)
        mine, theirs = [], []
        for _ in range(rounds):
            mine.append(Load(path, seconds))
            theirs.append(Load(f"{nginx.url}/task.json", seconds))
        ratio = median(one.rate / other.rate for one, other in zip(mine, theirs))
        rate, p99 = median(load.rate for load in mine), median(load.p99 for load in mine)
        say(f"  ours {rate:,.0f}/s, nginx {median(load.rate for load in theirs):,.0f}/s, ratio {ratio:.2f}")
        rows.append(("`GET /v1/result/{id}` with auth, 64 connections, one core", "≥ 1.0 × nginx static file",
                     f"**{ratio:.2f} ×**", f"{rate:,.0f}/s, p99 {p99:.1f} ms"))


def create_script(folder: pathlib.Path, keyed: bool = False) -> str:
    """What wrk sends: the same create again and again, under an idempotency key of its own if `keyed`."""
    body = json.dumps({"model": "openAiSora2Plus", "prompt": CAT, "aspect_ratio": "16:9", "seconds": 8})
    lines = ["wrk.method = 'POST'", "wrk.headers['Content-Type'] = 'application/json'", f"wrk.body = [[{body}]]"]
    if keyed:
        lines += ["local begun = os.time() .. os.clock()", "local count = 0", "function request()", "count = count + 1",
                  "wrk.headers['Idempotency-Key'] = begun .. '-' .. count", "return wrk.format()", "end"]
    script = folder / f"create{'-keyed' if keyed else ''}.lua"
    script.write_text("\n".join(lines) + "\n")
    return str(script)


def money(folder: pathlib.Path, rounds: int, seconds: int, base: pathlib.Path | None) -> None:
    say("money: creates and polls with hold, limits and idempotency, against the same without")
    data = folder / "money"
    cli("account", "create", "acme", "--grant", "100000000", data=data)
    key = json.loads(cli("key", "create", "--account", "acme", "--json", data=data))["secret"]
    free = folder / "free.toml"
    prices = (ROOT / "crates/contract/models.toml").read_text()
    free.write_text(re.sub(r"(?m)price = [\d_]+", "price = 0", prices))
    plain = {"binary": base} if base else OPEN | {"catalogue": str(free)}
    yardstick = "the first film's" if base else "price 0, no limits, no key"
    mine, theirs = {"create": [], "poll": []}, {"create": [], "poll": []}
    with Filmgate(data, renders="0") as ours, Filmgate(folder / "plain", renders="0", **plain) as other:
        path = f"/v1/result/{request(f'{ours.url}/v1/sora/videos', {'model': 'openAiSora2Plus', 'prompt': CAT}, key)['id']}"
        known = f"/v1/result/{other.create()}"
        for _ in range(rounds):
            mine["create"].append(Load(f"{ours.url}/v1/sora/videos", seconds, script=create_script(folder, True), key=key))
            theirs["create"].append(Load(f"{other.url}/v1/sora/videos", seconds, script=create_script(folder)))
            mine["poll"].append(Load(ours.url + path, seconds, key=key))
            theirs["poll"].append(Load(other.url + known, seconds))
    goals = {"create": ("create with hold, limits and idempotency key", 0.8), "poll": ("poll with auth and limits", 0.85)}
    for name, (what, goal) in goals.items():
        ratio = median(one.rate / two.rate for one, two in zip(mine[name], theirs[name]))
        rates = [median(load.rate for load in loads[name]) for loads in (mine, theirs)]
        p99, other99 = (median(load.p99 for load in loads[name]) for loads in (mine, theirs))
        say(f"  {name}: {rates[0]:,.0f}/s p99 {p99:.1f} ms, {yardstick} {rates[1]:,.0f}/s p99 {other99:.1f} ms, ratio {ratio:.2f}")
        rows.append((f"{what}, 64 connections", f"≥ {goal} × {yardstick}", f"**{ratio:.2f} ×**",
                     f"{rates[0]:,.0f}/s, p99 {p99:.1f} against {other99:.1f} ms"))


def crowd(folder: pathlib.Path, rounds: int, seconds: int) -> None:
    say("crowd: 10,000 accounts of ten keys, a million ledger lines")
    full, small = folder / "crowd", folder / "few"
    cli("account", "create", "acme", "--grant", "1", data=full)
    cli("key", "create", "--account", "acme", data=full)
    populate(full)
    starts = []
    for _ in range(rounds):
        with Filmgate(full, cores=None, renders="0") as ours:
            starts.append(ours.first_answer)
    begun = time.monotonic()
    proof = json.loads(cli("ledger", "check", "--json", data=full))
    proven = time.monotonic() - begun
    mine, theirs = [], []
    with Filmgate(full, renders="0") as ours, Filmgate(small, renders="0") as other:
        here, there = (f"{one.url}/v1/result/{one.create()}" for one in (ours, other))
        for _ in range(rounds):
            mine.append(Load(here, seconds))
            theirs.append(Load(there, seconds))
        rss = ours.rss()
    ratio = median(one.rate / two.rate for one, two in zip(mine, theirs))
    say(f"  start {median(starts) * 1e3:.0f} ms, polls {ratio:.2f} × those of an empty store, {rss:.0f} MB; "
        f"{proof['lines']:,} lines of {proof['accounts']:,} accounts proven in {proven:.1f} s")
    rows.append(("10,000 accounts × 10 keys, a million ledger lines: start", "≤ 2 s", f"**{median(starts) * 1e3:.0f} ms**",
                 f"`ledger check` {proven:.1f} s, {rss:.0f} MB RSS"))
    rows.append(("the same: polls", "no slower", f"**{ratio:.2f} ×** an empty store's", f"{median(load.rate for load in mine):,.0f}/s"))


def populate(data: pathlib.Path) -> None:
    """Copies the one granted account of a stopped store and its key: ten thousand, of ten keys and a hundred grants each."""
    base = sqlite3.connect(next(data.glob("*.db")))

    def copies(table: str, where: str, count: int, **changed: str) -> None:
        columns = [row[1] for row in base.execute(f"PRAGMA table_info({table})") if row[1] != "seq"]
        picked = ", ".join(changed.get(column, column) for column in columns)
        base.execute(
            f"WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ?) INSERT INTO {table} "
            f"({', '.join(columns)}) SELECT {picked} FROM (SELECT * FROM {table} WHERE {where} LIMIT 1), count",
            (count,),
        )

    copies("account", "id = 'acme'", 10_000, id="'crowd_' || n", available="100000000")
    copies("api_key", "account = 'acme'", 100_000, id="'key_crowd_' || n", account="'crowd_' || (1 + n % 10000)")
    copies("key_secret", "true", 100_000, hash="randomblob(32)", key="'key_crowd_' || n")
    copies("ledger_line", "kind = 'grant'", 1_000_000, account="'crowd_' || (1 + n % 10000)")
    base.commit()
    base.close()


def create(folder: pathlib.Path, rounds: int, seconds: int) -> None:
    say("create: POST /v1/sora/videos, grouped against one by one")
    script = create_script(folder)
    mine, theirs = [], []
    with Filmgate(folder / "grouped", renders="0") as ours:
        with Filmgate(folder / "single", renders="0", store_grouping="false") as single:
            for _ in range(rounds):
                mine.append(Load(f"{ours.url}/v1/sora/videos", seconds, script=script))
                theirs.append(Load(f"{single.url}/v1/sora/videos", seconds, script=script))
    ratio = median(one.rate / other.rate for one, other in zip(mine, theirs))
    rate, p99 = median(load.rate for load in mine), median(load.p99 for load in mine)
    say(f"  grouped {rate:,.0f}/s p99 {p99:.1f} ms, one by one {median(load.rate for load in theirs):,.0f}/s, {ratio:.1f} ×")
    rows.append(("`POST /v1/sora/videos`, durable, 64 connections", "≥ 5 × one-by-one commits; p99 < 25 ms",
                 f"**{ratio:.1f} ×**, p99 **{p99:.1f} ms**", f"{rate:,.0f}/s"))


def download(folder: pathlib.Path, rounds: int, seconds: int) -> None:
    say("download: video_url of a 4 MB film against nginx with sendfile")
    static = folder / "films"
    static.mkdir()
    with Filmgate(folder / "download") as ours, Nginx(static) as nginx:
        task = ours.create(seconds=4)
        ours.finished(task)
        # The link carries its own proof; the film behind it is grown to four megabytes, the size of the comparison.
        link = ours.finished(task)["video_url"]
        film = next((folder / "download").rglob("*.mp4"))
        with film.open("ab") as file:
            file.write(b"\0" * max(0, 4_000_000 - film.stat().st_size))
            file.truncate(4_000_000)
        shutil.copy(film, static / "film.mp4")
        mine, theirs = [], []
        for _ in range(rounds):
            mine.append(Load(link, seconds, 16))
            theirs.append(Load(f"{nginx.url}/film.mp4", seconds, 16))
    ratio = median(one.bytes / other.bytes for one, other in zip(mine, theirs))
    rate = median(load.bytes for load in mine) / 1e9
    say(f"  ours {rate:.2f} GB/s, nginx {median(load.bytes for load in theirs) / 1e9:.2f} GB/s, ratio {ratio:.2f}")
    rows.append(("`video_url` download, 4 MB file, one core", "≥ 0.95 × nginx sendfile", f"**{ratio:.2f} ×**", f"{rate:.2f} GB/s"))


def render(folder: pathlib.Path, rounds: int) -> None:
    say("render: 8 s of 1280x720p24 on all cores, sound and muxing included")
    scenes = {
        "calm": ("A cute kitten playing on a sunlit meadow", 0.09),
        "heavy rain": ("A cat dancing in heavy rain in the city at night", 0.18),
    }
    for name, (prompt, goal) in scenes.items():
        raw, film = folder / "frames.yuv", folder / "film.mp4"
        base = [str(FILM), prompt, str(film), "--size", "1280x720", "--seconds", "8"]
        spans = [timed(base) for _ in range(rounds)]
        subprocess.run(base + ["--raw", str(raw)], check=True, capture_output=True)
        x264 = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1280x720", "-r", "24"]
        x264 += ["-i", str(raw), "-c:v", "libx264", "-preset", "superfast", "-crf", "26", "-threads", "2", str(folder / "x264.mp4")]
        theirs = median(timed(x264) for _ in range(rounds)) / 8
        ours = median(spans) / 8
        quality(raw, film, x264, name)
        raw.unlink()
        say(f"  {name}: {ours:.3f} s a second of film; x264 superfast on the same frames, encoding only: {theirs:.3f}")
        rows.append((f"render 8 s of 1280x720p24, {name}", f"≤ {goal:.2f} s per second of film", f"**{ours:.3f} s**",
                     f"x264 superfast, encoding alone: {theirs:.3f} s"))

    guided(folder, rounds)


def guided(folder: pathlib.Path, rounds: int) -> None:
    """Films from references, and what a job of fifteen seconds holds at most."""
    say("render: 8 s of 1280x720p24 from references")
    pictures = [folder / "first.png", folder / "last.png"]
    for picture, when in zip(pictures, ("testsrc2", "mandelbrot")):
        make = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"{when}=size=1280x720", "-frames:v", "1", str(picture)]
        subprocess.run(make, check=True)
    moved = folder / "moved.png"
    shift = ["ffmpeg", "-v", "error", "-y", "-i", str(pictures[1]), "-vf", "crop=1216:684:48:20,scale=1280:720", str(moved)]
    subprocess.run(shift, check=True)
    video = folder / "reference.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=24", "-t", "8", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, str(video)], check=True)
    ways = {
        "a reference image": (["--image", str(pictures[1])], 0.16),
        "first and last, unrelated": (["--first", str(pictures[0]), "--last", str(pictures[1])], 0.20),
        "first and last of one scene": (["--first", str(pictures[1]), "--last", str(moved)], 0.20),
        "a 1080p video, cut after the prompt's scene": (["--ref-video", str(video)], 0.35),
    }
    peaks = {}
    for name, (words, goal) in ways.items():
        base = [str(FILM), "A quiet morning", str(folder / "film.mp4"), "--size", "1280x720"]
        ours = median(timed([*base, *words, "--seconds", "8"]) for _ in range(rounds)) / 8
        peaks[name] = held([*base, *words, "--seconds", "15"])
        say(f"  {name}: {ours:.3f} s a second of film, {peaks[name]:.0f} MB")
        rows.append((f"render 8 s of 1280x720p24, {name}", f"≤ {goal:.2f} s per second of film", f"**{ours:.3f} s**", ""))
    scenes = {
        "calm": "A cute kitten playing on a sunlit meadow",
        "rain": "A cat dancing in heavy rain in the city at night",
        "four shots": "A dog on the beach, then a train in the mountains, then a city in the rain, finally a forest",
    }
    plain = {name: held([str(FILM), prompt, str(folder / "film.mp4"), "--size", "1280x720", "--seconds", "15"])
             for name, prompt in scenes.items()}
    say(f"  whole process, 15 s: {plain}")
    told = ", ".join(f"{name} {peak:.0f} MB" for name, peak in plain.items())
    rows.append(("memory: a job of 15 s, whole process", "≤ 96 MB more", f"**{max(plain.values()):.0f} MB**", told))
    rows.append(("memory: the same with references", "≤ 192 MB more", f"**{max(peaks.values()):.0f} MB**", "the most of the four above"))


def held(command: list[str]) -> float:
    """Megabytes that a render holds at its worst, as it says itself."""
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return int(re.search(r"peak memory (\d+) kB", text)[1]) / 1000


def quality(raw: pathlib.Path, film: pathlib.Path, x264: list[str], name: str) -> None:
    """Our picture and x264's at our bit rate, both against the frames that were drawn."""
    probe = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=bit_rate", "-of", "csv=p=0", str(film)]
    rate = subprocess.run(probe, capture_output=True, text=True, check=True).stdout.strip()
    other = film.with_name("same-rate.mp4")
    once = [word for word in x264[:-1] if word not in ("-crf", "26")] + ["-b:v", rate, "-passlogfile", str(film.with_name("pass"))]
    for turn in ("1", "2"):
        subprocess.run(once + ["-pass", turn, str(other)], check=True, capture_output=True)
    ours, theirs = psnr(film, raw), psnr(other, raw)
    say(f"  {name}: PSNR {ours:.1f} dB, x264 superfast in two passes at the same {int(rate) / 1e6:.1f} Mbit/s: {theirs:.1f} dB")
    rows.append((f"quality, {name}: PSNR at the same bit rate", "≥ x264 superfast", f"**{ours:.1f} dB**",
                 f"x264 superfast, two passes: {theirs:.1f} dB at {int(rate) / 1e6:.1f} Mbit/s"))


def psnr(film: pathlib.Path, raw: pathlib.Path) -> float:
    """Decibels of a film's picture against raw frames of 1280x720."""
    frames = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1280x720", "-r", "24", "-i", str(raw)]
    command = ["ffmpeg", "-hide_banner", "-i", str(film), *frames, "-lavfi", "[0:v][1:v]psnr", "-f", "null", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return float(re.search(r"PSNR.* average:([\d.]+)", text)[1])


def memory(folder: pathlib.Path) -> None:
    say("memory")
    with Filmgate(folder / "idle", cores=None) as ours:
        time.sleep(2)
        idle = ours.rss()
        ours.finished(ours.create("A calm sea", 4))
        before = ours.rss()
        body = {"model": "videos", "prompt": "A cat dancing in the rain", "duration": 15}
        task = request(f"{ours.url}/v1/videos/videos", body)["id"]
        ours.finished(task)
        peak = ours.rss("VmHWM")
    data = folder / "many"
    with Filmgate(data, renders="0") as ours:
        ours.create()
    multiply(data, 100_000)
    with Filmgate(data, cores=None, renders="0") as ours:
        time.sleep(2)
        many = ours.rss()
    say(f"  idle {idle:.1f} MB, rendering 15 s +{peak - idle:.1f} MB over idle (was {before:.1f}), 100,000 queued {many:.1f} MB")
    rows.append(("memory: idle", "≤ 30 MB", f"**{idle:.0f} MB**", "RSS"))
    rows.append(("memory: 100,000 queued tasks", "≤ 200 MB", f"**{many:.0f} MB**", "RSS"))
    rows.append(("memory: rendering 15 s", "≤ +100 MB", f"**+{peak - idle:.0f} MB**", "peak over idle"))


def start(folder: pathlib.Path, rounds: int) -> None:
    say("start: from exec to the first authenticated answer")
    empty = []
    for turn in range(rounds):
        with Filmgate(folder / f"empty{turn}", cores=None) as ours:
            empty.append(ours.first_answer)
    data = folder / "million"
    with Filmgate(data) as ours:
        ours.finished(ours.create())
    multiply(data, 1_000_000)
    full = []
    for _ in range(rounds):
        with Filmgate(data, cores=None) as ours:
            full.append(ours.first_answer)
    say(f"  empty store {median(empty) * 1e3:.0f} ms, one million stored tasks {median(full) * 1e3:.0f} ms")
    rows.append(("first answered request, empty store", "≤ 150 ms", f"**{median(empty) * 1e3:.0f} ms**", "median"))
    rows.append(("first answered request, one million stored tasks", "≤ 2 s", f"**{median(full) * 1e3:.0f} ms**", "median"))


def multiply(data: pathlib.Path, count: int) -> None:
    """Copies the one task of a stopped store `count` times, each under an id of its own."""
    base = sqlite3.connect(next(data.glob("*.db")))
    columns = [row[1] for row in base.execute("PRAGMA table_info(task)") if row[1] != "seq"]
    unique = {"id": "'sora_bench' || printf('%08d', n)", "artifact": "CASE WHEN artifact IS NULL THEN NULL ELSE 'film_bench' || n END"}
    picked = ", ".join(unique.get(column, column) for column in columns)
    base.execute(
        f"WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ?) "
        f"INSERT INTO task ({', '.join(columns)}) SELECT {picked} FROM (SELECT * FROM task LIMIT 1), count",
        (count,),
    )
    base.commit()
    base.close()


def calm(folder: pathlib.Path, rounds: int, seconds: int) -> None:
    say("the API while a render runs")
    with Filmgate(folder / "calm", cores=None) as ours:
        task = ours.create("A calm sea", 4)
        ours.finished(task)
        path = f"{ours.url}/v1/result/{task}"
        idle, busy = [], []
        for _ in range(rounds):
            idle.append(Load(path, seconds, 16, pin=False))
            jobs = [ours.create(f"A cat dancing in heavy rain number {turn} {time.monotonic()}", 12) for turn in range(4)]
            busy.append(Load(path, seconds, 16, pin=False))
            for job in jobs:
                ours.finished(job)
    ratio = median(one.p99 / other.p99 for one, other in zip(busy, idle))
    say(f"  p99 idle {median(l.p99 for l in idle):.2f} ms, rendering {median(l.p99 for l in busy):.2f} ms, {ratio:.1f} ×")
    rows.append(("poll p99 while films are rendered, 16 connections, two cores", "< 5 × idle", f"**{ratio:.1f} ×**",
                 f"{median(l.p99 for l in busy):.2f} ms against {median(l.p99 for l in idle):.2f} ms"))


def write(quick: bool) -> None:
    model = re.search(r"model name\s+: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = ["# Benchmarks", "",
             "Written by `make bench`: both sides of each comparison in one run, interleaved, medians. Read the ratios; the",
             "absolutes are one machine's.", "",
             f"{day}, {os.cpu_count()} cores, {model}{', quick run' if quick else ''}.", "",
             "| What | Goal | Reached | In figures |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join(lines) + "\n"
    notes = ROOT / "bench/notes.md"
    (ROOT / "docs/benchmarks.md").write_text(text + ("\n" + notes.read_text() if notes.exists() else ""))
    say("\n" + text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", default="poll,create,money,crowd,download,render,memory,start,calm,engines")
    parser.add_argument("--base", type=pathlib.Path, help="a Filmgate from before, as the yardstick of `money`")
    chosen = parser.parse_args()
    rounds, seconds = (1, 2) if chosen.quick else (5, 3)
    only = chosen.only.split(",")
    if "render" in only:
        build = ["cargo", "build", "--release", "--locked", "-q", "-p", "filmgate-animatic", "--example", "film"]
        subprocess.run(build, cwd=ROOT, check=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="filmgate-bench-"))
    parts = {
        "poll": lambda: poll(folder, rounds, seconds),
        "create": lambda: create(folder, rounds, seconds),
        "money": lambda: money(folder, rounds, seconds, chosen.base),
        "crowd": lambda: crowd(folder, rounds, seconds),
        "download": lambda: download(folder, rounds, seconds),
        "render": lambda: render(folder, rounds),
        "memory": lambda: memory(folder),
        "start": lambda: start(folder, rounds),
        "calm": lambda: calm(folder, rounds, seconds),
        "engines": lambda: engines(folder, rounds, chosen.quick),
    }
    try:
        for name, part in parts.items():
            if name in only:
                part()
        if set(parts) <= set(only):
            write(chosen.quick)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
