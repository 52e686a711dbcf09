// Factors of float32 products as sums of two numbers of TF32 (11 bits each, of which 10 are stored), for tensor cores.
#pragma once
#include "common.h"

// To the nearest, halves away from zero; the largest numbers, which would become infinite, toward zero. Infinities and NaN stay, and make
// the sums that they are in NaN: beside the infinity in the large part, the other factor's small part may be 0.
DEVICE float to_tf32(float x)
{
    u32 bits = as_bits(x);
    if ((bits & 0x7f800000u) == 0x7f800000u)
        return x;
    u32 rounded = bits + 0x1000u;
    return as_float(((rounded & 0x7f800000u) == 0x7f800000u ? bits : rounded) & 0xffffe000u);
}

// What TF32 leaves of x, as far as TF32 has it.
DEVICE float tf32_rest(float x, float large)
{
    bool finite = (as_bits(large) & 0x7f800000u) != 0x7f800000u;
    return finite ? to_tf32(x - large) : 0.0f;
}

//   x     [rows,C], `stride` values from row to row; C a multiple of eight
//   bias  [rows]; null for 0. For weights alone.
//   y     [rows,pitch]: pieces of `piece` columns of x (the last may have fewer), each three times beside itself: of rows the small
//         parts, the large ones and the large ones again, of weights large, small, large; a piece is a multiple of eight. Behind
//         them four values: of rows 1, 1, 1, 0, of weights the bias in three parts and 0.
// A thread has eight columns of a row, or what is behind them.
template<bool Weights> DEVICE void split(const float *x, int stride, const float *bias, float *y, int rows, int C, int piece, int pitch)
{
    i64 index = (i64)BLOCK_X * THREADS + THREAD;
    int groups = C / 8 + 1, row = (int)(index / groups), c = (int)(index % groups) * 8;
    if (row >= rows)
        return;
    float *to = y + (i64)row * pitch;
    if (c == C) {
        float b = bias ? bias[row] : 0.0f, large = to_tf32(b), middle = tf32_rest(b, large), small = tf32_rest(b - middle, large);
        to += 3 * (i64)C;
        to[0] = Weights ? large : 1.0f;
        to[1] = Weights ? middle : 1.0f;
        to[2] = Weights ? small : 1.0f;
        to[3] = 0.0f;
        return;
    }

    float values[8], large[8], small[8];
    load8<Float32>(x, (i64)row * stride + c, values);
    for (int i = 0; i < 8; i++) {
        large[i] = to_tf32(values[i]);
        small[i] = tf32_rest(values[i], large[i]);
    }

    int start = c / piece * piece, width = C - start < piece ? C - start : piece;
    i64 at = 3 * (i64)start + (c - start);
    store8<Float32>(to, at, Weights ? large : small);
    store8<Float32>(to, at + width, Weights ? small : large);
    store8<Float32>(to, at + 2 * width, large);
}
