#!/bin/sh
# Makes the recordings anew and fails where they differ from those that are committed.
set -eu
cd "$(dirname "$0")"

(cd record && npm ci && node record.mjs)
git diff --exit-code --stat -- recordings
