"""Whether open pages keep up: how long it takes until what changes stands on every page that shows it.

`python -m benchmarks.live` (or `make live`) starts the whole product in a folder of its own, opens pages as browsers
do (websockets, signed in, as many people as it takes), changes tickets through the REST API, and compares what each
page was told with what it has to show. It makes its own people and tickets; with a `URL` it does so in that database,
which wants the demo company's `admin@example.com`. All runs on one machine, this program too.
"""
