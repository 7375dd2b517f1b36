"""What every part of the benchmark needs: our server and the yardsticks as processes, the load, the table's rows."""

import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "target/release/filmgate"
FILM = ROOT / "target/release/examples/film"
KEY = "fg_bench0123456789abcdef"
# Limits that are there and never reached: what is measured is what they cost.
WIDE = {"key_creates": "4000000000/m", "key_polls": "4000000000/m", "key_in_flight": "1000000000",
        "account_creates": "4000000000/m", "account_polls": "4000000000/m", "account_in_flight": "1000000000"}
OPEN = {"key_creates": "none", "key_polls": "none"}
CAT = "A cat dancing in the rain, cinematic style"
SERVER_CORE, LOAD_CORE = "0", "1"
rows: list[tuple[str, str, str, str]] = []


def say(text: str) -> None:
    print(text, flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(url: str, body: dict | None = None, key: str = KEY) -> dict:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=90) as answer:
        return json.load(answer)


class Filmgate:
    """A server of our own on a folder, pinned to `cores`."""

    def __init__(self, data: pathlib.Path, cores: str | None = SERVER_CORE, binary: pathlib.Path = BIN, **settings: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = os.environ | {"FILMGATE_BOOTSTRAP_KEY": KEY, "FILMGATE_LOG": "warn"}
        settings = (WIDE if binary == BIN else {}) | settings
        env |= {f"FILMGATE_{name.upper()}": value for name, value in settings.items()}
        command = [str(binary), "serve", "--data", str(data), "--listen", f"127.0.0.1:{self.port}"]
        pin = ["taskset", "-c", cores] if cores else []
        self.begun = time.monotonic()
        self.process = subprocess.Popen(pin + command, env=env, stdout=subprocess.DEVNULL)
        self.first_answer = self.wait()

    def wait(self) -> float:
        """Seconds until the first authenticated request is answered."""
        head = f"GET /v1/result/none HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n\r\n"
        while time.monotonic() - self.begun < 60:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
                    line.sendall(head.encode())
                    if line.recv(64).startswith(b"HTTP/1.1 404"):
                        return time.monotonic() - self.begun
            except OSError:
                time.sleep(0.001)
        sys.exit("filmgate did not answer within a minute")

    def rss(self, what: str = "VmRSS") -> float:
        """Megabytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+)", status)[1]) / 1024

    def create(self, prompt: str = CAT, seconds: int = 4) -> str:
        body = {"model": "openAiSora2Plus", "prompt": prompt, "seconds": seconds, "size": "1280x720"}
        return request(f"{self.url}/v1/sora/videos", body)["id"]

    def finished(self, task: str) -> dict:
        while True:
            answer = request(f"{self.url}/v1/result/{task}?wait=60")
            if answer["status"] in ("completed", "failed"):
                return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


class Nginx:
    """nginx with one worker, serving a folder from its root with sendfile."""

    def __init__(self, folder: pathlib.Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        work = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
        folder.chmod(0o755)
        config = work / "nginx.conf"
        config.write_text(
            f"""daemon off; worker_processes 1; pid {work}/pid; error_log {work}/error.log; user root;
            events {{ worker_connections 1024; }}
            http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=100;
            types {{ application/json json; video/mp4 mp4; }}
            server {{ listen 127.0.0.1:{self.port}; root {folder}; }} }}"""
        )
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CORE, "nginx", "-c", str(config), "-p", str(work)])
        time.sleep(0.5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)


class Load:
    """What wrk saw."""

    def __init__(self, url: str, seconds: int, connections: int = 64, script: str | None = None, pin: bool = True,
                 key: str = KEY):
        command = ["taskset", "-c", LOAD_CORE] if pin else []
        command += ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {key}"]
        command += ["-s", script] if script else []
        text = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
        self.bytes = measure(re.search(r"Transfer/sec:\s+([\d.]+\w+)", text)[1], {"KB": 1e3, "MB": 1e6, "GB": 1e9, "B": 1})
        self.p99 = measure(re.search(r"99%\s+([\d.]+\w+)", text)[1], {"us": 1e-3, "ms": 1, "s": 1e3})
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        if bad:
            sys.exit(f"{url}: {bad[1]} answers were errors")


def measure(text: str, units: dict[str, float]) -> float:
    number, unit = re.match(r"([\d.]+)([A-Za-z]+)", text).groups()
    return float(number) * units[unit]


def median(values) -> float:
    return statistics.median(values)


def cli(*arguments: str, data: pathlib.Path) -> str:
    """What a command about the data folder prints."""
    return subprocess.run([str(BIN), *arguments, "--data", str(data)], capture_output=True, text=True, check=True).stdout


def timed(command: list[str]) -> float:
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - begun
