#!/usr/bin/env bash
# Measures how many messages one, two and three workers answer in a second, with a broker in a process of its own.
# Run from the root of the repository, when the jar has been built.
set -euo pipefail

jar=samples/palitra-sample-worker/target/palitra-sample-worker.jar
url=tcp://127.0.0.1:61626
# They start faster
options=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1)
directory=$(mktemp -d)
pids=()

finish() {
  kill "${pids[@]}" 2> /dev/null || true
  wait
  rm -rf "$directory"
}
trap finish EXIT

start() {
  local log=$directory/$1.log
  shift
  java "${options[@]}" -jar "$jar" --spring.main.web-application-type=none --logging.level.io.palitra.sample=warn \
    --logging.level.io.palitra.sample.worker.WorkerApplication=info "$@" > "$log" &
  pids+=($!)
  timeout 60 bash -c "until grep -q 'Started WorkerApplication' $log; do sleep 0.2; done"
}

start broker --spring.jms.listener.auto-startup=false --broker.embedded.port=61626 --broker.embedded.directory="$directory/data"
for workers in 1 2 3; do
  start "worker-$workers" --broker.url=$url --worker.name="worker-$workers"
  for run in warm-up 1 2; do
    echo "$workers workers, $run:"
    java "${options[@]}" -jar "$jar" send --broker.url=$url --send.count=$((1000 * workers)) 2>&1
  done
done
