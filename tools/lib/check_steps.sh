# shellcheck shell=bash
# The steps of check, one function each; `./check --help` says what they are for. Sourced by check, repository root as working
# directory. A step prints `N passed, N failed` when it counts cases, and fails by its exit code otherwise.

JOBS=${AVA_JOBS:-2}
DEV=build/dev
# Modules whose tests run under ThreadSanitizer: those with threads of their own.
TSAN_MODULES='base|cache|pipeline|http|metric|job'
export AVA_BIN=$PWD/$DEV/bin/ava AVA_BUILD=$PWD/$DEV
# The compiler's answers are kept for clones in other folders, too.
export CCACHE_BASEDIR=$PWD CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}

step_deps() { tools/install_deps build test run; }

step_image() {
  mkdir -p "$LOGS/engine"
  local config
  config=$(engine_config "$PWD/$LOGS/engine")
  if [ -n "$config" ]; then export CONTAINERS_CONF=$config; fi
  nice -n 5 deploy/images/build --base
  nice -n 5 deploy/images/build --torch
}

step_web() {
  web_install
  (cd web && npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="../$LOGS/vitest.json") || true
  jq -r '.testResults[].assertionResults[] | select(.status == "pending" or .status == "skipped" or .status == "todo")
    | "SKIPPED web: \(.fullName): marked \(.status) in its file"' "$LOGS/vitest.json"
  jq -r '"\(.numPassedTests) passed, \(.numFailedTests + (.testResults | map(select(.status == "failed" and (.assertionResults | length) == 0)) | length)) failed"' "$LOGS/vitest.json"
  web_build
}

# Configure a preset and build targets; keep going after the first error, so that one run shows them all.
build_preset() {
  local preset=$1
  shift
  cmake --preset "$preset"
  ninja -C "build/$preset" -j "$JOBS" -k 0 "$@"
}

step_build() {
  # Build the product for real even when the web interface failed: the tests below need the program.
  build_preset dev
}

step_tools() { tools/run_unittests 'tests/tools/*_test.py' 'deploy/images/*_test.py'; }
step_layers() { tools/check_layers; }
step_style() {
  local rc=0
  tools/check_style || rc=1
  # Every shell script: those named so, and those that say so in their first line.
  git ls-files -z --cached --others --exclude-standard | xargs -0 grep -lIE --null '^#!/.*\b(ba)?sh$|^# shellcheck shell=' 2>/dev/null |
    xargs -0 -r shellcheck -x -S warning -e SC1007,SC2254,SC2016 || rc=1
  return $rc
}

step_format() {
  local file passed=0 failed=0
  while IFS= read -r -d '' file; do
    if clang-format --dry-run -Werror "$file" >/dev/null 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); say "FAILED $file: run clang-format -i"; fi
  done < <(git ls-files -z --cached --others --exclude-standard -- 'src/*.[ch]pp' 'apps/*.[ch]pp' 'tests/*.[ch]pp' 'bench/*.[ch]pp')
  say "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}

step_unit() {
  env -u AVA_TEST_POSTGRES -u AVA_ENGINE_SOCKET tools/run_tests $DEV --jobs "$JOBS" --out "$LOGS/unit.json"
}

step_postgres() {
  eval "$(tests/support/postgres start "$LOGS/postgres")"
  trap 'tests/support/postgres stop "$LOGS/postgres"' EXIT
  # Tests of the database run their SQLite half without a server and skip the other half: run that now.
  tools/run_tests $DEV --jobs "$JOBS" --only-skipped-in "$LOGS/unit.json" --out "$LOGS/postgres.json"
}

step_python() { tools/run_unittests --path sdk/python 'sdk/python/tests/**/*_test.py' 'sdk/python/tests/**/test_*.py'; }

step_cross() {
  tools/run_unittests --path sdk/python --path tests \
    'tests/conformance/**/*_test.py' 'tests/golden/**/*_test.py' 'tests/api/**/*_test.py' 'tests/faults/**/*_test.py'
}

step_api() {
  "$AVA_BIN" openapi >"$LOGS/openapi.json"
  diff -u api/openapi.json "$LOGS/openapi.json" ||
    { say "api/openapi.json is not what the program prints: run '$DEV/bin/ava openapi > api/openapi.json'"; return 1; }
  say '1 passed, 0 failed'
  if [ -f web/src/api/schema.d.ts ]; then
    (cd web && npx --no-install openapi-typescript ../api/openapi.json -o "../$LOGS/schema.d.ts" >/dev/null)
    diff -u web/src/api/schema.d.ts "$LOGS/schema.d.ts" || { say "the web types are old: run 'npm run gen:api' in web/"; return 1; }
    say '1 passed, 0 failed'
  fi
}

step_reference() { tools/gen_reference --check --ava "$AVA_BIN"; }

# Start the private engine of this run and export its variables.
use_engine() {
  engine_start "$PWD/$LOGS/engine"
  eval "$(tests/support/engine env "$LOGS/engine")"
  export AVA_TEST_IMAGE=localhost/ava/base:bookworm AVA_TEST_TORCH_IMAGE=localhost/ava/torch:bookworm
}

# The tests with containers on one kind of engine. One that does not start fails the step, with the reason it prints.
engine_suite() {
  local kind=$1 settings rc=0 out=$LOGS/engine-$1.json
  case $kind in
    podman) use_engine; trap 'engine_stop "$PWD/$LOGS/engine"' EXIT; out=$LOGS/engine.json ;;
    docker)
      trap 'tests/support/engine stop "$LOGS/docker" --kind docker' EXIT
      settings=$(tests/support/engine start "$LOGS/docker" --kind docker)
      eval "$settings" ;;
    rootless) rootless_suite; return ;;
    *) say "AVA_ENGINES names '$kind': podman, docker and rootless are known"; return 1 ;;
  esac
  tools/run_tests $DEV --jobs 1 --only-skipped-in "$LOGS/unit.json" --out "$out" || rc=1
  tools/run_unittests --or-none --path sdk/python --path tests 'tests/engines/**/*_test.py' || rc=1
  return $rc
}

# The driver's tests as an ordinary user with a Podman of his own; the program is copied, as he may not reach this folder.
rootless_suite() {
  local dir rc=0 passed failed said=$LOGS/engine-rootless.txt
  dir=$(mktemp -d "${TMPDIR:-/tmp}/ava-rootless.XXXXXX")
  echo "$dir" >"$LOGS/rootless.dir"
  trap 'rootless_end' EXIT
  tests/support/engine start "$dir" --kind rootless
  install -m 755 "$DEV/bin/engine_test" "$dir/engine_test"
  tests/support/engine run "$dir" "$dir/engine_test" --gtest_color=no --gtest_filter='Container*:*/container' >"$said" 2>&1 || rc=$?
  awk '/: Skipped$/ { getline why } /^\[  SKIPPED \] .* ms\)$/ { print "SKIPPED rootless " $4 ": " why }' "$said"
  passed=$(grep -cE '^\[       OK \]' "$said" || true)
  failed=$(grep -cE '^\[  FAILED  \] .* ms\)$' "$said" || true)
  if [ "$rc" != 0 ]; then grep -vE '^\[ (RUN|      OK)' "$said"; fi
  if [ "$rc" != 0 ] && [ "$failed" = 0 ]; then failed=1; say "engine_test did not come to its end: exit code $rc"; fi
  say "$passed passed, $failed failed"
  [ "$rc" = 0 ] && [ "$passed" -gt 20 ]
}

rootless_end() {
  local dir
  dir=$(cat "$LOGS/rootless.dir" 2>/dev/null) || return 0
  tests/support/engine stop "$dir" --kind rootless
  rm -rf -- "$dir" "$LOGS/rootless.dir"
}

# Every kind of engine, side by side: nearly all of their time is waiting for containers.
step_engine() {
  local kind kinds rc=0
  local -A pid=()
  read -ra kinds <<<"${AVA_ENGINES:-podman docker rootless}"
  for kind in "${kinds[@]}"; do (engine_suite "$kind") >"$LOGS/engine-$kind.log" 2>&1 & pid[$kind]=$!; done
  for kind in "${kinds[@]}"; do
    if wait "${pid[$kind]}"; then say "== engine $kind"; else rc=1; say "== engine $kind FAILED"; fi
    cat "$LOGS/engine-$kind.log"
  done
  return $rc
}

step_journey() {
  use_engine
  trap 'engine_stop "$PWD/$LOGS/engine"' EXIT
  tests/journey/run
}

# Of the priority of clang-tidy, which runs beside it: a minute of fuzzing is a minute, however little of the processor it gets.
step_fuzz() { nice -n 15 tools/fuzz --jobs 4; }

step_tidy() { nice -n 15 tools/run_tidy $DEV --jobs "$JOBS"; }

# Turn off address randomisation where allowed: the sanitizers of GCC 12 and clang 14 do not start on kernels that use many bits of it.
steady() { if setarch -R true 2>/dev/null; then setarch -R "$@"; else "$@"; fi; }

# Names of the test targets of a configured build, those that match.
test_targets() {
  local found
  found=$(ninja -C "$1" -t targets all | sed -n 's/^\([a-z0-9_]*_test\): phony$/\1/p' | grep -E "$2" | sort -u)
  [ -n "$found" ] || { say "no test target matches $2" >&2; return 1; }
  printf '%s\n' "$found"
}

# The fuzz targets of tests/fuzz come from the same build, after this step: never two at once in one folder.
step_asan() {
  # CMake keeps no setting of a folder that another compiler was configured in before.
  cmake --fresh --preset asan
  local rc=0
  test_targets build/asan '_test$' | nice -n 15 xargs -r ninja -C build/asan -j "$JOBS" -k 0 || rc=1
  # addr2line, which comes with the compiler: llvm-symbolizer is another 48 MB.
  ASAN_OPTIONS=detect_stack_use_after_return=1:allow_addr2line=1 UBSAN_OPTIONS=print_stacktrace=1:allow_addr2line=1 \
    steady nice -n 5 tools/run_tests build/asan --match '_test$' --jobs "$JOBS" --out "$LOGS/asan.json" || rc=1
  return $rc
}

step_tsan() {
  cmake --preset tsan
  local rc=0 pattern="^($TSAN_MODULES)_test\$"
  test_targets build/tsan "$pattern" | xargs -r ninja -C build/tsan -j "$JOBS" -k 0 || rc=1
  TSAN_OPTIONS=halt_on_error=0:second_deadlock_stack=1 \
    steady tools/run_tests build/tsan --match "$pattern" --jobs "$JOBS" --out "$LOGS/tsan.json" || rc=1
  return $rc
}
