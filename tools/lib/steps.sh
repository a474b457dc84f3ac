# shellcheck shell=bash
# Run named steps with a log, a time and counted cases each. Sourced by check.
# A step is a shell function step_NAME. What it prints goes to $LOGS/NAME.log; lines `N passed, N failed` in it are added up,
# lines `SKIPPED case: reason` are kept for the summary. A step that fails without counting is one failed case; one that
# succeeds without counting is one passed case. A failed step never stops the later ones.

LOGS=${LOGS:-build/check}
declare -A STEP_PID=()
STEPS_DONE=()

# Print "passed failed" of a log.
_counts() {
  awk '/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ { p += $1; f += $3 } END { print p + 0, f + 0 }' "$1"
}

# Run one step in this process; write its result file.
_execute() {
  local name=$1 begin rc=0 passed failed
  begin=$(date +%s)
  # A fresh shell: inside a function called from a condition bash would ignore set -e.
  ./check --run-step "$name" >"$LOGS/$name.log" 2>&1 </dev/null || rc=$?
  read -r passed failed < <(_counts "$LOGS/$name.log")
  if [ "$rc" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  if [ "$rc" = 0 ] && ! grep -qE '^[0-9]+ passed, [0-9]+ failed' "$LOGS/$name.log"; then passed=1; fi
  echo "$passed $failed $(($(date +%s) - begin)) $rc" >"$LOGS/$name.result"
}

# Print the line of a finished step, and the end of its log when it failed.
_tell() {
  local name=$1 passed failed seconds rc
  read -r passed failed seconds rc <"$LOGS/$name.result"
  if [ "$failed" = 0 ]; then
    printf '%s%-10s%s %5s ok                %s\n' "$GREEN" "$name" "$PLAIN" "$passed" "$(duration "$seconds")"
  else
    printf '%s%-10s%s %5s ok, %s FAILED    %s   log: %s\n' "$RED" "$name" "$PLAIN" "$passed" "$failed" "$(duration "$seconds")" "$LOGS/$name.log"
    printf '%s\n' "--- end of $LOGS/$name.log"
    grep -E '^FAILED |: error|Error:' "$LOGS/$name.log" | head -n 20 || true
    tail -n "${AVA_LOG_TAIL:-40}" "$LOGS/$name.log"
    printf '%s\n' '---'
  fi
  STEPS_DONE+=("$name")
}

# Run a step and wait for it.
run_step() { [[ " ${STEPS_DONE[*]} " == *" $1 "* ]] || { _execute "$1"; _tell "$1"; }; }

# Start a step beside what follows; join_step waits for it.
start_step() { _execute "$1" & STEP_PID[$1]=$!; }
join_step() {
  if [ -n "${STEP_PID[$1]:-}" ]; then wait "${STEP_PID[$1]}" || true; unset "STEP_PID[$1]"; _tell "$1"; fi
}

# End a process this script started, with everything it started.
stop_tree() {
  local child
  for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do stop_tree "$child"; done
  kill "$1" 2>/dev/null || true
}

# Print every skipped case once: those a later step did not run after all.
_skipped() {
  local name
  for name in "${STEPS_DONE[@]}"; do sed -n 's/^SKIPPED /  /p' "$LOGS/$name.log"; done
  if [ -f "$LOGS/unit.json" ] && [[ " ${STEPS_DONE[*]} " == *' unit '* ]]; then
    local later=()
    for name in postgres engine; do
      if [ -f "$LOGS/$name.json" ] && [[ " ${STEPS_DONE[*]} " == *" $name "* ]]; then later+=("$LOGS/$name.json"); fi
    done
    jq -rn '[inputs] | .[0] as $unit | (.[1:] | map(to_entries[] | select(.value[0] != "skipped") | .key)) as $ran
      | ($ran | map({key: ., value: true}) | from_entries) as $seen
      | $unit | to_entries[] | select(.value[0] == "skipped" and ($seen[.key] | not)) | "  \(.key): \(.value[1])"' \
      "$LOGS/unit.json" "${later[@]}"
  fi
}

# Print the summary; the last line is `N passed, N failed`. Fails when a case failed or nothing ran.
close_steps() {
  local name passed=0 failed=0 p f rest skips count
  for name in "${STEPS_DONE[@]}"; do
    read -r p f rest <"$LOGS/$name.result"
    passed=$((passed + p)) failed=$((failed + f))
  done
  skips=$(_skipped)
  count=$(printf '%s' "$skips" | grep -c . || true)
  head_line "check: ${#STEPS_DONE[@]} steps in $(duration $((SECONDS)))"
  for name in "${STEPS_DONE[@]}"; do
    read -r p f rest <"$LOGS/$name.result"
    if [ "$f" != 0 ]; then say "${RED}failed:${PLAIN} $name ($f), log $LOGS/$name.log"; fi
  done
  if [ "$count" != 0 ]; then say 'skipped:'; say "$skips"; fi
  if [ "$count" = 0 ]; then say "$passed passed, $failed failed"; else say "$passed passed, $failed failed, $count skipped"; fi
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
