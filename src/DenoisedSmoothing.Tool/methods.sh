#!/usr/bin/env bash
# The field's training methods beside each other on Fashion-MNIST: one network, one recipe, the same images and the same noise.
#
#   src/DenoisedSmoothing.Tool/methods.sh [--quick] [--only STEP[,STEP...]] [FOLDER]
#
# FOLDER     where weights, logs and tables go [default: runs/methods; with --quick runs/methods-quick]
# --quick    the same commands, tiny: do they work here? The numbers then mean nothing.
# --only     some of the steps; these are, in order:
#            gaussian stability consistency macer smoothmix smoothadv drt report
#
# Variables: DDS, how to call the program, by whole paths [default: it is built, then "dotnet .../dds.dll"];
#            DDS_DATA, the folder of the four Fashion-MNIST files [default: where Debian's dataset-fashion-mnist puts them];
#            SIGMA [0.5], EPOCHS [5], IMAGES [1000] and VOTES [10000]; NETWORK [lenet, that of the published tables]; DEVICE [cpu].
#
# What is done is not done again: stop it with Ctrl-C, or kill it, and run the same command. DRT has two members and a fifth of the epochs.
# Radii are to be compared at one number of votes: with 1,000 nothing beyond 2.46 sigma is certified, and the better methods look alike.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

sigma=${SIGMA:-0.5} epochs=${EPOCHS:-5}
if [ "$quick" = no ]; then
    out=${folder:-runs/methods}
    length=(--epochs "$epochs") short=(--epochs "$(awk "BEGIN { print $epochs / 5 }")")
    certify=(--max "${IMAGES:-1000}" --skip 10 --n0 100 --n "${VOTES:-10000}")
else
    out=${folder:-runs/methods-quick}
    length=(--steps 2 --max 64) short=(--steps 1 --max 64)
    certify=(--max 2 --n0 10 --n 100)
fi

mkdir -p "$out"

# Trains by a method, and certifies with the noise that all methods meet.
method() {
    local name=$1; shift
    wanted "$name" || return 0
    once "$out/$name.safetensors" train-classifier --objective "$name" --network "${NETWORK:-lenet}" --sigma "$sigma" --recipe quick \
        "${data[@]}" \
        --device "${DEVICE:-cpu}" "$@"
    local model=(--classifier-file "$out/$name.safetensors")
    [ "$name" = drt ] && model=(--ensemble "$out/drt.1.safetensors,$out/drt.2.safetensors")
    once "$out/$name.tsv" certify --sigma "$sigma" --denoiser none "${model[@]}" "${data[@]}" --split test --device "${DEVICE:-cpu}" \
        "${certify[@]}" --seed 1 --resume
}

method gaussian "${length[@]}"
method stability "${length[@]}"
method consistency "${length[@]}"
method macer "${length[@]}"
method smoothmix "${length[@]}"
method smoothadv "${length[@]}"
method drt "${short[@]}"

if wanted report; then
    logs=()
    for name in gaussian stability consistency macer smoothmix smoothadv drt; do
        if [ -e "$out/$name.tsv.done" ]; then logs+=("$out/$name.tsv"); fi
    done
    [ ${#logs[@]} -gt 0 ] || { echo "methods.sh: nothing is certified yet" >&2; exit 1; }
    paired=()
    [ ${#logs[@]} -gt 1 ] && paired=(--paired)
    $DDS analyze "${logs[@]}" --radii 0,0.25,0.5,0.75,1.0,1.25,1.5 "${paired[@]}" | tee "$out/table.txt"
    $DDS analyze "${logs[@]}" --radii 0,0.25,0.5,0.75,1.0,1.25,1.5 --format tsv --plot "$out/methods.png" > "$out/table.tsv"
    for name in gaussian stability consistency macer smoothmix smoothadv drt; do
        if [ -e "$out/$name.safetensors.done" ] && [ -e "$out/$name.tsv.done" ]; then
            echo "$name: trained in $(cat "$out/$name.safetensors.done") s, certified in $(cat "$out/$name.tsv.done") s"
        fi
    done | tee "$out/seconds.txt"
fi
