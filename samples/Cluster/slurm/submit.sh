#!/usr/bin/env bash
# A run over an array of tasks, and its merge behind it.
#   submit.sh SETTINGS FOLDER SHARDS LOG [options of sbatch ...]
# The same command again goes on with what is there: finished shards end at once.
set -eu

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
settings=$(realpath "${1:?the settings file}") folder=${2:?the folder of the shards} shards=${3:?how many} log=${4:?the merged log}
shift 4
mkdir -p "$folder"
folder=$(realpath "$folder")

array=$(sbatch --parsable --array="1-$shards" "$@" "$here/certify.sbatch" "$settings" "$folder")
# Where a shard fails for good there is nothing to merge, and the merge goes, too.
merge=$(sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes "$here/merge.sbatch" "$folder" "$log")
echo "certify $array, merge $merge"
