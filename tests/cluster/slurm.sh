#!/usr/bin/env bash
# A cluster of Slurm on this machine, for the length of this command: two nodes of one place each, an array of four tasks of which one is
# killed, one preempted, one told to stop for its time limit and one finds its log in use, while a node is drained and comes back, and the
# merge behind them. The merged log has to be the single run's, times apart. A run with a bad option is not tried again.
#   tests/cluster/slurm.sh [DDS]     DDS is the built dds.dll; Debug's by default
# KEEP=1 leaves the folder.
# Needs munge and slurm-wlm with slurmd built for several on one machine, as Debian's is. Touches nothing outside a temporary folder, and
# ends what it starts. Ends with 77 where Slurm is not installed.
set -eu

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
dll=$(realpath "${1:-src/DenoisedSmoothing.Tool/bin/Debug/net10.0/dds.dll}")
for program in munged slurmctld slurmd sbatch scontrol squeue; do
    if ! command -v $program >/dev/null && [ ! -x /usr/sbin/$program ]; then
        echo "Skipped: $program is not installed (apt-get install munge slurm-wlm)."
        exit 77
    fi
done
PATH=$PATH:/usr/sbin
[ -f "$dll" ] || { echo "There is no $dll: build src/DenoisedSmoothing.Tool first."; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/dds-slurm-XXXXXX")
chmod 755 "$work"
started=()
finish() {
    code=$?
    [ ${#started[@]} -eq 0 ] || scancel -u "$(id -un)" 2>/dev/null || true
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    if [ $code -eq 0 ] && [ -z "${KEEP:-}" ]; then rm -rf "$work"; else echo "What happened is in $work."; fi
    exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
user=$(id -un) host=$(hostname -s)

# Who is who on this cluster: a key of its own.
mkdir -m 700 "$work/munge"
dd if=/dev/urandom of="$work/munge/key" bs=1024 count=1 status=none
chmod 600 "$work/munge/key"
chmod 755 "$work/munge"
munged --foreground --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
    --seed-file="$work/munge/seed" --log-file="$work/munge/log" --num-threads=2 --force >"$work/munge/out" 2>&1 &
started+=($!)

mkdir -p "$work/state" "$work/spool-n1" "$work/spool-n2"
cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(port)
SlurmUser=$user
SlurmdUser=$user
# A requeued job waits as long as a credential lives: two minutes by default.
AuthInfo=socket=$work/munge/socket,cred_expire=5
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=1
SchedulerType=sched/builtin
KillWait=20
MinJobAge=600
ReturnToService=2
MpiDefault=none
SlurmctldDebug=info
SlurmdDebug=info
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=1
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=1
PartitionName=all Nodes=n1,n2 Default=YES State=UP MaxTime=INFINITE
CONF
echo "CgroupPlugin=cgroup/v1
CgroupAutomount=no" >"$work/cgroup.conf"
export SLURM_CONF=$work/slurm.conf

slurmctld -D -f "$SLURM_CONF" >"$work/slurmctld.out" 2>&1 &
started+=($!)
for node in n1 n2; do
    slurmd -D -N $node -f "$SLURM_CONF" >"$work/slurmd-$node.out" 2>&1 &
    started+=($!)
done

until_true() { # WHAT COMMAND...: waits up to four minutes
    what=$1
    shift
    for _ in $(seq 480); do
        if "$@"; then return 0; fi
        sleep 0.5
    done
    echo "Not within four minutes: $what."
    squeue -a 2>/dev/null || true
    exit 1
}
nodes_up() { [ "$(sinfo -h -o '%D' -t idle 2>/dev/null)" = 2 ]; }
until_true "both nodes are up" nodes_up
sinfo --version
sinfo -N -o '%N %T %c'

# The program as a user has it, without threads that wait by spinning.
cat >"$work/dds" <<DDS
#!/usr/bin/env bash
GOMP_SPINCOUNT=0 OMP_NUM_THREADS=1 exec dotnet "$dll" "\$@"
DDS
chmod +x "$work/dds"
export DDS=$work/dds
cat >"$work/run.args" <<ARGS
--sigma 0.5
--n0 10 --n ${N:-150}
--batch 10 --seed 11
--max 20
ARGS

mkdir "$work/out" "$work/shards"
cd "$work/out"
# Somebody else writes shard 4, as far as its task can tell.
flock -x "$work/shards/shard-4.tsv.lock" sleep 3600 &
holder=$!
started+=($holder)
until_true "the lock of shard 4 is held" test -e "$work/shards/shard-4.tsv.lock"
submitted=$("$root/samples/Cluster/slurm/submit.sh" "$work/run.args" "$work/shards" 4 "$work/merged.tsv")
echo "$submitted"
array=$(sed 's/certify \([0-9]*\).*/\1/' <<<"$submitted")
merge=${submitted##* }

lines() { cat "$work/shards/shard-$1.tsv" 2>/dev/null | wc -l; }
has_lines() { [ "$(lines "$1")" -ge "$2" ]; }
state() { scontrol show job "$1" 2>/dev/null | sed -n 's/.*JobState=\([A-Z]*\).*/\1/p' | head -n 1; }
restarts() { scontrol show job "${array}_$1" | sed -n 's/.*Restarts=\([0-9]*\).*/\1/p' | head -n 1; }
worker() { pgrep -f "dds.dll certify .*$work/shards/shard-$1.tsv" | head -n 1; }

until_true "tasks 1 and 2 work" has_lines 1 2
until_true "tasks 1 and 2 work" has_lines 2 2
node=$(scontrol show job "${array}_2" | sed -n 's/^ *NodeList=\(n[12]\)$/\1/p')
scontrol update nodename="$node" state=drain reason=test
echo "task 1 with $(lines 1) lines is killed, task 2 with $(lines 2) lines is preempted, and its node $node drained"
kill -9 "$(worker 1)"
scontrol requeue "${array}_2"

draining() { [ "$(sinfo -h -n "$node" -o '%T')" = drained ]; }
until_true "$node is drained" draining
until_true "task 3 works on the other node" has_lines 3 2
scontrol update nodename="$node" state=resume
echo "$node is back; task 3 with $(lines 3) lines is told that its time is up"
scancel --batch --signal=USR1 "${array}_3"

until_true "task 4 has found its log in use" grep -qsx 75 "$work/shards/shard-4.failures"
pkill -P $holder || true
echo "task 4 was refused its log, which is free now"

merged() { case $(state "$merge") in COMPLETED) return 0 ;; FAILED | CANCELLED | TIMEOUT) echo "merge: $(state "$merge")"; exit 1 ;; *) return 1 ;; esac }
until_true "the merge is done" merged

"$DDS" certify @"$work/run.args" --out "$work/whole.tsv" >/dev/null
python3 - "$work" <<'PYTHON'
import json, sys
work = sys.argv[1]
def table(log):
    lines = [line.rstrip("\n").split("\t") for line in open(log)]
    time = lines[0].index("time")
    return [line[:time] + line[time + 1:] for line in lines]
def records(log):
    return [{key: value for key, value in json.loads(line).items() if key != "seconds"} for line in open(log + ".jsonl")]
def settings(log):
    meta = json.load(open(log + ".meta.json"))
    del meta["notes"]
    return meta
merged, whole = work + "/merged.tsv", work + "/whole.tsv"
assert table(merged) == table(whole), "the tables differ"
assert records(merged) == records(whole), "the JSON lines differ"
assert settings(merged) == settings(whole), "the settings differ"
print(f"The merged log of {len(table(merged)) - 1} images is the single run's, times apart.")
PYTHON

for task in 1 2 3 4; do echo "task $task: $(restarts $task) restarts, $(state "${array}_$task")"; done
for task in 1 2 3 4; do
    [ "$(restarts $task)" = 1 ] || { echo "Task $task was to be started again once."; exit 1; }
done
! ls "$work"/shards/*.failures "$work"/shards/*.lock 2>/dev/null || { echo "A finished shard keeps its failures or its lock."; exit 1; }
grep -l "dds ended with 137" "$work"/out/certify-*_1.out >/dev/null || { echo "Task 1 was not killed."; exit 1; }
grep -l "Stopped. To continue" "$work"/out/certify-*_3.out >/dev/null || { echo "Task 3 did not stop cleanly."; exit 1; }
grep -l "Another process is writing" "$work"/out/certify-*_4.out >/dev/null || { echo "Task 4 was not refused its log."; exit 1; }

echo "--sigma 99" >"$work/bad.args"
submitted=$("$root/samples/Cluster/slurm/submit.sh" "$work/bad.args" "$work/bad" 1 "$work/never.tsv")
array=$(sed 's/certify \([0-9]*\).*/\1/' <<<"$submitted")
merge=${submitted##* }
failed() { [ "$(state "${array}_1")" = FAILED ]; }
gone() { [ "$(state "$merge")" = CANCELLED ]; }
until_true "the task with a bad option has failed" failed
until_true "its merge is cancelled" gone
[ "$(restarts 1)" = 0 ] || { echo "A bad option was tried again."; exit 1; }
echo "A bad option failed once, and its merge went with it."
echo "Slurm: passed."
