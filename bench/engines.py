"""The part about upstreams: ten thousand jobs in flight, a film fetched against curl, a submit against a direct call.

The upstream is `filmgate simulate`, on the loopback and on the same two cores.
"""

import http.client
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import threading
import time

from kit import BIN, CAT, KEY, Filmgate, free_port, median, request, rows, say, timed

COUNT, TAKES, POLL = 10_000, 60, 5
BIG = 512 << 20


class Simulated:
    """A simulated service that delivers `film`, `takes` after it was asked."""

    def __init__(self, film: pathlib.Path, takes: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [str(BIN), "simulate", "--dialect", "kyy", "--takes", takes, "--film", str(film)]
        self.process = subprocess.Popen(command + ["--listen", f"127.0.0.1:{self.port}"], stdout=subprocess.DEVNULL)
        while True:
            try:
                self.jobs()
                return
            except OSError:
                time.sleep(0.01)

    def jobs(self) -> list[dict]:
        return request(f"{self.url}/simulated/jobs")["jobs"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)


def configuration(folder: pathlib.Path, service: Simulated) -> str:
    """One upstream that is asked after every five seconds, and every model sent there."""
    shown = subprocess.run([str(BIN), "engine", "show", "kyy"], capture_output=True, text=True, check=True).stdout
    engine = folder / "engine.toml"
    engine.write_text(re.sub(r"(?m)^(first|most) = \d+", rf"\1 = {POLL}", shown))
    config = folder / "filmgate.toml"
    config.write_text(f"""[[upstream]]
name = "simulated"
engine = "{engine}"
base_url = "{service.url}"
concurrency = {COUNT}

[[route]]
models = ["openAiSora2Plus"]
upstreams = ["simulated"]
""")
    return str(config)


def small_film(path: pathlib.Path) -> pathlib.Path:
    make = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=24:duration=4", str(path)]
    subprocess.run(make, check=True)
    return path


def engines(folder: pathlib.Path, rounds: int, quick: bool) -> None:
    flight(folder / "flight")
    fetch(folder / "fetch", rounds)
    submit(folder / "submit", 100 if quick else 500)


def create_all(url: str, count: int) -> None:
    """Creates with prompts that differ, from eight connections."""
    host = url.removeprefix("http://")
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}

    def some(first: int) -> None:
        line = http.client.HTTPConnection(host, timeout=60)
        for number in range(first, count, 8):
            body = {"model": "openAiSora2Plus", "prompt": f"{CAT} {number}", "seconds": 4, "size": "1280x720"}
            line.request("POST", "/v1/sora/videos", json.dumps(body), headers)
            answer = line.getresponse()
            said = answer.read()
            assert answer.status == 200, said

    threads = [threading.Thread(target=some, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def flight(folder: pathlib.Path) -> None:
    say(f"engines: {COUNT:,} jobs of {TAKES} s in flight at a simulated upstream, asked after every {POLL} s")
    folder.mkdir()
    film = small_film(folder / "small.mp4")
    with Simulated(film, f"{TAKES}s") as service:
        with Filmgate(folder / "data", cores=None, config=configuration(folder, service)) as ours:
            begun = time.monotonic()
            create_all(ours.url, COUNT)
            base = sqlite3.connect(f"file:{next((folder / 'data').glob('*.db'))}?mode=ro", uri=True)
            most = 0
            while time.monotonic() - begun < 600:
                counts = dict(base.execute("SELECT state, count(*) FROM task GROUP BY state"))
                most = max(most, counts.get("running", 0))
                if counts.keys() <= {"succeeded", "failed"}:
                    break
                time.sleep(0.5)
            now, jobs = time.time(), service.jobs()
            ready = {job["prompt"]: now - job["age_ms"] / 1e3 + TAKES for job in jobs}
            ended = base.execute("SELECT json_extract(request, '$.prompt'), ended / 1e3 FROM task WHERE state = 'succeeded'")
            lags = sorted(end - ready[prompt] for prompt, end in ended)
            peak, polls = ours.rss("VmHWM"), sum(job["polls"] for job in jobs)
    middle, late = median(lags), lags[len(lags) * 99 // 100]
    say(f"  {len(lags):,} of {COUNT:,} made of {len(jobs):,} jobs, {most:,} at once; done to completed {middle:.2f} s in the "
        f"middle, {late:.2f} s p99; {polls / len(jobs):.1f} polls a job; peak {peak:.0f} MB")
    assert len(lags) == len(jobs) == COUNT
    rows.append((f"{COUNT:,} jobs in flight at an upstream: all finish, each submitted once", "all", f"**{len(lags):,}**",
                 f"{most:,} at once, {polls / len(jobs):.1f} polls a job"))
    rows.append((f"the same: from done there to completed here, polled every {POLL} s", f"≤ {POLL} + 1 s", f"**{middle:.1f} s**",
                 f"median; p99 {late:.1f} s"))
    rows.append(("the same: memory", "≤ 200 MB", f"**{peak:.0f} MB**", "peak RSS"))


def fetch(folder: pathlib.Path, rounds: int) -> None:
    say(f"engines: a film of {BIG >> 20} MB fetched from an upstream, against curl -o to the same disk and a sync")
    folder.mkdir()
    film = small_film(folder / "big.mp4")
    with film.open("ab") as file:
        # A `free` box: a film like any other, and as large as it takes.
        room = BIG - film.stat().st_size
        file.write(room.to_bytes(4, "big") + b"free")
        file.truncate(BIG)
    mine, theirs = [], []
    with Simulated(film, "0s") as service:
        with Filmgate(folder / "data", cores=None, config=configuration(folder, service)) as ours:
            ours.finished(ours.create("first"))
            idle = ours.rss("VmHWM")
            for turn in range(rounds):
                spent = seconds_of(ours, "fetch")
                ours.finished(ours.create(f"number {turn}"))
                mine.append(seconds_of(ours, "fetch") - spent)
                for stored in (folder / "data").rglob("*.mp4"):
                    stored.unlink()
                copy = folder / "curl.mp4"
                curl = f"curl -s -o {copy} {service.url}/simulated/films/one.mp4 && sync {copy}"
                theirs.append(timed(["sh", "-c", curl]))
                copy.unlink()
            peak = ours.rss("VmHWM")
    shutil.rmtree(folder)
    ratio = median(theirs) / median(mine)
    say(f"  ours {BIG / 1e6 / median(mine):.0f} MB/s, curl {BIG / 1e6 / median(theirs):.0f} MB/s, ratio {ratio:.2f}; "
        f"peak {idle:.0f} MB after one, {peak:.0f} MB after {rounds + 1}")
    rows.append((f"a film of {BIG >> 20} MB fetched from an upstream, on the disk", "≥ 0.7 × curl -o and sync", f"**{ratio:.2f} ×**",
                 f"{BIG / 1e6 / median(mine):.0f} MB/s, peak {peak:.0f} MB RSS"))


def seconds_of(ours: Filmgate, step: str) -> float:
    """What steps of a kind have taken in all."""
    return float(re.search(rf'filmgate_step_seconds_sum{{step="{step}"}} (\S+)', metrics(ours))[1])


def metrics(ours: Filmgate) -> str:
    line = http.client.HTTPConnection("127.0.0.1", ours.port, timeout=10)
    line.request("GET", "/metrics")
    return line.getresponse().read().decode()


def submit(folder: pathlib.Path, count: int) -> None:
    say(f"engines: {count} submits one after the other, against the same request sent directly")
    folder.mkdir()
    film = small_film(folder / "small.mp4")
    direct, steps = [], []
    body = json.dumps({"model": "videos", "prompt": CAT, "duration": 4, "ratio": "16:9", "resolution": "720p"})
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    with Simulated(film, "0s") as service:
        with Filmgate(folder / "data", cores=None, config=configuration(folder, service)) as ours:
            for turn in range(count):
                begun = time.monotonic()
                line = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
                line.request("POST", "/v1/videos/videos", body, headers)
                line.getresponse().read()
                direct.append(time.monotonic() - begun)
                line.close()
                spent = seconds_of(ours, "submit") if turn else 0.0
                task = ours.create(f"{CAT} {turn}")
                while request(f"{ours.url}/v1/result/{task}")["status"] == "queued":
                    time.sleep(0.001)
                while submits(ours) <= turn:
                    time.sleep(0.001)
                steps.append(seconds_of(ours, "submit") - spent)
    added = (median(steps) - median(direct)) * 1e3
    say(f"  step {median(steps) * 1e3:.2f} ms, direct call {median(direct) * 1e3:.2f} ms, added {added:.2f} ms")
    rows.append(("a submit: what our commit and request add", "≤ 3 ms p50", f"**{added:.1f} ms**",
                 f"{median(steps) * 1e3:.1f} ms against {median(direct) * 1e3:.1f} ms for the direct call"))


def submits(ours: Filmgate) -> int:
    found = re.search(r'filmgate_step_seconds_count{step="submit"} (\d+)', metrics(ours))
    return int(found[1]) if found else 0
