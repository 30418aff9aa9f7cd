#!/usr/bin/env python3
# Pull the month's orders straight from Cartwheel (no more clicking in the export box).
#
# 07/09/2026 PZ: dead. Cartwheel closed API v1 on 31 August, this now answers 410 Gone. v2 is only on their
# Growth plan (GBP 189 a month). Until Helen decides, Tom exports by hand.
import json
import os
import sys
import urllib.request

KEY = os.environ.get("CARTWHEEL_API_KEY")
URL = "https://api.cartwheel.example/v1/orders?month={month}&page={page}"


def main(month):
    if not KEY:
        sys.exit("CARTWHEEL_API_KEY missing, see .env")
    page, orders = 1, []
    while True:
        req = urllib.request.Request(URL.format(month=month, page=page), headers={"Authorization": "Bearer " + KEY})
        got = json.load(urllib.request.urlopen(req, timeout=30))
        if not got["orders"]:
            break
        orders += got["orders"]
        page += 1
    json.dump(orders, sys.stdout, indent=1)


if __name__ == "__main__":
    main(sys.argv[1])
