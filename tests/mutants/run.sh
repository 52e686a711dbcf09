#!/usr/bin/env bash
# Plants each unsound change of mutants.txt in a copy of the repository; every one has to fail a fast test. Takes some 20 seconds a change.
# Usage: tests/mutants/run.sh [--check] [--only NAME,NAME...] [--page docs/mutants.md]; --check only says whether every change still applies,
# --page brings the rows of the page with the table up to date.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# Outside the repository, whose properties for tests are not meant for it.
cp "$here/Mutants.cs" "$work/"
XDG_DATA_HOME="$work" dotnet run "$work/Mutants.cs" -- "$here/../.." "$here/mutants.txt" "$@"
