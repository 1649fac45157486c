#!/usr/bin/env python3
"""Counts the agent's instructions on the whole way of a log: file, engine, spool on the disk, sink. Prints their number.

    Benchmarks/chain.py PROGRAM bulk|file LOG

They are those of the program and its libraries, from start to end, as callgrind counts them: the kernel's are not among them.
The sink `bulk` is Elasticsearch's, with gzip, to an endpoint that takes everything; `file` writes as it comes.
"""
import os
import re
import shutil
import sys

import agent
import bulk


def main():
    program, kind, log = sys.argv[1:]
    sinks = {
        "bulk": lambda: f'type: elasticsearch, proxy: "", endpoints: ["{bulk.Bulk().url}"]',
        "file": lambda: agent.file_sink("none"),
    }
    measured = agent.Agent(os.path.abspath(program), sinks[kind]())
    shutil.copy(log, f"{measured.folder}/logs/a.log")
    report = f"{measured.folder}/callgrind"
    measured.start("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={report}")
    # Each look at the status costs instructions too.
    measured.wait_until_delivered(os.path.getsize(log), pause=2)
    measured.end()
    with open(report) as file:
        print(re.search(r"Collected : (\d+)", file.read())[1])
    measured.stop()


main()
