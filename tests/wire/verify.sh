#!/bin/sh
# Signs the recorded inputs with this SDK and has the official stack's `jose` verify the tokens and read the claims.
set -eu
cd "$(dirname "$0")"

[ -d record/node_modules ] || (cd record && npm ci)
cargo build --quiet --package wire-tests --bin sign-token
sign_token() { cargo run --quiet --package wire-tests --bin sign-token -- "$@"; }

# No pipeline: its middle could fail unseen.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sign_token >"$work/tokens"
node record/verify-token.mjs --at 1767225600 <"$work/tokens" >"$work/claims"
sign_token --check <"$work/claims"
