#!/usr/bin/env bash
# The paper's experiments at the size of Fashion-MNIST: every number of docs/paper.md comes from this script.
#
#   src/DenoisedSmoothing.Tool/paper.sh [--quick] [--only STEP[,STEP...]] [FOLDER]
#
# FOLDER     where logs, weights, tables and figures go [default: runs/paper; with --quick runs/paper-quick]
# --quick    the same commands, tiny: do they work here? The numbers then mean nothing.
# --only     some of the steps; these are, in order:
#            base none restricted table5 samplers finetune gaussian compare figures report
#
# Variables: DDS, how to call the program, by whole paths [default: it is built, then "dotnet .../dds.dll"];
#            DDS_DATA, the folder of the four Fashion-MNIST files [default: where Debian's dataset-fashion-mnist puts them].
#
# What is done is not done again: stop it with Ctrl-C, or kill it, and run the same command.
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

if [ "$quick" = no ]; then
    out=${folder:-runs/paper}
    certify=(--skip 5 --n0 50 --n 500)           # 100 of the 500 bundled test images
    compare=(--skip 10 --n0 50 --n 100)          # 50 of them
    many=(--max 1000) some=(--max 200)          # of the 10,000 test images
    denoiser=(--steps 800 --batch 64 --ema 0.99)
    tune=(--steps 200 --batch 64) scratch=(--steps 500 --batch 64) train=()
else
    out=${folder:-runs/paper-quick}
    certify=(--max 2 --n0 10 --n 100)
    compare=(--max 1 --n0 10 --n 20)
    many=(--max 20) some=(--max 2)
    denoiser=(--steps 3 --batch 8)
    tune=(--steps 2 --batch 8) scratch=(--steps 2 --batch 8) train=(--max 300)
fi

sigmas="0.50 0.25 1.00"
mkdir -p "$out"

run() { local file=$1; shift; once "$out/$file" "$@"; }

# certify LOG ...: the same for a log, which goes on where it stopped.
certify() { local log=$1; shift; run "$log" certify "$@" --seed 1 --resume; }

# Figure 2, Table 6: certified accuracy by sigma and radius; the classifier untouched behind the denoiser ...
if wanted base; then
    for s in $sigmas; do certify "one-shot-$s.tsv" --sigma "$s" "${certify[@]}"; done
fi

# ... and without one.
if wanted none; then
    for s in $sigmas; do certify "none-$s.tsv" --sigma "$s" --denoiser none "${certify[@]}"; done
fi

# Table 4: seven small denoisers that differ in nothing but the noise levels that they are trained at.
if wanted restricted; then
    regimes="0.25 0.50 1.00 set 0.25..1.00 0.00..1.00 full"
    for regime in $regimes; do
        case $regime in
            set) levels=(--sigma 0.25,0.5,1.0) ;;
            *..*) levels=(--sigma-range "$regime") ;;
            full) levels=() ;;
            *) levels=(--sigma "$regime") ;;
        esac
        run "denoiser-$regime.safetensors" train-denoiser --network fashion-mnist-small "${levels[@]}" "${data[@]}" "${train[@]}" "${denoiser[@]}"
    done
    for regime in $regimes; do
        case $regime in 0.25|0.50|1.00) at=$regime ;; *) at=0.25,0.5,1.0 ;; esac
        run "table4-$regime.tsv" evaluate --denoiser-file "$out/denoiser-$regime.safetensors" --sigma $at --denoiser one-shot "${data[@]}" "${many[@]}"
    done
fi

# Table 5, sections 5.1 and 5.3: accuracy after denoising, one draw per image; all strategies see the same noise.
if wanted table5; then
    run table5-one-shot.tsv evaluate --denoiser one-shot,none "${data[@]}" "${many[@]}"
    run table5-steps10.tsv evaluate --denoiser one-shot,multi-step --steps 10 "${data[@]}" "${some[@]}"
fi
if wanted samplers; then
    run table5-heun.tsv evaluate --denoiser heun "${data[@]}" "${some[@]}"
    run table5-vote.tsv evaluate --denoiser vote --steps 5 --votes 5 "${data[@]}" "${some[@]}"
    run table5-steps50.tsv evaluate --sigma 0.5 --denoiser multi-step --steps 50 "${data[@]}" "${some[@]}"
fi

# Table 3: the classifier fine-tuned on images noised and denoised in one shot.
if wanted finetune; then
    for s in $sigmas; do
        run "finetuned-$s.safetensors" finetune --sigma "$s" "${data[@]}" "${train[@]}" "${tune[@]}"
        run "table3-$s.tsv" evaluate --classifier-file "$out/finetuned-$s.safetensors" --sigma "$s" --denoiser one-shot "${data[@]}" "${many[@]}"
    done
fi

# Plain randomized smoothing: a classifier trained on noisy images, no denoiser.
if wanted gaussian; then
    for s in $sigmas; do
        run "gaussian-$s.safetensors" finetune --sigma "$s" --denoiser none --from-scratch --learning-rate 3e-3 "${data[@]}" "${train[@]}" "${scratch[@]}"
        certify "gaussian-$s.tsv" --sigma "$s" --denoiser none --classifier-file "$out/gaussian-$s.safetensors" "${certify[@]}"
    done
fi

# DiffSmooth: a little noise after denoising, for a classifier that was trained on it.
if wanted gaussian; then
    run table5-local.tsv evaluate --denoiser local --classifier-file "$out/gaussian-0.25.safetensors" "${data[@]}" "${many[@]}"
fi

# Table 3, sections 5.1 and 5.3 in certified accuracy.
if wanted compare; then
    certify compare-one-shot.tsv --sigma 0.5 "${compare[@]}"
    certify compare-finetuned.tsv --sigma 0.5 --classifier-file "$out/finetuned-0.50.safetensors" "${compare[@]}"
    certify compare-steps5.tsv --sigma 0.5 --denoiser multi-step --steps 5 "${compare[@]}"
    certify compare-heun3.tsv --sigma 0.5 --denoiser heun --steps 3 "${compare[@]}"
fi

# Figures 3 to 5: images, noisy copies, and what strategies make of them.
if wanted figures; then
    run grid-sigmas.png denoise --sigma 0.25,0.5,1.0 --images 0,1,2,4,6,7
    run grid-strategies.png denoise --sigma 0.5 --images 0,1,2,4,6,7 --denoiser one-shot,multi-step,heun --steps 10
fi

# The tables and the curves, of what is done.
if wanted report; then
    cd "$out"
    radii=(--radii 0,0.25,0.5,0.75,1.0,1.25,1.5)
    curves=()
    for group in one-shot none gaussian compare; do
        logs=()
        for log in "$group"-*.tsv; do
            [ -e "$log.done" ] && logs+=("$log")
        done
        [ ${#logs[@]} -gt 0 ] || continue
        echo "== $group"
        $DDS analyze "${logs[@]}" "${radii[@]}" --format markdown --envelope | tee "report-$group.md"
        [ "$group" = compare ] || curves+=("${logs[@]}")
    done
    for kind in png svg; do
        $DDS analyze "${curves[@]}" --plot figure2.$kind > /dev/null
    done
    for table in table*.tsv; do
        [ -e "$table" ] || continue
        echo "== $table"
        cat "$table"
    done
fi
