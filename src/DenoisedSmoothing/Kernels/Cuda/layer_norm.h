// Layer norm of rows [rows,C], with the residual addition before it. One warp has a row, and keeps it in registers.
#pragma once
#include "common.h"

DEVICE float warp_sum(float value)
{
    for (int mask = 16; mask > 0; mask >>= 1)
        value += other_lane(value, mask);
    return value;
}

// sum = x + gamma * branch, y = layer norm of that.
//   x, branch  [rows,C]; branch null: the norm of x alone
//   gamma      [C]; null for 1
//   sum        [rows,C]; may be branch or x; null where it is not wanted
//   weight, bias [C]
//   y          [rows,C]; null where only the sum is wanted
// Blocks of 32 W threads; Packs = how many times 8 values a lane has: 256 Packs >= C.
template<Type T, int Packs> DEVICE void add_layer_norm(
    const void *x, const void *branch, const void *gamma, void *sum, const void *weight, const void *bias, void *y, int rows, int C,
    float eps)
{
    int lane = THREAD % 32, warps = THREADS / 32 * BLOCKS_X;
    for (int row = BLOCK_X * (THREADS / 32) + THREAD / 32; row < rows; row += warps) {
        float t[Packs][8];
        float total = 0;
#pragma unroll
        for (int k = 0; k < Packs; k++) {
            int c = (k * 32 + lane) * 8;
            if (c >= C)
                continue;
            i64 at = (i64)row * C + c;
            load8<T>(x, at, t[k]);
            if (branch) {
                float r[8], g[8];
                load8<T>(branch, at, r);
                if (gamma)
                    load8<T>(gamma, c, g);
                for (int i = 0; i < 8; i++)
                    t[k][i] = rounded<T>(gamma ? t[k][i] + g[i] * r[i] : t[k][i] + r[i]);
            }

            if (sum)
                store8<T>(sum, at, t[k]);
            for (int i = 0; i < 8; i++)
                total += t[k][i];
        }

        if (!y)
            continue;
        float mean = warp_sum(total) / C, spread = 0;
#pragma unroll
        for (int k = 0; k < Packs; k++) {
            if ((k * 32 + lane) * 8 >= C)
                continue;
            for (int i = 0; i < 8; i++) {
                float d = t[k][i] - mean;
                spread += d * d;
            }
        }

        float scale = reciprocal_root(warp_sum(spread) / C + eps);
#pragma unroll
        for (int k = 0; k < Packs; k++) {
            int c = (k * 32 + lane) * 8;
            if (c >= C)
                continue;
            float w[8], b[8];
            load8<T>(weight, c, w);
            load8<T>(bias, c, b);
            for (int i = 0; i < 8; i++)
                t[k][i] = (t[k][i] - mean) * scale * w[i] + b[i];
            store8<T>(y, (i64)row * C + c, t[k]);
        }
    }
}

// The same for rows of any width: what is summed is stored, and read again. With a branch, sum must not be null.
template<Type T> DEVICE void add_wide_layer_norm(
    const void *x, const void *branch, const void *gamma, void *sum, const void *weight, const void *bias, void *y, int rows, int C,
    float eps)
{
    int lane = THREAD % 32, warps = THREADS / 32 * BLOCKS_X;
    float t[8], r[8], g[8];
    for (int row = BLOCK_X * (THREADS / 32) + THREAD / 32; row < rows; row += warps) {
        i64 start = (i64)row * C;
        float total = 0;
        for (int c = lane * 8; c < C; c += 256) {
            load8<T>(x, start + c, t);
            if (branch) {
                load8<T>(branch, start + c, r);
                if (gamma)
                    load8<T>(gamma, c, g);
                for (int i = 0; i < 8; i++)
                    t[i] = rounded<T>(gamma ? t[i] + g[i] * r[i] : t[i] + r[i]);
            }

            if (sum)
                store8<T>(sum, start + c, t);
            for (int i = 0; i < 8; i++)
                total += t[i];
        }

        if (!y)
            continue;
        const void *summed = branch ? sum : x;
        float mean = warp_sum(total) / C, spread = 0;
        for (int c = lane * 8; c < C; c += 256) {
            load8<T>(summed, start + c, t);
            for (int i = 0; i < 8; i++) {
                float d = t[i] - mean;
                spread += d * d;
            }
        }

        float scale = reciprocal_root(warp_sum(spread) / C + eps);
        for (int c = lane * 8; c < C; c += 256) {
            load8<T>(summed, start + c, t);
            load8<T>(weight, c, r);
            load8<T>(bias, c, g);
            for (int i = 0; i < 8; i++)
                t[i] = (t[i] - mean) * scale * r[i] + g[i];
            store8<T>(y, start + c, t);
        }
    }
}
