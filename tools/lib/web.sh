# shellcheck shell=bash
# Build the web interface once per change. Sourced by check and quickstart; needs say.sh and the repository as working directory.

# Print one hash over the content of the given files and folders.
_content_hash() { find "$@" -type f -not -path '*/node_modules/*' -print0 2>/dev/null | sort -z | xargs -0 -r sha256sum | sha256sum | cut -c1-32; }

# Install the exact packages of package-lock.json, once per lock file.
web_install() {
  local stamp=web/node_modules/.ava-installed want
  want=$(_content_hash web/package-lock.json web/package.json)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then return 0; fi
  command -v node >/dev/null || { say 'node is not installed: run tools/install_deps build' >&2; return 1; }
  (cd web && npm ci --no-audit --no-fund --loglevel=error) || return 1
  echo "$want" >"$stamp"
}

# Build web/dist when a source file changed since it was built.
web_build() {
  local stamp=build/web.stamp want
  web_install || return 1
  want=$(_content_hash web/src web/public web/index.html web/package-lock.json web/vite.config.ts web/tsconfig.json)
  if [ -f web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then say 'web interface: built before'; return 0; fi
  mkdir -p build
  (cd web && npm run --silent build) || return 1
  echo "$want" >"$stamp"
}
