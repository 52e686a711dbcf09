// Group norm of channels-last images [N,pixels,C] in two kernels: one sums, while it adds what has to be added; the other normalises.
// A block has a part of one image's pixels. A thread has eight adjacent channels and every so many pixels of its block's part.
// No atomics: every sum has one order, whatever runs beside it.
#pragma once
#include "common.h"

// Pixels whose loads a thread has under way at once.
#define AT_ONCE 4

// Which columns of eight channels a thread has, and which lane of its block's pixels: with few channels one column and a lane among
// several; with as many columns as threads, or more, one column after another and all pixels.
struct Share {
    int columns, lanes, lane, first, step;
};

DEVICE Share share_of(int C)
{
    Share share;
    share.columns = C / 8;
    share.lanes = share.columns >= THREADS ? 1 : THREADS / share.columns;
    bool alone = share.lanes == 1;
    share.lane = alone ? 0 : THREAD / share.columns;
    share.first = alone ? THREAD : THREAD % share.columns;
    share.step = alone ? THREADS : share.columns;
    return share;
}

// y = x + bias + residual, and for each channel the mean and the sum of squared deviations over the block's pixels.
//   x         [N,pixels,C]
//   bias      [C], or [N,C] with bias_stride = C; null for none
//   residual  [N,pixels,C]; null for none
//   y         [N,pixels,C]; may be x; null where only the moments are wanted
//   moments   float32 [N,parts,2,C] with parts = the grid's y; null where none are wanted
// Shared: 16 floats a thread.
template<Type T> DEVICE void add_moments(
    const void *x, const void *bias, int bias_stride, const void *residual, void *y, float *moments, int pixels, int C)
{
    int n = BLOCK_X, part = BLOCK_Y, parts = BLOCKS_Y;
    Share share = share_of(C);
    int lanes = share.lanes, lane = share.lane;
    int from = part_start(pixels, part, parts), to = part_start(pixels, part + 1, parts);
    i64 image = (i64)n * pixels * C;
    float *out = moments + ((i64)n * parts + part) * 2 * C;
    for (int column = share.first; column < share.columns; column += share.step) {
        int c = column * 8;
        if (lane < lanes) {
            float sum[8] = {0}, square[8] = {0}, add[8] = {0}, shift[8], t[8], r[8];
            if (bias)
                load8<T>(bias, (i64)n * bias_stride + c, add);
            // Sums of deviations from the lane's own first value lose nothing to a large mean.
            bool first = true;
            for (int start = from + lane; start < to; start += AT_ONCE * lanes) {
                Eight<T> loaded[AT_ONCE], others[AT_ONCE];
#pragma unroll
                for (int k = 0; k < AT_ONCE; k++) {
                    int p = start + k * lanes;
                    if (p < to) {
                        loaded[k] = eight<T>(x, image + (i64)p * C + c);
                        if (residual)
                            others[k] = eight<T>(residual, image + (i64)p * C + c);
                    }
                }

#pragma unroll
                for (int k = 0; k < AT_ONCE; k++) {
                    int p = start + k * lanes;
                    if (p >= to)
                        break;
                    read8<T>(loaded[k], t);
                    if (residual)
                        read8<T>(others[k], r);
                    for (int i = 0; i < 8; i++) {
                        t[i] += add[i];
                        if (residual)
                            t[i] += r[i];
                        if (y)
                            t[i] = rounded<T>(t[i]);
                        shift[i] = first ? t[i] : shift[i];
                        float d = t[i] - shift[i];
                        sum[i] += d;
                        square[i] += d * d;
                    }

                    first = false;
                    if (y)
                        store8<T>(y, image + (i64)p * C + c, t);
                }
            }

            if (moments) {
                int count = from + lane < to ? (to - from - lane + lanes - 1) / lanes : 0;
                float each = count ? 1.0f / count : 0.0f;
                for (int i = 0; i < 8; i++) {
                    float mean = count ? shift[i] + sum[i] * each : 0.0f, spread = square[i] - sum[i] * sum[i] * each;
                    if (lanes == 1) {
                        out[c + i] = mean;
                        out[C + c + i] = spread;
                    } else {
                        shared[lane * 2 * C + c + i] = mean;
                        shared[lane * 2 * C + C + c + i] = spread;
                    }
                }
            }
        }
    }

    if (!moments || lanes == 1)
        return;
    BARRIER();
    for (int c = THREAD; c < C; c += THREADS) {
        float mean = 0, spread = 0;
        for (int l = 0; l < lanes; l++) {
            int count = from + l < to ? (to - from - l + lanes - 1) / lanes : 0;
            mean += shared[l * 2 * C + c] * count;
        }

        mean = to > from ? mean / (to - from) : 0.0f;
        for (int l = 0; l < lanes; l++) {
            int count = from + l < to ? (to - from - l + lanes - 1) / lanes : 0;
            float d = shared[l * 2 * C + c] - mean;
            spread += shared[l * 2 * C + C + c] + d * d * count;
        }

        out[c] = mean;
        out[C + c] = spread;
    }
}

// What one side of a norm's input is: some of the channels, with their moments.
struct Side {
    const void *x;
    const float *moments;
    int parts, C;
};

// The mean over all pixels and the sum of squared deviations of one channel, from the parts' own.
DEVICE void whole_channel(Side side, int n, int c, int pixels, float *mean, float *spread)
{
    const float *in = side.moments + (i64)n * side.parts * 2 * side.C + c;
    float m = 0, s = 0;
    for (int k = 0; k < side.parts; k++) {
        int count = part_start(pixels, k + 1, side.parts) - part_start(pixels, k, side.parts);
        m += in[(i64)k * 2 * side.C] * count;
    }

    m /= pixels;
    for (int k = 0; k < side.parts; k++) {
        int count = part_start(pixels, k + 1, side.parts) - part_start(pixels, k, side.parts);
        float d = in[(i64)k * 2 * side.C] - m;
        s += in[(i64)k * 2 * side.C + side.C] + d * d * count;
    }

    *mean = m;
    *spread = s;
}

// y = group norm of x, or of two images' channels joined, times weight (1 + scale), plus bias (1 + scale) + shift; SiLU of that if asked.
//   left      [N,pixels,C of left] and its moments; left_bias, [C] or [N,C], has not been added to it yet (null: nothing is missing)
//   right     the channels behind them; C = 0 for none
//   time      scale, then shift: [2C], or [N,2C] with time_stride = 2C; null for none
//   y         [N,pixels,C], C that of both
// Shared: 2 C + 2 groups + as many floats as threads.
template<Type T> DEVICE void group_norm(
    Side left, const void *left_bias, int bias_stride, Side right, const void *weight, const void *bias, const void *time, int time_stride,
    void *y, int pixels, int groups, float eps, int silu)
{
    int n = BLOCK_X, part = BLOCK_Y, parts = BLOCKS_Y, C = left.C + right.C, width = C / groups;
    float *first = shared, *second = shared + C, *means = second + C, *scales = means + groups, *reduced = scales + groups;
    for (int c = THREAD; c < C; c += THREADS) {
        if (c < left.C) {
            whole_channel(left, n, c, pixels, first + c, second + c);
            if (left_bias)
                first[c] += load<T>(left_bias, (i64)n * bias_stride + c);
        } else {
            whole_channel(right, n, c - left.C, pixels, first + c, second + c);
        }
    }

    BARRIER();
    // A few threads a group: its mean, then its spread around that.
    int team = THREADS / groups < 1 ? 1 : THREADS / groups > 32 ? 32 : THREADS / groups, teams = THREADS / team;
    int member = THREAD % team;
    for (int round = 0; round * teams < groups; round++) {
        int g = round * teams + THREAD / team;
        bool mine = THREAD < teams * team && g < groups;
        float sum = 0;
        for (int i = member; mine && i < width; i += team)
            sum += first[g * width + i];
        reduced[THREAD] = sum;
        BARRIER();
        float mean = 0;
        for (int i = 0; mine && i < team; i++)
            mean += reduced[THREAD - member + i];
        mean /= width;
        BARRIER();
        float spread = 0;
        for (int i = member; mine && i < width; i += team) {
            float d = first[g * width + i] - mean;
            spread += second[g * width + i] + d * d * pixels;
        }

        reduced[THREAD] = spread;
        BARRIER();
        spread = 0;
        for (int i = 0; mine && i < team; i++)
            spread += reduced[THREAD - member + i];
        if (mine && member == 0) {
            means[g] = mean;
            scales[g] = reciprocal_root(spread / ((float)width * pixels) + eps);
        }

        BARRIER();
    }

    // What a value is multiplied by, and what is added to that.
    for (int c = THREAD; c < C; c += THREADS) {
        int g = c / width;
        float factor = load<T>(weight, c), term = load<T>(bias, c);
        if (time) {
            float scale = 1.0f + load<T>(time, (i64)n * time_stride + c);
            factor *= scale;
            term = term * scale + load<T>(time, (i64)n * time_stride + C + c);
        }

        factor *= scales[g];
        float missing = left_bias && c < left.C ? load<T>(left_bias, (i64)n * bias_stride + c) : 0.0f;
        first[c] = factor;
        second[c] = term + (missing - means[g]) * factor;
    }

    BARRIER();
    Share share = share_of(C);
    int lanes = share.lanes, lane = share.lane;
    if (lane >= lanes)
        return;
    int from = part_start(pixels, part, parts), to = part_start(pixels, part + 1, parts);
    for (int column = share.first; column < share.columns; column += share.step) {
        int c = column * 8;
        bool isLeft = c < left.C;
        const void *x = isLeft ? left.x : right.x;
        int own = isLeft ? left.C : right.C, place = isLeft ? c : c - left.C;
        float a[8], b[8], t[8];
        for (int i = 0; i < 8; i++) {
            a[i] = first[c + i];
            b[i] = second[c + i];
        }

        for (int start = from + lane; start < to; start += AT_ONCE * lanes) {
            Eight<T> loaded[AT_ONCE];
#pragma unroll
            for (int k = 0; k < AT_ONCE; k++) {
                int p = start + k * lanes;
                if (p < to)
                    loaded[k] = eight<T>(x, ((i64)n * pixels + p) * own + place);
            }

#pragma unroll
            for (int k = 0; k < AT_ONCE; k++) {
                int p = start + k * lanes;
                if (p >= to)
                    break;
                read8<T>(loaded[k], t);
                for (int i = 0; i < 8; i++) {
                    t[i] = t[i] * a[i] + b[i];
                    if (silu)
                        t[i] *= sigmoid(t[i]);
                }

                store8<T>(y, ((i64)n * pixels + p) * C + c, t);
            }
        }
    }
}
