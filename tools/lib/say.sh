# shellcheck shell=bash
# Words on the terminal for every script: one look, one way to fail. Sourced, never run.
# shellcheck disable=SC2034
# Units: times are whole seconds. Colour only on a terminal, and never when NO_COLOR is set.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
  BOLD='' RED='' GREEN='' YELLOW='' PLAIN=''
fi

say()  { printf '%s\n' "$*"; }
note() { printf '%s\n' "${YELLOW}$*${PLAIN}"; }
head_line() { printf '\n%s\n' "${BOLD}$*${PLAIN}"; }
die()  { printf '%s\n' "${RED}error:${PLAIN} $*" >&2; exit 1; }

# Print seconds as "1 min 05 s" or "7 s".
duration() {
  if [ "$1" -ge 60 ]; then printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# Run a command with its output in a log; on failure show the end of that log and fail.
# quietly LOG COMMAND...
quietly() {
  local log=$1 rc=0; shift
  "$@" >"$log" 2>&1 || rc=$?
  [ "$rc" != 0 ] || return 0
  { say "${RED}failed:${PLAIN} $*"; say "--- last lines of $log"; tail -n "${AVA_LOG_TAIL:-30}" "$log"; say '---'; } >&2
  return "$rc"
}
