#!/usr/bin/env python3
"""Hold the tidied store figures against Ledgerline, account by account.

    python3 scripts/reconcile.py 2026-10/config.ini

exit 4  store and books differ by more than STOP_PCT
exit 5  a line in adjustments.csv that nobody has put their initials to
exit 7  the Ledgerline file is for another month, or the month is still open
"""
import argparse
import csv
import logging
import sys
from pathlib import Path

from clean_orders import setup

# tolerance_pct in config.ini is NOT read any more. Since March (we told the bank a figure 3.1k above the books)
# Ruth wants one number that nobody can nudge from a config file. Please leave it here. PZ
STOP_PCT = 1.0
LOOK_GBP = 250  # one account out by more than this gets a LOOK flag, does not stop the run


def amount(text):
    text = text.strip().replace(",", "").replace("£", "")
    if text.startswith("("):
        return -float(text.strip("()"))
    return float(text or 0)


def read_ledger(path):
    """Ledgerline puts six lines of preamble above the header and a Total row below."""
    head, accounts, body = [], {}, False
    with open(path, encoding="cp1252", newline="") as f:
        for row in csv.reader(f):
            if body and len(row) >= 5 and row[0].strip().isdigit():
                accounts[row[0].strip()] = (row[1].strip(), amount(row[4]))
            elif row[:1] == ["Code"]:
                body = True
            elif not body:
                head.append(" ".join(row))
    return "\n".join(head), accounts


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("config")
    a = ap.parse_args()
    cfg, folder, month, who = setup(a.config)
    logging.info("reconcile %s started by %s, stop at %.2f%%", month, who, STOP_PCT)
    head, ledger = read_ledger(folder / "raw" / f"ledgerline_sales_by_account_{month}.csv")
    if cfg["report"]["ledger_period"] not in head:
        logging.error("the Ledgerline file is not for %s", cfg["report"]["ledger_period"])
        sys.exit(7)
    if "Period status: Locked" not in head:
        logging.error("Ledgerline says the month is not locked. Wait for Ruth, export again after")
        sys.exit(7)

    adjust = {}
    adj_file = folder / "adjustments.csv"
    if adj_file.exists():
        with open(adj_file, encoding="utf-8-sig", newline="") as f:
            for r in csv.DictReader(f):
                if not (r["approved_by"] or "").strip():
                    logging.error("adjustment %s (%s) has nobody in approved_by - stopping", r["reference"], r["amount"])
                    sys.exit(5)
                adjust[r["channel"]] = adjust.get(r["channel"], 0) + amount(r["amount"])
                logging.info("adjustment %s %s on %s, approved by %s", r["reference"], r["amount"], r["channel"], r["approved_by"])

    store = {}
    with open(folder / "out" / f"orders_clean_{month}.csv", newline="") as f:
        for r in csv.DictReader(f):
            store[r["channel"]] = store.get(r["channel"], 0) + float(r["net_gbp"])

    lines, ts, ta, tl = [], 0, 0, 0
    for channel, value in cfg["channels"].items():
        code = value.split(",")[0].strip()
        s, adj = store.get(channel, 0), adjust.get(channel, 0)
        name, l = ledger.get(code, ("(not in file)", 0.0))
        diff = s + adj - l
        lines.append([code, channel, f"{s:.2f}", f"{adj:.2f}", f"{l:.2f}", f"{diff:.2f}", "LOOK" if abs(diff) > LOOK_GBP else ""])
        if abs(diff) > LOOK_GBP:
            logging.warning("%s %s out by %.2f", code, channel, diff)
        ts, ta, tl = ts + s, ta + adj, tl + l
    diff = ts + ta - tl
    pct = 100 * abs(diff) / abs(tl)
    ok = pct <= STOP_PCT
    lines.append(["", "TOTAL", f"{ts:.2f}", f"{ta:.2f}", f"{tl:.2f}", f"{diff:.2f}", f"{pct:.2f}%"])
    lines.append(["", "STATUS", "", "", "", "", "PASS" if ok else "STOP"])
    with open(folder / "out" / f"recon_{month}.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(["account", "channel", "store_net", "adjustment", "ledger_net", "difference", "flag"])
        w.writerows(lines)
    logging.info("store %.2f  adjustments %.2f  ledger %.2f  difference %.2f = %.2f%%", ts, ta, tl, diff, pct)
    if not ok:
        logging.error("STOP: %.2f%% is over %.2f%%. Nothing goes any further until Ruth knows why", pct, STOP_PCT)
        sys.exit(4)
    logging.info("PASS")


if __name__ == "__main__":
    main()
