python watch.py
