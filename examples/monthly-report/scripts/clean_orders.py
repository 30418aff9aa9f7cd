#!/usr/bin/env python3
"""Tidy the Cartwheel order export for one month.

    python3 scripts/clean_orders.py 2026-10/config.ini

Run it from the top folder (the one that holds 2026-09, 2026-10, templates ...).
Needs your initials in REPORT_BY, they go in the log:   export REPORT_BY=TB

exit 1  REPORT_BY not set
exit 2  export missing, wrong columns, or cut short
exit 3  too many rejected rows
exit 6  a channel nobody has told us about
"""
import argparse
import configparser
import csv
import logging
import os
import re
import sys
from datetime import datetime
from pathlib import Path

NEEDED = ["Order ID", "Created", "Paid", "Channel", "Country", "Currency", "Product line", "Items",
          "Subtotal", "Discount", "Shipping", "VAT", "Refunded", "Customer", "Email", "Tags", "Status"]
PAGE_LIMIT = 1000  # "Current page only" in the export box hands over exactly this many orders


def money(text):
    text = (text or "").strip().replace("£", "").replace(",", "")
    return float(text) if text else 0.0


def setup(cfg_path):
    cfg = configparser.ConfigParser(inline_comment_prefixes=(";",))
    cfg.optionxform = str
    if not cfg.read(cfg_path):
        sys.exit(f"no config at {cfg_path}")
    folder = Path(cfg_path).parent
    month = cfg["report"]["month"]
    (folder / "out").mkdir(exist_ok=True)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-7s %(message)s", datefmt="%Y-%m-%d %H:%M:%S",
        handlers=[logging.FileHandler(folder / "out" / f"run_{month}.log"), logging.StreamHandler()])
    who = os.environ.get("REPORT_BY", "").strip()
    if not who:
        logging.error("REPORT_BY is not set - put your initials in it first (export REPORT_BY=TB)")
        sys.exit(1)
    return cfg, folder, month, who


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("config", help="e.g. 2026-10/config.ini")
    a = ap.parse_args()
    cfg, folder, month, who = setup(a.config)
    src = folder / "raw" / f"cartwheel_orders_{month}.csv"
    logging.info("clean_orders %s started by %s", month, who)
    if not src.exists():
        logging.error("no %s - save the export under exactly that name", src.name)
        sys.exit(2)

    with open(src, encoding="utf-8-sig", newline="") as f:
        reader = csv.DictReader(f)
        missing = [c for c in NEEDED if c not in (reader.fieldnames or [])]
        if missing:
            logging.error("columns missing: %s - was the Finance preset used for the export?", ", ".join(missing))
            sys.exit(2)
        rows = [r for r in reader if re.match(r"^CW\d+$", (r["Order ID"] or "").strip())]  # loses the Total row and blanks
    logging.info("%d order rows in %s", len(rows), src.name)
    if len(rows) == PAGE_LIMIT:
        logging.error("exactly %d rows: the export was cut at one page. Export again with 'All matching orders'", PAGE_LIMIT)
        sys.exit(2)
    if len(rows) < cfg["limits"].getint("min_rows"):
        logging.error("only %d rows, expected at least %s", len(rows), cfg["limits"]["min_rows"])
        sys.exit(2)

    channels = {k: v.split(",")[0].strip() for k, v in cfg["channels"].items()}
    unknown = sorted({r["Channel"] for r in rows} - set(channels))
    if unknown:
        n = sum(r["Channel"] in unknown for r in rows)
        logging.error("channel(s) not in config: %s (%d rows). Ask Ruth which account, then add to [channels]", ", ".join(unknown), n)
        sys.exit(6)

    rate = cfg["fx"].getfloat("eur_gbp")
    seen, clean, rejects = set(), [], []
    dropped = {"duplicate": 0, "cancelled": 0, "test": 0}
    for r in rows:
        oid = r["Order ID"].strip()
        if oid in seen:  # Cartwheel repeats an order when it went out in two parcels
            dropped["duplicate"] += 1
            continue
        seen.add(oid)
        if r["Status"].strip().lower() == "cancelled":
            dropped["cancelled"] += 1
            continue
        if "TEST" in r["Tags"].split(";"):
            dropped["test"] += 1
            continue
        sub, disc, ref = money(r["Subtotal"]), money(r["Discount"]), money(r["Refunded"])
        if r["Channel"] == "Popup":
            # HACK: the till app writes refunds as minus figures, online writes them as plus. Cartwheel ticket
            # 88213, "no date for a fix". Without this every pop-up refund gets ADDED to sales.
            ref = abs(ref)
        try:
            paid = datetime.strptime(r["Paid"].strip(), "%Y-%m-%d %H:%M")
        except ValueError:
            rejects.append((oid, "bad paid date", r["Paid"], round(sub - disc - ref, 2)))
            continue
        if paid.strftime("%Y-%m") != month:
            rejects.append((oid, "paid outside month", r["Paid"], round(sub - disc - ref, 2)))
            continue
        k = rate if r["Currency"] == "EUR" else 1.0
        sub, disc, ref = (round(x * k, 2) for x in (sub, disc, ref))
        # shipping is left out on purpose: Ruth books it as a recharge (4900), it is not sales
        clean.append([oid, paid.strftime("%Y-%m-%d"), r["Channel"], r["Country"], r["Product line"], r["Items"],
                      sub, disc, ref, round(sub - disc - ref, 2), r["Email"]])

    out = folder / "out"
    with open(out / f"rejects_{month}.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(["order_id", "why", "paid", "net"])
        w.writerows(rejects)
    share = 100 * len(rejects) / max(1, len(clean) + len(rejects))
    logging.info("dropped: %s", ", ".join(f"{v} {k}" for k, v in dropped.items()))
    logging.info("rejected %d rows (%.2f%%) worth %.2f, see rejects_%s.csv", len(rejects), share, sum(x[3] for x in rejects), month)
    if share > cfg["limits"].getfloat("reject_limit_pct"):
        logging.error("more than %s%% rejected - something is wrong with the export, nothing written", cfg["limits"]["reject_limit_pct"])
        sys.exit(3)
    with open(out / f"orders_clean_{month}.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(["order_id", "paid", "channel", "country", "product_line", "items", "subtotal_gbp", "discount_gbp", "refund_gbp", "net_gbp", "email"])
        w.writerows(clean)
    logging.info("wrote orders_clean_%s.csv: %d orders, net %.2f", month, len(clean), sum(c[9] for c in clean))


if __name__ == "__main__":
    main()
