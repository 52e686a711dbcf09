#!/usr/bin/env bash
# Packs the libraries and uses them as a stranger would: in an application outside this repository, on the native library of this platform.
# Needs the .NET 10 SDK and the package sources of this machine; leaves nothing behind. Usage: tests/package/check.sh
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
# Not while the checks beside these still run.
trap 'wait; rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 GOMP_SPINCOUNT=0
# The shell's settings must not decide what is checked.
unset RelaxLibTorchSharp TorchRuntime VersionSuffix Version

fail() {
    echo "FAIL  $1" >&2
    [ $# -lt 2 ] || tail -n 40 "$2" >&2
    exit 1
}
pass() { echo "ok    $1"; }
skip() { echo "skip  $1"; }

# Runs a command that must succeed without a word of warning: log NAME COMMAND...
log() {
    local name=$1
    shift
    "$@" >"$work/$name.log" 2>&1 </dev/null || fail "$name" "$work/$name.log"
    ! grep -E '(warning|error) [A-Z]+[0-9]+' "$work/$name.log" >&2 || fail "$name warns"
}

case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) rid=linux-x64 native=libtorch-cpu-linux-x64 ;;
    Darwin-arm64) rid=osx-arm64 native=libtorch-cpu-osx-arm64 ;;
    MINGW*-x86_64 | MSYS*-x86_64) rid=win-x64 native=libtorch-cpu-win-x64 ;;
    *) fail "TorchSharp has no native library for $(uname -s) $(uname -m)" ;;
esac
libtorch=$(sed -n 's|.*<LibTorchVersion>\(.*\)</LibTorchVersion>.*|\1|p' "$repository/Directory.Packages.props")
torchsharp=$(sed -n 's|.*<TorchSharpVersion>\(.*\)</TorchSharpVersion>.*|\1|p' "$repository/Directory.Packages.props")
version=0.0.0-check

# The user's package folder is read, never written: what is packed here goes to a folder that is thrown away.
cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
mkdir -p "$work/feed" "$cache"
cat >"$work/nuget.config" <<CONFIG
<configuration>
  <packageSources><add key="check" value="$work/feed" /></packageSources>
  <fallbackPackageFolders><add key="cache" value="$cache" /></fallbackPackageFolders>
</configuration>
CONFIG

# 1. Pack. The outputs go elsewhere, so that a checkout is left as it was. The analyzers have their say at every other build.
(cd "$repository" && log pack dotnet pack -c Release -o "$work/feed" --artifacts-path "$work/artifacts" -p:Version=$version -p:RunAnalyzers=false)

export NUGET_PACKAGES="$work/packages"
# Half a gigabyte of libtorch for each output, were it copied.
export CreateHardLinksForCopyLocalIfPossible=true CreateHardLinksForPublishFilesIfPossible=true
with=(-p:CheckedVersion=$version -p:NativeLibTorch="$native" -p:NativeLibTorchVersion="$libtorch")
without=(-p:CheckedVersion=$version -p:NativeLibTorch=none)

app() { # app FOLDER: a fresh copy of the application
    mkdir -p "$work/$1"
    cp "$repository"/tests/package/app/* "$work/$1/"
}

# Where TorchSharp does not find its library it looks into the package folder: there it must find nothing.
run_log="$work/run.log"
run() { (cd "$work" && NUGET_PACKAGES="$work/nothing" "$@") >"$run_log" 2>&1 </dev/null; }

# Runs the application, which must certify: certifies NAME COMMAND...
certifies() {
    local name=$1 outcome
    shift
    run "$@" || fail "$name: exit code $?" "$run_log"
    outcome=$(tr -d '\r' <"$run_log")
    [[ $outcome == $'predicted 1\ncertified 1\nradius close to 0.8 and below: 0.'* ]] || fail "$name: unexpected outcome" "$run_log"
    pass "$name"
}

# Runs the application, which must end with one short line that contains a text: advises NAME TEXT COMMAND...
advises() {
    local name=$1 text=$2 code=0
    shift 2
    run "$@" || code=$?
    [ $code -eq 3 ] || fail "$name: exit code $code, not 3" "$run_log"
    [ "$(wc -l <"$run_log")" -eq 1 ] && [ "$(wc -c <"$run_log")" -lt 500 ] || fail "$name: the error is not one short line" "$run_log"
    grep -qF "$text" "$run_log" || fail "$name: the error does not name $text" "$run_log"
    pass "$name"
}

hash_of() { git hash-object --no-filters "$1" 2>/dev/null || cksum <"$1"; }

# What has nothing to do with that application goes on beside it: a build keeps one core busy.
beside() {
    run_log="$work/beside.log"
    export NUGET_PACKAGES="$work/packages-beside"

    # The packages.
    mkdir "$work/contents"
    cp "$repository/tests/package/Contents.cs" "$work/contents/"
    git=$(git -C "$repository" rev-parse --verify -q HEAD >/dev/null 2>&1 && echo git || true)
    XDG_DATA_HOME="$work/contents" dotnet run "$work/contents/Contents.cs" -- "$work/feed" $version $git >"$work/contents.log" 2>&1 </dev/null || fail "contents of the packages" "$work/contents.log"
    pass "dotnet pack: every package with symbols, their contents and dependencies"

    # An application without a native library.
    app without
    log build-without dotnet build "$work/without" -warnaserror "${without[@]}"
    advises "without a native package, the error names TorchSharp-cpu" "TorchSharp-cpu" dotnet "$work/without/bin/Debug/net10.0/App.dll"

    # Every package in one application.
    mkdir -p "$work/all"
    cp "$repository"/tests/package/all/* "$work/all/"
    log build-all dotnet build "$work/all" -warnaserror "${with[@]}" -p:RelaxLibTorchSharp=auto
    run dotnet "$work/all/bin/Debug/net10.0/App.dll" || fail "the application with every package: exit code $?" "$run_log"
    [ "$(tr -d '\r' <"$run_log")" = $'label 2 of 2\nno such model\nDenoisedSmoothing.Training\nserved 2' ] ||
        fail "the application with every package: unexpected outcome" "$run_log"
    pass "an application with every package certifies a bundled image"

    # The tool, installed from the folder. It has no libtorch: half of its verbs need none, the others say what to do.
    log tool-install dotnet tool install DenoisedSmoothing.Tool --tool-path "$work/tool" --version $version --configfile "$work/nuget.config"
    dds="$work/tool/dds"
    printf 'idx\tlabel\tpredict\tradius\tcorrect\ttime\n' >"$work/log.tsv"
    for i in $(seq 0 99); do printf '%d\t0\t0\t0.75\t1\t0:00:01\n' "$i"; done >>"$work/log.tsv"
    tool() { # tool NAME TEXT COMMAND...: must succeed, and print the text
        local name=$1 text=$2
        shift 2
        run "$@" || fail "$name: exit code $?" "$run_log"
        grep -qF "$text" "$run_log" || fail "$name: does not print '$text'" "$run_log"
        pass "$name"
    }
    tool "dds shows its help" "certify" "$dds" --help
    tool "dds analyze without libtorch" "100" "$dds" analyze "$work/log.tsv"
    tool "dds plan without libtorch" "3.81" "$dds" plan --sigma 1 --radius 1 --pa 0.99 --n 100000
    code=0
    run "$dds" certify --max 1 --n 100 --sigma 0.5 || code=$?
    [ $code -eq 1 ] && [ "$(wc -l <"$run_log")" -eq 1 ] && grep -qF DDS_LIBTORCH "$run_log" || fail "dds certify without libtorch: no clear error" "$run_log"
    pass "dds certify without libtorch names DDS_LIBTORCH"
    relaxed="$work/all/bin/Debug/net10.0/runtimes/$rid/native"
    [ ! -d "$relaxed" ] || DDS_LIBTORCH="$relaxed" tool "dds certify on an application's libtorch" "1 images" "$dds" certify --max 1 --n 100 --sigma 0.5 --seed 1
}
(beside) >"$work/beside.txt" 2>&1 &
beside=$!

# 2. An application with a native library.
app with
log build dotnet build "$work/with" -warnaserror "${with[@]}" -p:RelaxLibTorchSharp=auto
certifies "an application with $native predicts and certifies" dotnet "$work/with/bin/Debug/net10.0/App.dll"

original="$cache/torchsharp/$torchsharp/runtimes/linux-x64/native/libLibTorchSharp.so"
[ -f "$original" ] || original="$NUGET_PACKAGES/torchsharp/$torchsharp/runtimes/linux-x64/native/libLibTorchSharp.so"
[ -f "$original" ] || fail "TorchSharp $torchsharp is in no package folder"
before=$(hash_of "$original")

# An application with its own pair pays neither for pictures and data sets nor for the bundled weights.
for id in data fashionmnist training; do
    [ ! -e "$NUGET_PACKAGES/denoisedsmoothing.$id" ] || fail "an application with its own pair restores DenoisedSmoothing.$id"
done
pass "an application with its own pair restores neither data sets nor weights"

touch "$work/stamp"
log rebuild dotnet build "$work/with" -warnaserror "${with[@]}" -p:RelaxLibTorchSharp=auto
[ -z "$(find "$work/with/bin" "$work/with/obj" \( -name '*.so' -o -name 'App.dll' \) -newer "$work/stamp")" ] || fail "a second build does work again"
pass "a second build has nothing to do"

if dotnet build "$work/with" "${with[@]}" -p:RelaxLibTorchSharp=perhaps >"$work/perhaps.log" 2>&1 </dev/null; then
    fail "RelaxLibTorchSharp=perhaps builds"
fi
grep -q "use auto, true or false" "$work/perhaps.log" || fail "RelaxLibTorchSharp=perhaps: no clear error" "$work/perhaps.log"
pass "RelaxLibTorchSharp=perhaps is an error"

# 3. Publishing.
log publish dotnet publish "$work/with" "${with[@]}" -p:RelaxLibTorchSharp=auto -o "$work/published"
certifies "dotnet publish" dotnet "$work/published/App.dll"
for single in false true; do
    name="dotnet publish -r $rid --self-contained -p:PublishSingleFile=$single"
    if ! dotnet publish "$work/with" "${with[@]}" -p:RelaxLibTorchSharp=auto -r $rid --self-contained -p:PublishSingleFile=$single -o "$work/$single" >"$work/publish.log" 2>&1 </dev/null; then
        # The runtime is a package too, and not every source has it.
        grep -qE 'NU110[12].*Microsoft\.(NETCore|AspNetCore)\.App' "$work/publish.log" || fail "$name" "$work/publish.log"
        skip "$name: no package source has the runtime"
        continue
    fi
    certifies "$name" "$work/$single/App"
done

# 4. On a libstdc++ that is too old for TorchSharp's library.
log build-unrelaxed dotnet build "$work/with" -warnaserror "${with[@]}"
unrelaxed="$work/with/bin/Debug/net10.0/runtimes/linux-x64/native/libLibTorchSharp.so"
[ "$(hash_of "$unrelaxed")" = "$before" ] || fail "without RelaxLibTorchSharp, the library is not TorchSharp's own"
libstdcxx=$(ldconfig -p 2>/dev/null | sed -n 's|.*libstdc++\.so\.6 (.*x86-64.*) => ||p' | head -n 1 || true)
if [ $rid = linux-x64 ] && [ -f "$libstdcxx" ] && ! grep -qaF GLIBCXX_3.4.32 "$libstdcxx"; then
    advises "on an old libstdc++, the error names RelaxLibTorchSharp" "RelaxLibTorchSharp" dotnet "$work/with/bin/Debug/net10.0/App.dll"
else
    certifies "on a new libstdc++, TorchSharp's own library loads" dotnet "$work/with/bin/Debug/net10.0/App.dll"
fi

log build-true dotnet build "$work/with" -warnaserror "${with[@]}" -p:RelaxLibTorchSharp=true
[ "$(hash_of "$unrelaxed")" != "$before" ] || fail "RelaxLibTorchSharp=true changes nothing"
certifies "RelaxLibTorchSharp=true" dotnet "$work/with/bin/Debug/net10.0/App.dll"

ended=0
wait $beside || ended=$?
cat "$work/beside.txt"
[ $ended -eq 0 ] || exit $ended
[ "$(hash_of "$original")" = "$before" ] || fail "TorchSharp's library in the package folder was changed"
pass "the package folder is as it was"
