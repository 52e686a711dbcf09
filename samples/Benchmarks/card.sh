#!/usr/bin/env bash
# The tables of docs/performance.md for cards, ours and PyTorch's in one run on one warm card.
#
#   card.sh publish FOLDER   here, with the .NET SDK: a program that needs no .NET, without libtorch (36 MB packed)
#   card.sh run FOLDER       there, with NVIDIA's driver and a Python that has PyTorch with CUDA, whose libtorch it takes
#
# run prints lines of JSON: `throughput`'s and reference.py's. How long it takes is not known yet; torch.compile alone takes a minute.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '4,5s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -eq 2 ] || usage

case $1 in
publish)
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
    dotnet publish "$here" -c Release -r linux-x64 --self-contained -o "$out" -v q -nologo
    mkdir -p "$2"
    # libtorch comes from PyTorch; compilers and tracers serve the micro-benchmarks alone.
    (cd "$out" && tar cJf - --exclude='libtorch*' --exclude='libc10*' --exclude='libgomp*' --exclude='libcapstone*' \
        --exclude='Microsoft.CodeAnalysis*' --exclude='Microsoft.Diagnostics*' --exclude='Iced.dll' .) >"$2/benchmarks.tar.xz"
    cp "$here/card.sh" "$here/reference.py" "$2/"
    ls -l "$2"
    ;;
run)
    cd "$2"
    mkdir -p program && tar xJf benchmarks.tar.xz -C program
    site=$(python3 -c 'import os, torch; print(os.path.dirname(os.path.dirname(torch.__file__)))')
    libraries=$site/torch/lib
    for folder in "$site"/nvidia/*/lib; do libraries+=:$folder; done
    ours() { LD_LIBRARY_PATH=$libraries program/Benchmarks throughput --device cuda --seconds 4 "$@" || echo "failed: throughput $*"; }
    theirs() { python3 reference.py "$@" || echo "failed: reference.py $*"; }
    nvidia-smi --query-gpu=name,driver_version --format=csv,noheader || true
    ours --pair cifar10 --precision bfloat16 --batch 64 256 1024
    theirs eager --precision bfloat16 --batch 256
    theirs compile --precision bfloat16 --batch 1024
    ours --pair cifar10 --precision bfloat16 --batch 64 1024
    ours --pair cifar10 --precision float16 --batch 1024
    ours --pair cifar10 --precision float32 --batch 256
    ours --pair cifar10 --precision float32 --no-tf32x3 --batch 256
    theirs loop --batch 1000
    theirs loop --no-tf32 --batch 1000
    ours --pair cifar10 --precision float32 --plain --batch 256
    ours --pair imagenet --precision bfloat16 --batch 64
    ours --pair fashion-mnist --precision float32 --batch 256 4096 --agreement 20000
    ours --pair fashion-mnist --precision bfloat16 --batch 4096 --agreement 20000
    ;;
*) usage ;;
esac
