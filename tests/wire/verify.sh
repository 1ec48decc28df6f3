#!/bin/sh
# Signs the recorded inputs with this SDK and has the official stack's `jose` verify the tokens and read the claims.
# SIGN_TOKEN=FILE names a `sign-token` that is built already.
set -eu
here=$(dirname "$0")

[ -d "$here/record/node_modules" ] || (cd "$here/record" && npm ci)
sign_token() {
  if [ -n "${SIGN_TOKEN:-}" ]; then
    "$SIGN_TOKEN" "$@"
  else
    cargo run --quiet --manifest-path "$here/Cargo.toml" --bin sign-token -- "$@"
  fi
}

# No pipeline: its middle could fail unseen.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sign_token >"$work/tokens"
node "$here/record/verify-token.mjs" --at 1767225600 <"$work/tokens" >"$work/claims"
sign_token --check <"$work/claims"
