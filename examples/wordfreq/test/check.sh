#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: test/check.sh DIRECTORY   checks the programs in DIRECTORY
set -eu
build=$1
here=$(dirname "$0")

"$build/table_test"

# check NAME EXPECTED-OUTPUT ARGUMENTS...
check() {
    name=$1 expected=$2
    shift 2
    if "$build/wordfreq" "$@" | diff -u "$expected" -; then
        echo "$name: passed"
    else
        echo "$name: FAILED" >&2
        exit 1
    fi
}

check "words of a poem" "$here/poem.expected" "$here/poem.txt"
check "five words, whatever their case" "$here/poem-top5.expected" -i -n 5 "$here/poem.txt"

status=0
"$build/wordfreq" --no-such-option 2>/dev/null || status=$?
[ "$status" -eq 2 ] || { echo "usage error: exit status $status instead of 2" >&2; exit 1; }
echo "usage error: passed"
