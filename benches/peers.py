#!/usr/bin/env python3
"""Holds `sop inspect` against its peers on one corpus, in one run, and prints the ratios.

    benches/peers.py SOP CORPUS [--sample N]

CORPUS is a folder with `work/` (many small files) and `big.csv` (one long table). The peers are `cat` (the physical
limit: every byte read once), ripgrep (`rg`, if it is there), and from PyPI, in the Python this is run with: kreuzberg,
markitdown and duckdb. Whatever is missing is said and passed over. kreuzberg and markitdown read a sample of N files
(300) of the same kinds, because the whole would take hours.
"""
import argparse, os, random, shutil, subprocess, sys, tempfile, time
from pathlib import Path


def timed(what):
    start = time.perf_counter()
    value = what()
    return time.perf_counter() - start, value


def run(*command, env=None):
    """Seconds and peak memory in MiB of a program."""
    start = time.perf_counter()
    child = subprocess.Popen([str(it) for it in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    _, _, usage = os.wait4(child.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def cat(folder):
    def read():
        return sum(len(it.read_bytes()) for it in folder.rglob("*") if it.is_file())
    return timed(read)


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("sop", type=Path)
    ask.add_argument("corpus", type=Path)
    ask.add_argument("--sample", type=int, default=300)
    it = ask.parse_args()
    work, table = it.corpus / "work", it.corpus / "big.csv"
    files = sorted(path for path in work.rglob("*") if path.is_file())
    cat(work)  # once before, so that all of them find the files in memory
    cache = tempfile.mkdtemp(prefix="sop-bench-")
    env = {"SOP_CACHE_DIR": cache}
    reading, size = cat(work)
    cold, peak = run(it.sop, "inspect", work, "--yes", env=env)
    warm, _ = run(it.sop, "inspect", work, "--yes", env=env)
    print(f"{len(files)} files, {size / 1e6:.0f} MB")
    print(f"  reading every byte   {reading:7.2f} s")
    if shutil.which("rg"):
        print(f"  ripgrep              {run('rg', '-c', 'approved', work)[0]:7.2f} s")
    else:
        print("  ripgrep is not there")
    print(f"  sop inspect, cold    {cold:7.2f} s   {len(files) / cold:6.0f} files/s   {peak:4.0f} MiB   {cold / reading:5.1f} times reading")
    print(f"  sop inspect, again   {warm:7.2f} s")
    kinds = {".eml", ".csv", ".xlsx", ".docx", ".md", ".html", ".json"}
    sample = random.Random(1).sample([path for path in files if path.suffix in kinds], it.sample)
    try:
        from markitdown import MarkItDown
        reader = MarkItDown()

        def read():
            for path in sample:
                try:
                    reader.convert(str(path))
                except Exception:
                    pass
        seconds, _ = timed(read)
        print(f"  markitdown           {len(sample) / seconds:7.1f} files/s   sop is {len(files) / cold / (len(sample) / seconds):.0f} times as fast")
    except ImportError:
        print("  markitdown is not there")
    try:
        from kreuzberg import batch_extract_files_sync

        def read():
            try:
                batch_extract_files_sync([str(path) for path in sample])
            except Exception as err:
                print("  kreuzberg:", type(err).__name__, str(err)[:100])
        seconds, _ = timed(read)
        print(f"  kreuzberg            {len(sample) / seconds:7.1f} files/s   sop is {len(files) / cold / (len(sample) / seconds):.1f} times as fast")
    except ImportError:
        print("  kreuzberg is not there")
    if table.exists():
        place = Path(tempfile.mkdtemp(prefix="sop-bench-"))
        try:
            os.link(table, place / "big.csv")
        except OSError:
            shutil.copy(table, place / "big.csv")
        seconds, peak = run(it.sop, "inspect", place, "--yes", env=env)
        print(f"{table.stat().st_size / 1e6:.0f} MB in one table")
        print(f"  sop inspect          {seconds:7.2f} s   {peak:4.0f} MiB")
        try:
            import duckdb
            own, _ = timed(lambda: duckdb.connect(config={"threads": os.cpu_count()}).execute(f"SUMMARIZE SELECT * FROM read_csv('{table}')").fetchall())
            print(f"  duckdb SUMMARIZE     {own:7.2f} s   sop takes {seconds / own:.2f} of it")
        except ImportError:
            print("  duckdb is not there")
        shutil.rmtree(place)
    shutil.rmtree(cache)


main()
