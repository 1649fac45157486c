#!/usr/bin/env python3
"""Measures what a sink costs the others, and what the spool on the disk costs. Prints Markdown tables.

    Benchmarks/fate.py FILE [PROGRAM] [--pairs N]

FILE is a log of some hundred megabytes, PROGRAM .build/release/logfold unless given. Each row compares two kinds of runs
in N pairs, one after the other, so that both see the same machine: the median of the ratios within the pairs, with their
least and greatest. The first row compares equal runs: what it shows is noise. CPU seconds are those of the agent's
process until the sinks that work have everything; the speed is by the wall clock. How late live events come is measured as in
agent.py, beside a sink that is dead and beside none.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

import agent
import bulk

HERE = os.path.dirname(os.path.abspath(__file__))


def configuration(folder, spool, third):
    third = third and f"  third: {{ type: elasticsearch, proxy: '', compression: none, {third} }}\n" or ""
    return (
        f"data_dir: {folder}/data\ntimezone: UTC\nshutdown_timeout: 100ms\nspool: {spool}\n"
        f'metrics: {{ listen: "unix:{folder}/data/status.sock" }}\n'
        f'inputs: {{ logs: {{ type: file, include: ["{folder}/logs/*.log"] }} }}\n'
        "sinks:\n"
        f'  one: {{ type: file, path: "{folder}/out/one.jsonl" }}\n'
        f'  two: {{ type: file, path: "{folder}/out/two.jsonl" }}\n'
        f"{third}"
    )


def written_bytes(pid):
    with open(f"/proc/{pid}/io") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("wchar"))


class Run:
    """One run of the agent over the file, until the two sinks that work have all of it."""

    def __init__(self, program, path, spool="{ min_free: 0 }", third=None):
        folder = tempfile.mkdtemp(prefix="logfold-fate-")
        for name in ("logs", "out", "data"):
            os.mkdir(f"{folder}/{name}")
        os.symlink(path, f"{folder}/logs/a.log")
        with open(f"{folder}/logfold.yaml", "w") as file:
            file.write(configuration(folder, spool, third))
        size = os.path.getsize(path)
        begin = time.monotonic()
        process = subprocess.Popen([program, "run", "-c", f"{folder}/logfold.yaml"], stderr=subprocess.DEVNULL)

        def wait(condition):
            while True:
                time.sleep(0.05)
                agent.check_alive(process)
                answer = subprocess.run([program, "status", "--json", "-c", f"{folder}/logfold.yaml"],
                                        capture_output=True, text=True).stdout
                status = answer and json.loads(answer)
                if status and condition(status) and all(sink["waiting_events"] == 0 for sink in status["sinks"][:2]):
                    return status

        status = wait(lambda status: status["inputs"][0]["read_bytes"] >= size)
        self.seconds = time.monotonic() - begin
        self.cpu = agent.cpu_seconds(process.pid)
        self.written = written_bytes(process.pid)
        self.sinks = status["sinks"]
        # The last record may be a traceback that waits for more lines, two seconds that say nothing of speed.
        wait(lambda status: status["engine"]["open_folds"] == 0)
        self.output = sum(os.path.getsize(f"{folder}/out/{name}") for name in os.listdir(f"{folder}/out"))
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def pairs(count, first, second):
    """Runs both in turns; the order changes from pair to pair."""
    result = []
    for number in range(count):
        if number % 2:
            b = second()
            result.append((first(), b))
        else:
            a = first()
            result.append((a, second()))
    return result


def spread(values):
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def row(name, runs):
    assert all(a.output == b.output for a, b in runs), "not the same bytes were delivered"
    return (name, spread([b.cpu / a.cpu for a, b in runs]), spread([a.seconds / b.seconds for a, b in runs]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("program", nargs="?", default=f"{HERE}/../.build/release/logfold")
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    path, program = os.path.abspath(options.file), os.path.abspath(options.program)
    size = os.path.getsize(path)

    def run(**arguments):
        return lambda: Run(program, path, **arguments)

    # Nobody listens on port 1.
    dead = "endpoints: ['http://127.0.0.1:1']"
    plain = Run(program, path)
    events = plain.sinks[0]["delivered_events"]
    slow = bulk.Bulk(plain.output / 2 / plain.seconds / 100)
    print("| two sinks, beside them | CPU seconds, ratio | speed, ratio |\n|---|--:|--:|")
    for name, second in (("nothing: equal runs", run()), ("a dead sink", run(third=dead)),
                         ("a sink at 1 % of the speed", run(third=f"endpoints: ['{slow.url}']"))):
        print("| " + " | ".join(row(name, pairs(options.pairs, run(), second))) + " |", flush=True)
    print("\n| live, beside the file sink | p99 of the latency, ms | CPU seconds, ratio |\n|---|--:|--:|")
    for name, third in (("nothing: equal runs", ""), ("a dead sink", f", third: {{ type: elasticsearch, proxy: '', {dead} }}")):
        live = pairs(options.pairs, lambda: agent.measure_live(program, 5),
                     lambda: agent.measure_live(program, 5, third=third))
        late = [statistics.median(agent.percentile(one[3], 0.99) for one in side) for side in zip(*live)]
        print(f"| {name} | {late[0]:.1f}, {late[1]:.1f} | {spread([b[0] / a[0] for a, b in live])} |", flush=True)
    memory = pairs(options.pairs, run(spool="{ type: memory }"), run())
    print("\n| the spool on the disk | |\n|---|--:|")
    print(f"| CPU seconds, ratio to the spool in memory | {spread([b.cpu / a.cpu for a, b in memory])} |")
    for name, runs in (("memory", [a for a, _ in memory]), ("disk", [b for _, b in memory])):
        speed = statistics.median(size / 1e6 / one.cpu for one in runs)
        print(f"| MB per CPU-second, {name} | {speed:.0f} |")
    extra = statistics.median((b.written - a.written) / events for a, b in memory)
    print(f"| bytes written for each event beside the sinks' {plain.output / 2 / events:.0f} | {extra:.0f} |")


main()
