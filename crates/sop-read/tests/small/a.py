import csv, sys
rows = list(csv.reader(open("a.csv")))
if len(rows) > 500:
    sys.exit("too many")
