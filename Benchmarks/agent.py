#!/usr/bin/env python3
"""Measures the agent: at rest, live, at its start and behind a backlog. Prints Markdown tables.

    Benchmarks/agent.py [PROGRAM] [--backlog FILE] [--seconds N] [--servers | --bounds | --dead]

PROGRAM is .build/release/logfold unless given. CPU time is that of the agent's process, user and system together; resident
memory is its peak (VmHWM). Latency is from the return of the write of a line until its event can be read in the sink's file,
looked for every half millisecond. Everything happens in a temporary folder.

With --bounds only memory is measured, against what `logfold check` says: behind 2,000 packed rotated files, and with 500
tracebacks open at once. With --dead it is memory again, with the backlog in 100 files behind servers that nobody answers for. With --servers only the backlog is measured, to a file and to each server that a LOGFOLD_TEST_… variable names, as for the
tests (CONTRIBUTING.md).
"""
import argparse
import datetime
import http.server
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of a process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def check_alive(process):
    """What waits for an agent must not wait for ever."""
    assert process.poll() is None, f"the agent has ended with status {process.returncode}"


class Agent:
    """A running agent in a folder of its own."""

    def __init__(self, program, sink=None, files="*.log", third=""):
        self.folder = tempfile.mkdtemp(prefix="logfold-bench-")
        for name in ("logs", "out", "data"):
            os.mkdir(f"{self.folder}/{name}")
        self.sink = sink or 'type: file, path: "{0}/out/events.jsonl"'
        self.program = program
        self.configuration = f"{self.folder}/logfold.yaml"
        with open(self.configuration, "w") as file:
            file.write(
                f"data_dir: {self.folder}/data\n"
                "timezone: UTC\n"
                f'metrics: {{ listen: "unix:{self.folder}/data/status.sock" }}\n'
                f'inputs: {{ logs: {{ type: file, include: ["{self.folder}/logs/{files}"] }} }}\n'
                f"sinks: {{ out: {{ {self.sink.format(self.folder)} }} {third} }}\n"
            )
        self.process = None

    def start(self, *under):
        """Starts it, under another program with its options if one is given."""
        messages = open(f"{self.folder}/messages", "ab")
        self.process = subprocess.Popen([*under, self.program, "run", "-c", self.configuration], stderr=messages)

    def wait_for_message(self, words):
        while words not in open(f"{self.folder}/messages").read():
            check_alive(self.process)
            time.sleep(0.02)

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def switches(self):
        """Voluntary context switches of all threads: how often the agent was woken."""
        total = 0
        for thread in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{thread}/status") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("voluntary"))
        return total

    def peak(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024

    def worst_case(self):
        """What `logfold check` says of memory, in MiB."""
        answer = subprocess.run([self.program, "check", "-c", self.configuration], capture_output=True, text=True)
        line = next(line for line in answer.stdout.splitlines() if line.startswith("memory: at most "))
        return int(line.split("at most ")[1].split("MiB")[0])

    def status(self):
        check_alive(self.process)
        answer = subprocess.run(
            [self.program, "status", "--json", "-c", self.configuration], capture_output=True, text=True)
        return json.loads(answer.stdout) if answer.stdout else None

    def wait_until_delivered(self, size, pause=0.2):
        """Waits until so many bytes were read and the sink has all events; returns the status of that moment."""
        while True:
            time.sleep(pause)
            status = self.status()
            if not status:
                continue
            inputs, sinks = status["inputs"], status["sinks"]
            if inputs and inputs[0]["read_bytes"] >= size and inputs[0]["lag_bytes"] == 0 and sinks[0]["waiting_events"] == 0:
                return status

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def stop(self):
        self.end()
        shutil.rmtree(self.folder)


def record(number, level="INFO"):
    stamp = datetime.datetime.utcnow().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return f"{stamp} 4242 {level} nova.compute.manager [None req-{number:08x}-0000-4000-8000-000000000000] seq={number} Took 0.21 seconds to build\n"


def traceback(number):
    head = record(number, "ERROR")
    prefix = " ".join(head.split()[:5])
    lines = ["Traceback (most recent call last):", '  File "/usr/lib/python3/dist-packages/nova/virt/driver.py", line 7, in spawn',
             "    raise ValueError(number)", "ValueError: 7", ""]
    return head + "".join(f"{prefix} {line}\n" for line in lines)


class Arrivals(threading.Thread):
    """Notes when each event can be read in the sink's file."""

    def __init__(self, path, expected):
        super().__init__()
        self.path, self.expected, self.times = path, expected, {}

    def run(self):
        while not os.path.exists(self.path):
            time.sleep(0.001)
        rest = b""
        with open(self.path, "rb", buffering=0) as file:
            end = time.monotonic() + 300
            while len(self.times) < self.expected and time.monotonic() < end:
                data = file.read(1 << 20)
                if not data:
                    time.sleep(0.0005)
                    continue
                now = time.monotonic()
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    at = line.find(b"seq=")
                    if at >= 0:
                        self.times[int(line[at + 4:line.index(b" ", at)])] = now


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] * 1000


def idle(program, seconds):
    agent = Agent(program)
    for number in range(100):
        with open(f"{agent.folder}/logs/{number}.log", "w") as file:
            file.write(record(number))
    agent.start()
    agent.wait_for_message("Running")
    time.sleep(3)
    cpu, switches = agent.cpu_seconds(), agent.switches()
    time.sleep(seconds)
    row = ("idle, 100 files", f"{(agent.cpu_seconds() - cpu) / seconds * 100:.2f} %",
           f"{(agent.switches() - switches) / seconds:.1f}", f"{agent.peak():.0f} MB", "", "")
    agent.stop()
    return row


def measure_live(program, seconds, tracebacks=False, third=""):
    """1,000 records a second over 100 files, one after the other, each in one write: seconds of CPU time and wake-ups for each
    second, the peak of memory, and how long each record took."""
    agent = Agent(program, third=third)
    files = [os.open(f"{agent.folder}/logs/{number}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND) for number in range(100)]
    agent.start()
    agent.wait_for_message("Running")
    total = seconds * 1000
    arrivals = Arrivals(f"{agent.folder}/out/events.jsonl", total)
    arrivals.start()
    written = {}
    time.sleep(1)
    cpu, switches, begin = agent.cpu_seconds(), agent.switches(), time.monotonic()
    for number in range(total):
        pause = begin + number / 1000 - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        text = traceback(number) if tracebacks and number % 100 == 99 else record(number)
        os.write(files[number % 100], text.encode())
        written[number] = time.monotonic()
    arrivals.join()
    used, elapsed = agent.cpu_seconds() - cpu, time.monotonic() - begin
    waits = [arrivals.times[number] - written[number] for number in written if number in arrivals.times]
    assert len(waits) == total, f"{total - len(waits)} of {total} events did not arrive"
    result = used / elapsed, (agent.switches() - switches) / elapsed, agent.peak(), waits
    agent.stop()
    return result


def live(program, seconds, tracebacks):
    cpu, wakeups, peak, waits = measure_live(program, seconds, tracebacks)
    name = "live, 1,000 records/s over 100 files" + (", 1 % with tracebacks" if tracebacks else "")
    return (name, f"{cpu * 100:.2f} %", f"{wakeups:.0f}", f"{peak:.0f} MB", f"{percentile(waits, 0.5):.0f} ms",
            f"{percentile(waits, 0.99):.0f} ms")


def start(program, repetitions=15):
    """From the start of the process to the first event in the sink's file, with one line waiting."""
    times = []
    for _ in range(repetitions):
        agent = Agent(program)
        with open(f"{agent.folder}/logs/a.log", "w") as file:
            file.write(record(1) + record(2))
        arrivals = Arrivals(f"{agent.folder}/out/events.jsonl", 1)
        arrivals.start()
        begin = time.monotonic()
        agent.start()
        arrivals.join()
        times.append(min(arrivals.times.values()) - begin)
        agent.stop()
    return percentile(times, 0.5), min(times) * 1000


def file_sink(compression):
    suffix = {"none": "", "gzip": ".gz", "zstd": ".zst"}[compression]
    return f'type: file, path: "{{0}}/out/events.jsonl{suffix}", compression: {compression}'


def server_sinks():
    """Name and configuration of a sink for each server that the environment names."""
    def variable(name):
        return os.environ.get("LOGFOLD_TEST_" + name)

    sinks = []
    if variable("BULK_URL"):
        sinks.append(("elasticsearch, a strict endpoint", f'type: elasticsearch, endpoints: ["{variable("BULK_URL")}"], proxy: ""'))
    if variable("OPENSEARCH_URL"):
        sinks.append(("opensearch, itself", f'type: opensearch, endpoints: ["{variable("OPENSEARCH_URL")}"], proxy: ""'))
    if variable("GO_LUMBER_ADDRESS"):
        sinks.append(("logstash, go-lumber", f'type: logstash, hosts: ["{variable("GO_LUMBER_ADDRESS")}"]'))
    for name, version in (("MONASCA_URL", "v2.0"), ("MONASCA_V3_URL", "v3.0")):
        if variable(name):
            sinks.append((f"monasca, {version} itself", f'type: monasca, endpoint: "{variable(name)}", proxy: "", keystone: {{{{ proxy: "", '
                          f'auth_url: "{variable("KEYSTONE_URL")}", username: "{variable("KEYSTONE_USER")}", '
                          f'password: "{variable("KEYSTONE_PASSWORD")}", project_name: "{variable("KEYSTONE_PROJECT")}" }}}}'))
    return sinks


def backlog(program, path, name, sink):
    """A file that was there before the agent: bytes of input for each second of its CPU time, until all is in the sink."""
    size = os.path.getsize(path)
    agent = Agent(program, sink)
    os.link(path, f"{agent.folder}/logs/a.log") if os.stat(path).st_dev == os.stat(agent.folder).st_dev else \
        os.symlink(path, f"{agent.folder}/logs/a.log")
    begin = time.monotonic()
    agent.start()
    status = agent.wait_until_delivered(size)
    used, elapsed = agent.cpu_seconds(), time.monotonic() - begin
    written = status["sinks"][0]["written_bytes"]
    row = (name, f"{size / 1e6 / used:.0f}", f"{size / 1e6 / elapsed:.0f}", f"{written / size:.2f}", f"{agent.peak():.0f} MB")
    agent.stop()
    return row


def packed(program, kind, logs=40, pieces=50, records=100):
    """Rotated files that nobody has read, all packed: read to their ends, each record once."""
    agent = Agent(program, files="*.log*")
    size, number = 0, 0
    for log in range(logs):
        for piece in range(pieces, -1, -1):
            text = "".join(record(number + each) for each in range(records)).encode()
            number, size = number + records, size + len(text)
            path = f"{agent.folder}/logs/{log}.log" + (f".{piece}" if piece else "")
            with open(path, "wb") as file:
                file.write(text)
        paths = [f"{agent.folder}/logs/{log}.log.{piece}" for piece in range(1, pieces + 1)]
        subprocess.run((["gzip"] if kind == "gzip" else ["zstd", "-q", "--rm"]) + paths, check=True)
    begin = time.monotonic()
    agent.start()
    while not (status := agent.status()) or status["sinks"][0]["delivered_events"] < number:
        time.sleep(0.2)
    elapsed, used, peak, worst = time.monotonic() - begin, agent.cpu_seconds(), agent.peak(), agent.worst_case()
    with open(f"{agent.folder}/out/events.jsonl", "rb") as file:
        seen = sorted(int(line[line.index(b"seq=") + 4:].split(b" ")[0]) for line in file)
    assert seen == list(range(number)), "not each record once"
    agent.stop()
    return (f"{logs * pieces:,} {kind} files, {size / 1e6:.0f} MB unpacked", f"{elapsed:.1f} s", f"{size / 1e6 / used:.0f}",
            f"{peak:.0f} MiB", f"{worst} MiB")


def open_tracebacks(program, files=500, frames=160):
    """Tracebacks that do not end, in all files at once, to a sink that may not write."""
    agent = Agent(program, 'type: file, path: "{0}/out/events.jsonl", min_free: 1000TiB')
    with open(agent.configuration) as file:
        text = file.read().replace("type: file, include", "type: file, fold: { timeout: 60s, quiet: 60s }, include")
    with open(agent.configuration, "w") as file:
        file.write(text)
    agent.start()
    agent.wait_for_message("Running")
    size = 0
    for log in range(files):
        head = record(log, "ERROR")
        prefix = " ".join(head.split()[:5])
        lines = ["Traceback (most recent call last):"]
        lines += [f'  File "/usr/lib/python3/nova/manager.py", line {frame}, in build_{frame}' for frame in range(frames)]
        text = (head + "".join(f"{prefix} {line}\n" for line in lines)).encode()
        size += len(text)
        with open(f"{agent.folder}/logs/{log}.log", "ab", buffering=0) as file:
            file.write(text)
    begin = time.monotonic()
    # Until all is read, or the engine holds what it may and reads no more.
    read = -1
    while (status := agent.status()) and status["inputs"][0]["read_bytes"] != read:
        read = status["inputs"][0]["read_bytes"]
        time.sleep(1)
    row = (f"{files} open tracebacks, {size / 1e6:.0f} MB", f"{time.monotonic() - begin:.1f} s", "",
           f"{agent.peak():.0f} MiB", f"{agent.worst_case()} MiB")
    agent.process.kill()
    agent.stop()
    return row


class Keystone(http.server.BaseHTTPRequestHandler):
    """As much of Keystone as gives a token for an hour."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"token": {"issued_at": "2026-01-01T00:00:00.000000Z", "expires_at": "2026-01-01T01:00:00.000000Z"}})
        self.send_response(201)
        self.send_header("X-Subject-Token", "a-token")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def dead_sinks(address, keystone):
    """Name and configuration of a sink of each type for a server at this address."""
    return [("elasticsearch", f'type: elasticsearch, endpoints: ["http://{address}"], proxy: ""'),
            ("logstash", f'type: logstash, hosts: ["{address}"]'),
            ("monasca", f'type: monasca, endpoint: "http://{address}/v2.0", proxy: "", keystone: {{{{ proxy: "", '
                        f'auth_url: "http://{keystone}", username: u, password: p, project_name: p }}}}')]


def behind_dead(program, path, name, sink, how):
    """A backlog in 100 files for a server that is dead: all of it in the spool, and the sink has tried."""
    agent = Agent(program, sink)
    with open(path, "rb") as log:
        lines = log.readlines()
    for number in range(100):
        with open(f"{agent.folder}/logs/{number}.log", "wb") as file:
            file.writelines(lines[len(lines) * number // 100:len(lines) * (number + 1) // 100])
    size = sum(map(len, lines))
    del lines
    agent.start()
    while True:
        time.sleep(0.5)
        if not (status := agent.status()):
            continue
        read, sent = sum(each["read_bytes"] for each in status["inputs"]), status["sinks"][0]
        if read >= size and (how == "silent" or sent["failures"] > 2):
            break
    row = (f"{name}, {how}", f"{agent.cpu_seconds():.1f} s", f"{agent.peak():.0f} MiB", f"{agent.worst_case()} MiB")
    agent.process.kill()
    agent.stop()
    return row


def dead_rows(program, path):
    keystone = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keystone)
    threading.Thread(target=keystone.serve_forever, daemon=True).start()
    tokens = f"127.0.0.1:{keystone.server_port}"
    # The kernel makes the connections; nobody ever reads from them.
    silent = socket.create_server(("127.0.0.1", 0))
    for how, address in (("nobody listens", "127.0.0.1:1"), ("silent", f"127.0.0.1:{silent.getsockname()[1]}")):
        for name, sink in dead_sinks(address, tokens):
            yield behind_dead(program, path, name, sink, how)


def table(heads, rows):
    print("| " + " | ".join(heads) + " |\n|---|" + "--:|" * (len(heads) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
    print()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", default=f"{HERE}/../.build/release/logfold")
    parser.add_argument("--backlog", help="a log of some hundred megabytes")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--servers", action="store_true", help="the backlog only, to a file and to each server")
    parser.add_argument("--bounds", action="store_true", help="memory only: many packed files, many open tracebacks")
    parser.add_argument("--dead", action="store_true", help="memory only: the backlog behind servers that are dead")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    program = os.path.abspath(options.program)
    if options.servers:
        sinks = [("file", file_sink("none"))] + server_sinks()
        table(("backlog to a server", "MB per CPU-second", "MB per second", "sent/input", "peak memory"),
              [backlog(program, os.path.abspath(options.backlog), *sink) for sink in sinks])
        return
    if options.bounds:
        table(("memory", "until all is read", "MB per CPU-second", "peak memory", "as `check` says"),
              [packed(program, "gzip"), packed(program, "zstd"), open_tracebacks(program)])
        return
    if options.dead:
        table(("behind a server that is dead", "CPU until all is in the spool", "peak memory", "as `check` says"),
              dead_rows(program, os.path.abspath(options.backlog)))
        return
    table(("agent", "CPU of a core", "wake-ups/s", "peak memory", "p50", "p99"),
          [idle(program, options.seconds), live(program, options.seconds, False), live(program, options.seconds, True)])
    median, best = start(program)
    print(f"Start to first event in the sink: median {median:.0f} ms, best {best:.0f} ms\n")
    if options.backlog:
        table(("backlog to a file", "MB per CPU-second", "MB per second", "output/input", "peak memory"),
              [backlog(program, os.path.abspath(options.backlog), kind, file_sink(kind)) for kind in ("none", "zstd", "gzip")])


if __name__ == "__main__":
    main()
