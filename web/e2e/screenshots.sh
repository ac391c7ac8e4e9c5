#!/usr/bin/env bash
# Runs the demo on free ports until its incident, then takes screenshots of all pages into the folder $1. Called by `make screenshots`.
set -euo pipefail

out=$1
data=$(mktemp -d)
free() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
url=127.0.0.1:$(free)

: >"$data/log"
bin/rayscope demo --listen "$url" --daemon-listen "127.0.0.1:$(free)" --data-dir "$data/kept" --into 75s 2>>"$data/log" &
demo=$!
trap 'kill $demo; wait $demo || true; rm -rf "$data"' EXIT

for ((waited = 0; ; waited++)); do
  grep -q 'trouble begins.*cards hang' "$data/log" && break
  kill -0 $demo 2>/dev/null && ((waited < 300)) || { cat "$data/log"; exit 1; }
  sleep 1
done
sleep 20 # some requests have to fail
node web/e2e/screenshots.mjs "http://$url" "$out"
