# What paper.sh and methods.sh share; sourced by them with their own arguments. Sets here, quick, only and folder, finds the program, and
# gives wanted and once.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
quick=no only= folder=
while [ $# -gt 0 ]; do
    case $1 in
        --quick) quick=yes ;;
        --only) shift; only=${1:?--only names steps} ;;
        -h|--help) sed -n '2,/^source/{/^source/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        -*) echo "$(basename "$0"): no option $1; see --help" >&2; exit 2 ;;
        *) folder=$1 ;;
    esac
    shift
done

data=(--data fashion-mnist)
[ -n "${DDS_DATA:-}" ] && data+=(--data-path "$DDS_DATA")

# dds ARGUMENTS: the program, built where nobody says which one.
if [ -z "${DDS:-}" ]; then
    dotnet build -c Release "$here" -v q --nologo
    DDS="dotnet $here/bin/Release/net10.0/dds.dll"
fi

wanted() { [ -z "$only" ] || [[ ",$only," == *",$1,"* ]]; }

# once FILE VERB ...: makes FILE by a verb that writes it with --out, unless it was made to the end before. FILE.seconds has the time of all
# tries, FILE.done what it was when the last one ended well. A try that was killed outright is not counted.
once() {
    local file=$1 begin=$SECONDS failed=0 before=0; shift
    [ -e "$file.done" ] && return
    [ -e "$file.seconds" ] && before=$(cat "$file.seconds")
    echo "== dds $* --out $file"
    # A table that a killed try left behind: evaluate writes over no file.
    [ "$1" != evaluate ] || rm -f "$file"
    trap : INT # the program's own answer to Ctrl-C comes first
    $DDS "$@" --out "$file" || failed=$?
    trap - INT
    echo $((before + SECONDS - begin)) > "$file.seconds"
    [ $failed -eq 0 ] || exit $failed
    mv "$file.seconds" "$file.done"
}
