#!/usr/bin/env python3
"""Pour the month into the dashboard template.

    python3 scripts/build_dashboard.py 2026-10/config.ini

Saves "2026-10/Sales dashboard 2026-10.xlsx". Then open it, type last month's net in Summary!B5
(read the note on that cell), save, and check that Checks says READY.

exit 8  the reconciliation has not passed
exit 9  the dashboard is already there (use --overwrite, it wipes what you typed)
"""
import argparse
import csv
import logging
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.chart import BarChart, Reference

from clean_orders import setup


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("config")
    ap.add_argument("--overwrite", action="store_true")
    a = ap.parse_args()
    cfg, folder, month, who = setup(a.config)
    target = folder / f"Sales dashboard {month}.xlsx"
    with open(folder / "out" / f"recon_{month}.csv", newline="") as f:
        recon = list(csv.reader(f))
    if recon[-1][-1] != "PASS":
        logging.error("reconciliation says %s, no dashboard", recon[-1][-1])
        sys.exit(8)
    if target.exists() and not a.overwrite:
        logging.error("%s exists - --overwrite wipes the typed cell (did that in May)", target.name)
        sys.exit(9)

    wb = openpyxl.load_workbook("templates/dashboard_template.xlsx")
    data, summary = wb["Data"], wb["Summary"]
    with open(folder / "out" / f"orders_clean_{month}.csv", newline="") as f:
        for n, r in enumerate(csv.reader(f)):
            if n:
                data.append([r[0], datetime.strptime(r[1], "%Y-%m-%d"), r[2], r[3], r[4], int(r[5] or 0), *map(float, r[6:10]), r[10]])
    for line in recon[1:-2]:  # manual adjustments go in as rows of their own so the tabs add up
        if float(line[3]):
            data.append(["ADJ", None, line[1], "", "(adjustment)", 0, 0, 0, 0, float(line[3]), ""])
    for c in data["B"][1:]:
        c.number_format = "dd/mm/yyyy"
    summary["B1"] = datetime.strptime(month, "%Y-%m")
    total = recon[-2]
    wb["Checks"]["B3"] = round(float(total[2]) + float(total[3]), 2)
    wb["Checks"]["B7"] = total[6]
    by = wb["By channel"]
    for n, channel in enumerate(cfg["channels"], start=4):
        by.cell(n, 1, channel)
    last = 3 + len(cfg["channels"])

    # openpyxl drops the chart when it opens the template, so draw it again here
    chart = BarChart()
    chart.title = "Net sales by channel"
    chart.add_data(Reference(by, min_col=5, min_row=3, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(by, min_col=1, min_row=4, max_row=last))
    chart.legend = None
    summary.add_chart(chart, "D3")
    wb.save(target)
    logging.info("built %s from %d rows", target.name, data.max_row - 1)


if __name__ == "__main__":
    main()
