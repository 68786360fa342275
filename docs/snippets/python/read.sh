python matches.py
