python sync.py stock.sqlite
