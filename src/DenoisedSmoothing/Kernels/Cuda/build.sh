#!/usr/bin/env bash
# Makes kernels.ptx.gz of kernels.cu. Needs clang 19 (Debian: clang-19) and no CUDA toolkit; the driver compiles PTX for its own card.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
"${CLANG:-clang-19}" -x cuda --cuda-device-only --cuda-gpu-arch=sm_70 --cuda-feature=+ptx63 -nocudainc -nocudalib -O3 -mllvm -unroll-runtime=false -ffp-contract=fast -std=c++20 -Wall \
    -S kernels.cu -o - | gzip -9n > kernels.ptx.gz
