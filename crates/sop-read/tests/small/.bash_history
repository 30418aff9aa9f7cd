ls raw
python3 pull.py --month 2026-10 > out/log.txt
./send.sh
