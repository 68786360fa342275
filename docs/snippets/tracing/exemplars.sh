curl -s http://127.0.0.1:8000/metrics -H 'accept: application/openmetrics-text; version=1.0.0' | grep trace_id
