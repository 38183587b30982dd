"""How fast the reads are that people wait for, at any size of the database. Measures, and judges nothing.

`python -m benchmarks URL [URL …]` (or `make bench URLS="…"`) asks a web process of its own, over HTTP, one request at
a time, and prints p50 and p95 for each database side by side. `python -m benchmarks.plans URL` prints what each read
costs inside the database. Both only read, and want the people of `helpdesk up --demo`, and the
`HELPDESK_SECRET_KEY` with which their passwords were made. A machine at rest is needed for
figures that mean something.
"""
